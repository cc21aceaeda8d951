/* Commands about the session itself, and the only ones that change the guest. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "csr.h"
#include "csr_names.h"
#include "input.h"
#include "names.h"
#include "perfetto.h"
#include "run.h"

/* ---- changing ------------------------------------------------------------------------------- */

static void tell_changed(struct debugger *debugger)
{
    if (!debugger->is_changed)
        out_line(&debugger->out,
                 "from step %" PRIu64
                 " on, the run depends on this change: image and input alone no longer give it",
                 debugger->target.platform->s.clock.steps);
    debugger->is_changed = true;
    platform_update(debugger->target.platform);
    reverse_start(debugger); /* no log knows of it, so nothing leads from before to here */
    debugger->reverse.is_change = true;
}

/* As an instruction in M would write it, so that what the register does not keep is not kept. */
static bool set_csr(struct debugger *debugger, unsigned number, uint64_t value)
{
    struct target *target = &debugger->target;
    struct hart *hart = debugger_hart(debugger);
    struct port *port = target->vm ? &target->vm->port : cpu_port(target->cpu);
    enum mode mode = hart->mode;
    uint64_t old, now;
    char name[24] = "";
    hart->mode = MODE_M;
    bool done = csr_access(hart, port, number, CSR_SWAP, true, value, &old);
    hart->mode = mode;
    csr_names_of(number, name, sizeof name);
    if (!done)
        return out_fail(&debugger->out, "%s cannot be written", name);
    target_csr(target, hart, number, &now);
    out_line(&debugger->out, "%s 0x%" PRIx64 " -> 0x%" PRIx64 "%s", name, old, now,
             now == value ? "" : "  (it does not keep the rest)");
    return true;
}

static bool set_memory(struct debugger *debugger, const struct value *place, uint64_t value)
{
    uint64_t bad;
    if (target_write(&debugger->target, debugger_hart(debugger), place->level, place->address,
                     &value, place->size, &bad))
        return true;
    return out_fail(&debugger->out, "0x%" PRIx64 " is no memory", bad);
}

static bool set_place(struct debugger *debugger, const struct value *place, uint64_t value)
{
    struct hart *hart = debugger_hart(debugger);
    switch (place->place) {
    case PLACE_X:
        if (!place->index)
            return out_fail(&debugger->out, "zero is always zero");
        hart->x[place->index] = value;
        return true;
    case PLACE_F:
        hart->f[place->index] = value;
        return true;
    case PLACE_PC:
        if (value & (isa_has(hart->isa, EXT_C) ? 1 : 3))
            return out_fail(&debugger->out, "0x%" PRIx64 " is no address of an instruction", value);
        hart->pc = value;
        return true;
    case PLACE_CSR:
        return set_csr(debugger, place->index, value);
    case PLACE_MEMORY:
        return set_memory(debugger, place, value);
    case PLACE_NONE:
        break;
    }
    return out_fail(&debugger->out,
                    "what stands left of = cannot be changed: a register, csr.NAME or memory can");
}

static bool set_time(struct debugger *debugger, const char *args)
{
    bool on = take_word(&args, "on");
    if (!on && !take_word(&args, "off"))
        return out_fail(&debugger->out, "set time is on or off");
    debugger->shows_time = on;
    return no_more(debugger, args);
}

bool command_set(struct debugger *debugger, const char *args)
{
    struct value place, value;
    if (take_word(&args, "time"))
        return set_time(debugger, args);
    if (!take_value(debugger, &args, &place))
        return false;
    if (*args != '=')
        return out_fail(&debugger->out, "'%.*s': = was expected there", *args ? 1 : 3,
                        *args ? args : "end");
    args++;
    if (!take_value(debugger, &args, &value) || !no_more(debugger, args))
        return false;
    if (debugger->in_vmm)
        return out_fail(&debugger->out, "not in the middle of an exit: next comes out of it");
    if (!set_place(debugger, &place, value.bits))
        return false;
    tell_changed(debugger);
    return true;
}

bool command_type(struct debugger *debugger, const char *args)
{
    struct platform *platform = debugger->target.platform;
    for (const char *at = args; *at; at++)
        input_append(platform, (uint8_t)*at);
    input_append(platform, '\r');
    platform_update(platform);
    return true;
}

/* ---- the session ---------------------------------------------------------------------------- */

bool command_hart(struct debugger *debugger, const char *args)
{
    uint64_t number;
    if (*args) {
        if (!take_number(debugger, &args, &number) || !no_more(debugger, args))
            return false;
        if (number >= debugger->target.platform->harts)
            return out_fail(&debugger->out, "%" PRIu64 " is no hart: there are %u", number,
                            debugger->target.platform->harts);
        debugger->hart = (unsigned)number;
        debugger->in_vmm = false;
    }
    run_where(debugger);
    return true;
}

bool command_symbols(struct debugger *debugger, const char *args)
{
    char error[512];
    if (!*args)
        return out_fail(&debugger->out, "a file is missing");
    if (!symbols_add(&debugger->symbols, args, error, sizeof error))
        return out_fail(&debugger->out, "%s", error);
    out_line(&debugger->out, "%s: %zu symbols, %zu lines", args, debugger->symbols.files->symbols,
             debugger->symbols.files->lines);
    return true;
}

bool command_directory(struct debugger *debugger, const char *args)
{
    free(debugger->source_path);
    debugger->source_path = *args ? strdup(args) : NULL;
    return true;
}

bool command_trace(struct debugger *debugger, const char *args)
{
    char error[512];
    if (take_word(&args, "off")) {
        if (!debugger->perfetto)
            return out_fail(&debugger->out, "no trace is being written");
        bool done = perfetto_close(debugger, error, sizeof error);
        return done || out_fail(&debugger->out, "%s", error);
    }
    if (!take_word(&args, "--perfetto") || !*args)
        return out_fail(&debugger->out, "trace --perfetto FILE, or trace off");
    if (debugger->perfetto)
        return out_fail(&debugger->out, "a trace is being written already (trace off ends it)");
    return perfetto_open(debugger, args, error, sizeof error) ||
           out_fail(&debugger->out, "%s", error);
}

bool command_source(struct debugger *debugger, const char *args)
{
    enum { DEEPEST = 8 };
    char *line = NULL;
    size_t size = 0;
    bool done = true;
    if (debugger->nesting >= DEEPEST)
        return out_fail(&debugger->out, "files that source files go deeper than %d", DEEPEST);
    FILE *file = *args ? fopen(args, "re") : NULL;
    if (!file)
        return out_fail(&debugger->out, "'%s' cannot be read", args);
    debugger->nesting++;
    while (done && !debugger->wants_to_quit && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        done = debugger_part(debugger, line);
    }
    debugger->nesting--;
    free(line);
    fclose(file);
    return done;
}

bool command_echo(struct debugger *debugger, const char *args)
{
    out_line(&debugger->out, "%s", args);
    return true;
}

bool command_quit(struct debugger *debugger, const char *args)
{
    if (!no_more(debugger, args))
        return false;
    debugger->wants_to_quit = true;
    return true;
}
