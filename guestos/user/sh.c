/* The shell. A line is a list of pipelines, each ended by ; or & or the line's end; a pipeline is
 * parsed into a struct, run, and waited for before the next one is parsed. Every command of a
 * pipeline is a child of the shell. A shell that prompts makes each pipeline a group of its own,
 * for ^C to kill; any other shell is part of a job itself, and leaves groups alone. */
#include "string.h"
#include "user.h"

enum { LINE = 256, COMMANDS = 8, SYNTAX_STATUS = 2, KILLED_STATUS = 128 };

struct command {
    int argc;
    char *argv[ARGUMENTS + 1];
    char *input, *output; /* redirections, or NULL */
    bool append;
};

struct pipeline {
    int count;
    bool background;
    struct command command[COMMANDS];
};

enum token { WORD, PIPE, INPUT, OUTPUT, APPEND, BACKGROUND, SEMICOLON, END, BAD };

/* The line that is left, and where the text of words goes. */
struct parser {
    const char *at;
    char *word; /* the last word */
    char *free;
    char text[2 * LINE];
};

static const char *help_text =
    "commands: cd DIRECTORY, exit [STATUS], help, and the programs in /bin\n"
    "a | b    a's output is b's input      a; b    first a, then b\n"
    "a < f    input from a file            a &     a in the background\n"
    "a > f    output to a file             a >> f  output to its end\n"
    "'...' and \"...\" keep words together; ^C ends the job, ^D ends the input\n";

static int last_status;
static bool prompts;

static enum token take_word(struct parser *p)
{
    char quote = 0;
    p->word = p->free;
    for (; *p->at; p->at++) {
        char c = *p->at;
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (!quote && strchr(" \t|<>&;", c))
            break;
        *p->free++ = c;
    }
    *p->free++ = 0;
    return quote ? BAD : WORD;
}

static enum token take_token(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
    switch (*p->at) {
    case 0:
    case '#':
        return END;
    case '|':
        p->at++;
        return PIPE;
    case '<':
        p->at++;
        return INPUT;
    case '&':
        p->at++;
        return BACKGROUND;
    case ';':
        p->at++;
        return SEMICOLON;
    case '>':
        p->at++;
        if (*p->at != '>')
            return OUTPUT;
        p->at++;
        return APPEND;
    default:
        return take_word(p);
    }
}

/* Adds one word or redirection to the command; false if that makes no sense. */
static bool add(struct parser *p, struct command *command, enum token token)
{
    if (token == WORD) {
        if (command->argc == ARGUMENTS)
            return false;
        command->argv[command->argc++] = p->word;
        return true;
    }
    if (take_token(p) != WORD)
        return false;
    if (token == INPUT) {
        command->input = p->word;
    } else {
        command->output = p->word;
        command->append = token == APPEND;
    }
    return true;
}

/* Parses up to the end of one pipeline, and says how it ended: END, SEMICOLON, BACKGROUND; or
 * BAD. An empty one has a count of 0. */
static enum token parse(struct parser *p, struct pipeline *line)
{
    memset(line, 0, sizeof *line);
    struct command *command = &line->command[0];
    for (;;) {
        enum token token = take_token(p);
        switch (token) {
        case WORD:
        case INPUT:
        case OUTPUT:
        case APPEND:
            if (!add(p, command, token))
                return BAD;
            break;
        case PIPE:
            if (command->argc == 0 || line->count == COMMANDS - 1)
                return BAD;
            command = &line->command[++line->count];
            break;
        case BACKGROUND:
        case SEMICOLON:
        case END:
            line->background = token == BACKGROUND;
            if (command->argc)
                line->count++;
            else if (line->count || command->input || command->output || token == BACKGROUND)
                return BAD;
            return token;
        case BAD:
            return BAD;
        }
    }
}

/* Runs a command that the shell itself must do. False if it is not one. */
static bool run_builtin(const struct command *c)
{
    int64_t number = last_status;
    if (strcmp(c->argv[0], "cd") == 0) {
        const char *to = c->argc > 1 ? c->argv[1] : "/";
        int error = chdir(to);
        last_status = error ? complain("cd", to, error) : 0;
    } else if (strcmp(c->argv[0], "exit") == 0) {
        if (c->argc > 1 && !parse_number(c->argv[1], &number))
            number = SYNTAX_STATUS;
        exit((int)number);
    } else if (strcmp(c->argv[0], "help") == 0) {
        printf("%s", help_text);
        last_status = 0;
    } else {
        return false;
    }
    return true;
}

static void redirect(const char *path, int flags, int fd)
{
    int file = open(path, flags);
    if (file < 0)
        exit(complain("sh", path, file));
    dup2(file, fd);
    close(file);
}

/* In the child: becomes the command. */
static _Noreturn void become(struct command *c)
{
    if (c->input)
        redirect(c->input, O_READ, 0);
    if (c->output)
        redirect(c->output, O_WRITE | O_CREATE | (c->append ? O_APPEND : O_TRUNCATE), 1);
    if (run_builtin(c))
        exit(last_status);
    char path[PATH_LENGTH + 1] = "/bin/";
    bool has_slash = strchr(c->argv[0], '/');
    if (!string_copy(path + (has_slash ? 0 : 5), c->argv[0], sizeof path - 5))
        exit(complain("sh", c->argv[0], -ENAMETOOLONG));
    int error = exec(path, c->argv);
    complain("sh", c->argv[0], error);
    exit(127);
}

/* Waits for all processes of a pipeline; the status of the last one is the line's. */
static void wait_for(const int pid[], int count)
{
    int left = count;
    while (left) {
        int status, ended = wait(&status, 0);
        if (ended < 0)
            return;
        for (int i = 0; i < count; i++)
            left -= pid[i] == ended;
        if (ended == pid[count - 1])
            last_status = status > 255 ? KILLED_STATUS : status;
    }
}

/* Puts a command into its pipeline's group. The shell and the command both do so, because
 * either may run first. */
static void join(int pid, int group, bool background)
{
    if (!prompts)
        return;
    setgroup(pid, group);
    if (!background)
        foreground(group);
}

/* Starts command i of the pipeline: it reads from `input`, and writes to the pipe `ends` unless
 * it is the last. */
static int start(struct pipeline *line, int i, int input, const int ends[2], int group)
{
    int pid = fork();
    if (pid == 0) {
        join(0, i ? group : getpid(), line->background);
        if (input != 0) {
            dup2(input, 0);
            close(input);
        }
        if (i < line->count - 1) {
            dup2(ends[1], 1);
            close(ends[0]);
            close(ends[1]);
        }
        become(&line->command[i]);
    }
    if (pid < 0)
        complain("sh", "fork", pid);
    return pid;
}

static void run(struct pipeline *line)
{
    int pid[COMMANDS] = {0}, count = 0, input = 0;
    struct command *first = &line->command[0];
    if (line->count == 1 && !line->background && !first->output && run_builtin(first))
        return;
    for (int i = 0; i < line->count; i++) {
        int ends[2] = {0, 1};
        if (i < line->count - 1 && pipe(ends) < 0) {
            complain("sh", "pipe", -EMFILE);
            break;
        }
        pid[count] = start(line, i, input, ends, pid[0]);
        if (input != 0)
            close(input);
        if (ends[1] != 1)
            close(ends[1]);
        input = ends[0];
        if (pid[count] < 0)
            break;
        join(pid[count], pid[0], line->background);
        count++;
    }
    if (input != 0)
        close(input);
    if (count && !line->background)
        wait_for(pid, count);
    if (prompts)
        foreground(0);
}

static void run_line(const char *text)
{
    static struct parser parser;
    static struct pipeline line;
    enum token end;
    parser.at = text;
    do {
        parser.free = parser.text;
        end = parse(&parser, &line);
        if (end == BAD) {
            fprintf(2, "sh: syntax error\n");
            last_status = SYNTAX_STATUS;
            return;
        }
        if (line.count)
            run(&line);
    } while (end != END);
}

static bool is_console(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && stat.type == TYPE_CONSOLE;
}

int main(int argc, char *argv[])
{
    char text[LINE];
    if (argc == 3 && strcmp(argv[1], "-c") == 0) {
        if (!string_copy(text, argv[2], sizeof text))
            return complain("sh", "-c", -E2BIG);
        run_line(text);
        return last_status;
    }
    if (argc == 2) {
        close(0);
        int fd = open(argv[1], O_READ);
        if (fd < 0)
            return complain("sh", argv[1], fd);
    }
    prompts = is_console(0);
    if (prompts)
        foreground(0);
    for (;;) {
        if (prompts)
            write_all(1, "$ ", 2);
        if (!read_line(0, text, sizeof text))
            break;
        run_line(text);
        while (wait(NULL, WAIT_POLL) > 0)
            ;
    }
    if (prompts)
        write_all(1, "\n", 1);
    return last_status;
}
