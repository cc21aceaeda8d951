/* Runs the claims of a lab.
 *
 *     labN_tests                                      all of them, a process each, for people
 *     labN_tests --list                               what there is, a line of JSON each
 *     labN_tests --each                               all of them, a verdict each as JSON, for code
 * that is trusted labN_tests --run INDEX --verdict FD --nonce FD  one of them, for the grader
 *
 * The code under test is in this process, and may be anybody's. So a verdict counts only with the
 * grader's nonce: it is read, and its descriptor closed, before any constructor runs; it stands in
 * no argument, environment or file; and what handles it calls no library, which the code under test
 * could replace. */
#include "lab_test.h"
#include "lab.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NONCE_SIZE = 64, TEXT_SIZE = 1024 };

/* Set before main, and by nobody else. */
static char nonce[NONCE_SIZE + 1];
static int verdict_fd = -1;

static const struct lab_claim *current;
static unsigned current_index;

/* A system call without the library. */
static long call(long number, long a, long b, long c)
{
#if defined(__x86_64__)
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
                     x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#else
    return syscall(number, a, b, c);
#endif
}

__attribute__((no_sanitize("address", "undefined"))) static bool is_same(const char *a,
                                                                         const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

__attribute__((no_sanitize("address", "undefined"))) static int number_of(const char *text)
{
    int number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + *text - '0';
    return number;
}

/* Runs before all constructors, so without sanitizers and the library. */
__attribute__((no_sanitize("address", "undefined"))) static void take_nonce(int argc, char **argv,
                                                                            char **environment)
{
    (void)environment;
    for (int i = 1; i + 1 < argc; i++) {
        if (is_same(argv[i], "--verdict"))
            verdict_fd = number_of(argv[i + 1]);
        if (is_same(argv[i], "--nonce")) {
            int fd = number_of(argv[i + 1]);
            call(SYS_read, fd, (long)nonce, NONCE_SIZE);
            call(SYS_close, fd, 0, 0);
        }
    }
}
__attribute__((used,
               section(".preinit_array"))) static void (*const before_all)(int, char **,
                                                                           char **) = take_nonce;

/* A line of JSON, made by hand. */
struct line {
    char text[8 * TEXT_SIZE];
    unsigned used;
};

static void put(struct line *line, char c)
{
    if (line->used < sizeof line->text)
        line->text[line->used++] = c;
}

static void put_text(struct line *line, const char *text)
{
    for (; *text; text++)
        put(line, *text);
}

static void put_string(struct line *line, const char *text)
{
    put(line, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            put(line, '\\');
        put(line, (unsigned char)*text < ' ' ? ' ' : *text);
    }
    put(line, '"');
}

static void put_member(struct line *line, const char *name, const char *text)
{
    put(line, line->used ? ',' : '{');
    put_string(line, name);
    put(line, ':');
    put_string(line, text);
}

static void put_number(struct line *line, const char *name, unsigned number)
{
    char digits[12];
    unsigned count = 0;
    put(line, line->used ? ',' : '{');
    put_string(line, name);
    put(line, ':');
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        put(line, digits[--count]);
}

static void send(struct line *line, int fd)
{
    put_text(line, "}\n");
    call(SYS_write, fd, (long)line->text, line->used);
}

/* To the grader, or to the person at the terminal. */
static void say(const char *verdict, const char *claimed, const char *seen)
{
    if (verdict_fd < 0) {
        if (is_same(verdict, "passed"))
            return;
        printf("exercise %u: %s\n    claimed: %s\n    seen:    %s\n    read:    %s\n",
               current->exercise, current->text, claimed, seen, current->read);
        return;
    }
    struct line line = {.used = 0};
    put_member(&line, "nonce", nonce);
    put_number(&line, "index", current_index);
    put_member(&line, "verdict", verdict);
    put_member(&line, "claimed", claimed);
    put_member(&line, "seen", seen);
    send(&line, verdict_fd);
}

_Noreturn static void leave(int status)
{
    fflush(NULL);
    for (;;)
        call(SYS_exit_group, status, 0, 0);
}

_Noreturn static void fail(const char *claimed, const char *seen)
{
    say("failed", claimed, seen);
    leave(EXIT_FAILURE);
}

void lab_todo(unsigned lab, unsigned exercise, const char *function)
{
    char seen[TEXT_SIZE];
    if (exercise)
        snprintf(seen, sizeof seen, "lab %u, exercise %u: %s() is not written yet", lab, exercise,
                 function);
    else
        snprintf(seen, sizeof seen, "%s() is withheld from lab %u", function, lab);
    say("missing", current ? current->text : "", seen);
    leave(EXIT_FAILURE);
}

void same_u64(uint64_t claimed, uint64_t seen, const char *what, ...)
{
    if (claimed == seen)
        return;
    char name[TEXT_SIZE], left[2 * TEXT_SIZE], right[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(name, sizeof name, what, arguments);
    va_end(arguments);
    snprintf(left, sizeof left, "%s is 0x%lx (%ld)", name, claimed, (long)claimed);
    snprintf(right, sizeof right, "0x%lx (%ld)", seen, (long)seen);
    fail(left, right);
}

void same_text(const char *claimed, const char *seen, const char *what, ...)
{
    if (is_same(claimed, seen))
        return;
    char name[TEXT_SIZE], left[2 * TEXT_SIZE], right[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(name, sizeof name, what, arguments);
    va_end(arguments);
    snprintf(left, sizeof left, "%s is '%s'", name, claimed);
    snprintf(right, sizeof right, "'%s'", seen);
    fail(left, right);
}

void holds(bool condition, const char *claimed, const char *seen, ...)
{
    if (condition)
        return;
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, seen);
    vsnprintf(text, sizeof text, seen, arguments);
    va_end(arguments);
    fail(claimed, text);
}

extern const struct lab_claim *const __start_lab_claims[], *const __stop_lab_claims[];

enum { MOST_CLAIMS = 256 };
static const struct lab_claim *claims[MOST_CLAIMS];
static unsigned claim_count;

static bool is_before(const struct lab_claim *a, const struct lab_claim *b)
{
    return a->exercise != b->exercise ? a->exercise < b->exercise : a->line < b->line;
}

/* By exercise, then by line: the order in which the linker has them is its own. */
static void gather(void)
{
    for (const struct lab_claim *const *next = __start_lab_claims; next < __stop_lab_claims;
         next++) {
        if (claim_count == MOST_CLAIMS)
            abort();
        unsigned at = claim_count++;
        for (; at > 0 && is_before(*next, claims[at - 1]); at--)
            claims[at] = claims[at - 1];
        claims[at] = *next;
    }
}

static void list(void)
{
    for (unsigned i = 0; i < claim_count; i++) {
        struct line line = {.used = 0};
        put_number(&line, "index", i);
        put_number(&line, "exercise", claims[i]->exercise);
        put_number(&line, "needs", claims[i]->needs);
        put_member(&line, "text", claims[i]->text);
        put_member(&line, "read", claims[i]->read);
        send(&line, STDOUT_FILENO);
    }
}

_Noreturn static void run(unsigned index)
{
    current = claims[index];
    current_index = index;
    current->run();
    say("passed", current->text, "");
    leave(EXIT_SUCCESS);
}

/* True when the claim passed. A claim that takes too long dies of SIGALRM. */
static bool run_apart(unsigned index)
{
    enum { MOST_SECONDS = 10 };
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(MOST_SECONDS);
        run(index);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    if (WIFSIGNALED(status) && verdict_fd >= 0) {
        current = claims[index];
        current_index = index;
        say("failed", current->text, strsignal(WTERMSIG(status)));
    } else if (WIFSIGNALED(status))
        printf("exercise %u: %s\n    died of signal %d (%s)\n", claims[index]->exercise,
               claims[index]->text, WTERMSIG(status), strsignal(WTERMSIG(status)));
    return status == 0;
}

static int run_all(void)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < claim_count; i++)
        passed += run_apart(i);
    if (verdict_fd < 0)
        printf("%u of %u claims passed\n", passed, claim_count);
    return passed == claim_count ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    gather();
    if (argc == 1)
        return run_all();
    if (strcmp(argv[1], "--list") == 0) {
        list();
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--each") == 0) {
        verdict_fd = STDOUT_FILENO;
        return run_all();
    }
    unsigned index = argc > 2 ? (unsigned)number_of(argv[2]) : MOST_CLAIMS;
    if (strcmp(argv[1], "--run") == 0 && index < claim_count)
        run(index);
    fprintf(stderr, "usage: %s [--list | --each | --run INDEX [--verdict FD --nonce FD]]\n",
            argv[0]);
    return 2;
}
