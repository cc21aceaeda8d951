/* The text that is read, line by line: files, included files, and what macros expand to, a stack of
 * them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "as.h"

struct source {
    struct source *up;
    const char *text, *original, *end; /* text: comments are blanks; original: as it was written */
    const char *next;
    uint32_t file, line; /* of the line that comes next */
    struct macro *macro; /* what it is the expansion of; NULL: a file */
    unsigned if_depth;   /* of conditionals when it began */
    bool owns;
};

enum { DEEPEST = 200 };

/* The index of a file's name in the list that places refer to. */
uint32_t source_file(struct as *as, const char *name)
{
    for (size_t i = as->file_count; i-- > 0;)
        if (strcmp(as->files[i], name) == 0)
            return (uint32_t)i;
    as->files = array_grow(as->files, as->file_count, &as->file_room, sizeof *as->files);
    as->files[as->file_count] = arena_text(&as->arena, (struct text){name, strlen(name)});
    return (uint32_t)as->file_count++;
}

/* Makes blanks of comments in the style of C, in place; strings are left alone. */
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a scanner, a case a construct */
static void blank_comments(char *text, char *end)
{
    for (char *at = text; at < end; at++) {
        if (*at == '"') {
            while (++at < end && *at != '"' && *at != '\n')
                at += *at == '\\' && at + 1 < end && at[1] != '\n';
        } else if (*at == '\'' && at + 2 < end && at[1] != '\\' && at[2] == '\'') {
            at += 2;
        } else if (*at == '#' || (*at == '/' && at[1] == '/')) {
            char *line_end = memchr(at, '\n', (size_t)(end - at));
            at = line_end ? line_end : end;
        } else if (*at == '/' && at[1] == '*') {
            for (; at < end && !(at[0] == '*' && at[1] == '/'); at++)
                *at = *at == '\n' ? '\n' : ' ';
            if (at + 1 < end)
                at[0] = at[1] = ' ';
        }
    }
}

static struct source *push(struct as *as, const char *text, const char *original, size_t size)
{
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        abort();
    *source = (struct source){.up = as->source,
                              .text = text,
                              .original = original,
                              .next = text,
                              .end = text + size,
                              .if_depth = as->if_depth};
    as->source = source;
    as->depth++;
    return source;
}

static void pop(struct as *as)
{
    struct source *source = as->source;
    as->source = source->up;
    as->depth--;
    if (source->owns) {
        free((char *)source->text);
        free((char *)source->original);
    }
    free(source);
}

/* Reads a whole file, with a zero at its end. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    struct stat status;
    size_t room = 65536;
    char *bytes = NULL;
    if (file && fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        fclose(file);
        errno = EISDIR;
        return NULL;
    }
    if (file && status.st_size > 0)
        room = (size_t)status.st_size + 2;
    *size = 0;
    if (!file || !(bytes = malloc(room)))
        return NULL;
    for (size_t got; (got = fread(bytes + *size, 1, room - *size - 1, file)) > 0;) {
        *size += got;
        if (*size + 1 == room)
            bytes = realloc(bytes, room *= 2);
        if (!bytes)
            abort();
    }
    bytes[*size] = 0;
    fclose(file);
    return bytes;
}

bool source_open(struct as *as, const char *path, const char *said_at)
{
    size_t size;
    if (as->depth >= DEEPEST) {
        as_error(as, said_at, "files and macros are nested more than %d deep", DEEPEST);
        return false;
    }
    char *original = read_file(path, &size);
    char *text = original ? malloc(size + 1) : NULL;
    if (!text) {
        free(original);
        if (said_at)
            as_error(as, said_at, "%s: %s", path, strerror(errno));
        else
            fprintf(as->messages, "trapeze as: %s: %s\n", path, strerror(errno)), as->errors++;
        return false;
    }
    memcpy(text, original, size + 1);
    blank_comments(text, text + size);
    struct source *source = push(as, text, original, size);
    source->owns = true;
    source->file = source_file(as, path);
    source->line = 1;
    return true;
}

void source_text(struct as *as, struct text text, struct place place, struct macro *macro)
{
    if (as->depth >= DEEPEST) {
        as_error(as, as->line, "files and macros are nested more than %d deep", DEEPEST);
        return;
    }
    struct source *source = push(as, text.at, text.at, text.size);
    source->file = place.file;
    source->line = place.line;
    source->macro = macro;
}

bool source_in_macro(const struct as *as)
{
    return as->source && as->source->macro;
}

/* Conditionals end where the text ends in which they began. */
static void leave(struct as *as)
{
    if (as->if_depth > as->source->if_depth) {
        as_error_at(as, as->ifs[as->if_depth - 1].place, "this conditional has no .endif");
        as->if_depth = as->source->if_depth;
    }
    pop(as);
}

bool source_line(struct as *as)
{
    while (as->source && as->source->next >= as->source->end)
        leave(as);
    struct source *source = as->source;
    if (!source)
        return false;
    const char *end = memchr(source->next, '\n', (size_t)(source->end - source->next));
    end = end ? end : source->end;
    as->line = as->at = source->next;
    as->line_end = end;
    as->place = (struct place){source->file, source->line};
    source->next = end + (end < source->end);
    source->line += !source->macro; /* an expansion is where it was called */
    as->line_has_error = false;
    return true;
}

void source_close_all(struct as *as)
{
    while (as->source)
        pop(as);
}

bool source_leave_macro(struct as *as)
{
    while (as->source && !as->source->macro)
        return false;
    if (!as->source)
        return false;
    as->if_depth = as->source->if_depth;
    as->source->next = as->source->end;
    return true;
}

/* The directive that a line begins with, after its labels; empty: none. */
static struct text directive_of(struct as *as)
{
    struct text name = {as->at, 0};
    while (scan_name(as, &name)) {
        if (as->at < as->line_end && *as->at == ':') {
            as->at++;
            name.size = 0;
            continue;
        }
        return name;
    }
    return (struct text){as->at, 0};
}

bool source_take_until(struct as *as, const char *const *opens, const char *close,
                       struct text *body)
{
    struct place place = as->place;
    const char *start = as->source->next;
    for (unsigned depth = 1; as->source->next < as->source->end;) {
        const char *line = as->source->next;
        source_line(as);
        struct text name = directive_of(as);
        for (const char *const *open = opens; *open; open++)
            depth += text_is(name, *open);
        if (text_is(name, close) && --depth == 0) {
            as->at = as->line_end;
            *body = (struct text){start, (size_t)(line - start)};
            return true;
        }
    }
    as_error_at(as, place, "there is no %s for this", close);
    *body = (struct text){start, 0};
    return false;
}

bool source_find(struct as *as, struct text name, char *path, size_t size)
{
    struct stat status;
    for (unsigned i = 0; i <= as->options.includes; i++) {
        bool is_first = i == 0;
        int used = snprintf(path, size, "%s%s%.*s", is_first ? "" : as->options.include[i - 1],
                            is_first ? "" : "/", (int)name.size, name.at);
        if (used < (int)size && stat(path, &status) == 0)
            return true;
    }
    snprintf(path, size, "%.*s", (int)name.size, name.at);
    return false;
}

void source_set_place(struct as *as, const char *file, uint32_t line)
{
    as->source->line = line;
    if (file)
        as->source->file = source_file(as, file);
}
