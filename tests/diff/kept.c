/* Kept cases, in and out. */
#include "kept.h"

#include <inttypes.h>
#include <string.h>

#include "shrink.h"

static uint64_t get(const uint8_t *bytes, uint32_t at)
{
    uint64_t value;
    memcpy(&value, bytes + at, 8);
    return value;
}

static bool wrong(const char *path, unsigned line, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", path, line, what);
    return false;
}

/* One line that is no comment, into what `part` says is being read. */
static const char *read_line(struct kept *kept, uint8_t **part, char *line)
{
    uint64_t at, value;
    const char *bad;
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "isa ", 4) == 0)
        return isa_parse(line + 4, &kept->isa, &bad) ? NULL : "no such ISA";
    if (strcmp(line, "before") == 0) {
        *part = kept->before;
        return NULL;
    }
    if (strcmp(line, "after") == 0) {
        memcpy(kept->after, kept->before, SLOT_SIZE);
        *part = kept->after;
        return NULL;
    }
    if (!*part || sscanf(line, "%" SCNx64 " %" SCNx64, &at, &value) != 2 || at % 8 ||
        at >= SLOT_SIZE)
        return "no line of a case";
    memcpy(*part + at, &value, 8);
    return NULL;
}

bool kept_load(struct kept *kept, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[200];
    uint8_t *part = NULL;
    const char *error = NULL;
    unsigned number = 0;
    memset(kept, 0, sizeof *kept);
    if (!file) {
        perror(path);
        return false;
    }
    while (!error && fgets(line, sizeof line, file)) {
        number++;
        if (line[0] != '#' && line[0] != '\n')
            error = read_line(kept, &part, line);
    }
    fclose(file);
    if (!error && part != kept->after)
        error = "the end is missing";
    return !error || wrong(path, number, error);
}

/* The code, as comments. */
static void print_comment(const struct kept *kept, FILE *out)
{
    char text[8192];
    FILE *memory = fmemopen(text, sizeof text, "w");
    if (!memory)
        return;
    print_code(kept->before, kept->isa, memory);
    fclose(memory);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        fprintf(out, "#%s\n", line);
}

void kept_print(const struct kept *kept, const char *title, FILE *out)
{
    char isa[128];
    isa_print(kept->isa, isa, sizeof isa);
    fprintf(out, "# %s\n", title);
    print_comment(kept, out);
    fprintf(out, "isa %s\nbefore\n", isa);
    for (uint32_t at = 0; at < SLOT_SIZE; at += 8)
        if (get(kept->before, at))
            fprintf(out, "%04x %016" PRIx64 "\n", at, get(kept->before, at));
    fprintf(out, "after\n");
    for (uint32_t at = 0; at < SLOT_SIZE; at += 8)
        if (get(kept->after, at) != get(kept->before, at))
            fprintf(out, "%04x %016" PRIx64 "\n", at, get(kept->after, at));
}
