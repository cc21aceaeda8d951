/* Formatting of events, and the file that they go to. */
#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trap.h"

enum { KIND_INSN = 1, KIND_TRAP = 2, KIND_EXIT = 4 };

struct trace {
    FILE *file;
    int error; /* errno of the first write that failed; 0 */
    struct platform *platform;
    struct observer observer;
    uint64_t last_insn; /* the step whose instruction is written: an exit may run it again */
};

/* The kind that `word` of `size` bytes names, or 0. */
static unsigned kind_of(const char *word, size_t size)
{
    static const struct {
        const char *name;
        unsigned kind;
    } kinds[] = {{"insn", KIND_INSN}, {"trap", KIND_TRAP}, {"exit", KIND_EXIT}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == size && memcmp(kinds[i].name, word, size) == 0)
            return kinds[i].kind;
    return 0;
}

/* Splits FILE,KIND...: the kinds, and the length of FILE. */
static unsigned split(const char *name, size_t *length)
{
    unsigned kinds = 0;
    *length = strlen(name);
    for (const char *comma; (comma = memrchr(name, ',', *length));) {
        unsigned kind = kind_of(comma + 1, (size_t)(name + *length - comma) - 1);
        if (!kind)
            break;
        kinds |= kind;
        *length = (size_t)(comma - name);
    }
    return kinds ? kinds : KIND_TRAP | KIND_EXIT;
}

bool trace_wants_insn(const char *name)
{
    size_t length;
    return split(name, &length) & KIND_INSN;
}

/* Writes what all lines start with, and the rest of this one. */
__attribute__((format(printf, 4, 5))) static void
write_line(struct trace *trace, const struct hart *hart, const char *kind, const char *format, ...)
{
    static const char modes[] = "US?M";
    va_list arguments;
    va_start(arguments, format);
    bool done = fprintf(trace->file, "%12" PRIu64 " hart %" PRIu64 " %c %s pc %016" PRIx64,
                        trace->platform->s.clock.steps, hart->csr.mhartid, modes[hart->mode], kind,
                        hart->pc) >= 0;
    done = done && vfprintf(trace->file, format, arguments) >= 0;
    va_end(arguments);
    if (!done && !trace->error)
        trace->error = errno;
}

static void on_insn(void *owner, const struct hart *hart)
{
    struct trace *trace = owner;
    uint64_t step = trace->platform->s.clock.steps;
    if (step == trace->last_insn)
        return;
    trace->last_insn = step;
    write_line(trace, hart, "insn", "\n");
}

/* Told is what the handler will find in its CSRs, not what it should. */
static void on_trap(void *owner, const struct hart *hart, struct trap trap)
{
    struct hart after = *hart;
    trap_enter(&after, trap);
    bool is_in_s = after.mode == MODE_S;
    uint64_t cause = is_in_s ? after.csr.scause : after.csr.mcause;
    uint64_t tval = is_in_s ? after.csr.stval : after.csr.mtval;
    after.pc = is_in_s ? after.csr.sepc : after.csr.mepc;
    after.mode = hart->mode;
    write_line(owner, &after, cause & CAUSE_INTERRUPT ? "irq " : "trap",
               " cause %2" PRIu64 " tval %016" PRIx64 " to %c: %s\n", cause & 63, tval,
               is_in_s ? 'S' : 'M', trap_name(cause));
}

static void on_exit_of_vm(void *owner, const struct hart *hart, struct trap trap,
                          const char *reason)
{
    write_line(owner, hart, "exit", " cause %2" PRIu64 " tval %016" PRIx64 ": %s\n", trap.cause,
               trap.tval, reason);
}

struct trace *trace_open(const char *name, struct platform *platform, char *error,
                         size_t error_size)
{
    size_t length;
    unsigned kinds = split(name, &length);
    char *path = strndup(name, length);
    struct trace *trace = calloc(1, sizeof *trace);
    if (path && trace)
        trace->file = fopen(path, "we");
    if (!path || !trace || !trace->file) {
        snprintf(error, error_size, "%.*s: %s", (int)length, name, strerror(errno));
        free(path);
        free(trace);
        return NULL;
    }
    free(path);
    trace->platform = platform;
    trace->last_insn = NEVER;
    trace->observer = (struct observer){
        .owner = trace,
        .insn = kinds & KIND_INSN ? on_insn : NULL,
        .trap = kinds & KIND_TRAP ? on_trap : NULL,
        .exit = kinds & KIND_EXIT ? on_exit_of_vm : NULL,
    };
    platform->observer = &trace->observer;
    return trace;
}

bool trace_close(struct trace *trace)
{
    if (!trace)
        return true;
    int error = trace->error;
    if (fclose(trace->file) != 0 && !error)
        error = errno;
    trace->platform->observer = NULL;
    free(trace);
    errno = error;
    return error == 0;
}
