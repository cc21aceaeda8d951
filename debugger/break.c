/* Asking to be stopped: break, catch, watch, and what can be done with stops. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "csr_names.h"
#include "device_map.h"
#include "names.h"
#include "trap.h"

/* The text in front of " if ", and the condition behind it; both are the caller's to free. */
static bool split_condition(struct debugger *debugger, const char *args, char **text,
                            char **condition)
{
    const char *at = strncmp(args, "if ", 3) == 0 ? args : strstr(args, " if ");
    *condition = NULL;
    *text = strndup(args, at ? (size_t)(at - args) : strlen(args));
    if (!*text) {
        out_fail(&debugger->out, "no memory");
        return false;
    }
    if (!at)
        return true;
    at += strspn(at, " ");
    const char *expression = at + 3 + strspn(at + 3, " ");
    struct value value;
    struct expr_error error;
    if (!expr_eval(debugger, expression, NULL, &value, &error)) {
        free(*text);
        out_fail(&debugger->out, "in the condition: %s", error.text);
        return false;
    }
    *condition = strdup(expression);
    return true;
}

/* Adds the stop and says so. It takes text and condition. */
static bool add(struct debugger *debugger, struct stoppoint stop, char *text, char *condition)
{
    stop.text = text;
    stop.condition = condition;
    const struct stoppoint *added = stops_add(debugger, &stop);
    if (!added)
        return out_fail(&debugger->out, "no memory");
    out_line(&debugger->out, "%u: %s%s%s", added->number, text, condition ? " if " : "",
             condition ? condition : "");
    out_count(&debugger->out, "number", added->number);
    return true;
}

/* Frees what a stop would have taken. */
static bool give_up(char *text, char *condition)
{
    free(text);
    free(condition);
    return false;
}

static bool add_place(struct debugger *debugger, const char *args, bool is_temporary)
{
    char *text, *condition;
    struct stoppoint stop = {.kind = STOP_AT, .is_temporary = is_temporary};
    if (!split_condition(debugger, args, &text, &condition))
        return false;
    const char *rest = text;
    if (!*text)
        stop.first = debugger_hart(debugger)->pc;
    else if (!take_place(debugger, &rest, &stop.first) || !no_more(debugger, rest))
        return give_up(text, condition);
    char where[300];
    snprintf(where, sizeof where, "%s%s0x%" PRIx64, text, *text ? " at " : "", stop.first);
    free(text);
    stop.last = stop.first;
    text = strdup(where);
    return text ? add(debugger, stop, text, condition) : give_up(text, condition);
}

bool command_break(struct debugger *debugger, const char *args)
{
    return add_place(debugger, args, false);
}

bool command_tbreak(struct debugger *debugger, const char *args)
{
    return add_place(debugger, args, true);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool is_memory(struct debugger *debugger, const struct value *value)
{
    uint8_t byte;
    uint64_t bad;
    return target_read(&debugger->target, debugger_hart(debugger), value->level, value->bits, &byte,
                       1, &bad);
}

/* What a watch is about: a place in memory, the value as an address, or any expression. */
static bool take_watched(struct debugger *debugger, const char **args, bool on_read, bool on_write,
                         struct stoppoint *stop)
{
    const char *from = *args;
    struct value value;
    uint64_t size = 8;
    if (!take_value(debugger, args, &value))
        return false;
    bool is_register = value.place == PLACE_X || value.place == PLACE_F ||
                       value.place == PLACE_PC || value.place == PLACE_CSR;
    *stop = (struct stoppoint){.kind = STOP_WATCH, .on_read = on_read, .on_write = on_write};
    if (value.place == PLACE_MEMORY) {
        stop->level = value.level;
        stop->first = value.address;
        size = value.size;
    } else if (!is_register && strncmp(from, "csr.", 4) != 0) {
        stop->level = value.level;
        stop->first = value.bits;
    } else {
        stop->kind = STOP_EXPRESSION;
        stop->old = value.bits;
        return !on_read || out_fail(&debugger->out, "only memory can be watched for reads");
    }
    if (**args && !take_number(debugger, args, &size))
        return false;
    if (!size || size > 1 << 20)
        return out_fail(&debugger->out, "%" PRIu64 " bytes cannot be watched", size);
    stop->last = stop->first + size - 1;
    value = (struct value){.bits = stop->first, .level = stop->level};
    if (stop->level != LEVEL_GVA && !is_memory(debugger, &value))
        return out_fail(&debugger->out, "0x%" PRIx64 " is no memory", stop->first);
    return true;
}

static bool add_watch(struct debugger *debugger, const char *args, bool on_read, bool on_write)
{
    char *text, *condition;
    struct stoppoint stop;
    if (!split_condition(debugger, args, &text, &condition))
        return false;
    const char *rest = text;
    if (!take_watched(debugger, &rest, on_read, on_write, &stop) || !no_more(debugger, rest))
        return give_up(text, condition);
    if (stop.kind == STOP_EXPRESSION)
        out_line(&debugger->out, "it is looked at after every step: the run will be slow");
    return add(debugger, stop, text, condition);
}

bool command_watch(struct debugger *debugger, const char *args)
{
    return add_watch(debugger, args, false, true);
}

bool command_rwatch(struct debugger *debugger, const char *args)
{
    return add_watch(debugger, args, true, false);
}

bool command_awatch(struct debugger *debugger, const char *args)
{
    return add_watch(debugger, args, true, true);
}

/* ---- events --------------------------------------------------------------------------------- */

static bool take_access(const char **args, struct stoppoint *stop)
{
    bool reads = take_word(args, "r"), writes = !reads && take_word(args, "w");
    if (!reads && !writes)
        take_word(args, "rw");
    stop->on_read = !writes;
    stop->on_write = !reads;
    return true;
}

static bool take_mode(const char **args, struct stoppoint *stop)
{
    stop->which = take_word(args, "u")   ? MODE_U
                  : take_word(args, "s") ? MODE_S
                  : take_word(args, "m") ? (int)MODE_M
                                         : ANY;
    return true;
}

static bool take_cause(struct debugger *debugger, const char **args, struct stoppoint *stop)
{
    uint64_t number;
    bool is_irq = take_word(args, "irq");
    stop->cause = CAUSE_ANY;
    if (!**args)
        return !is_irq || out_fail(&debugger->out, "the number of the interrupt is missing");
    if (!take_number(debugger, args, &number))
        return false;
    if (number > 63)
        return out_fail(&debugger->out, "'%" PRIu64 "' is no cause", number);
    stop->cause = number | (is_irq ? CAUSE_INTERRUPT : 0);
    return true;
}

static bool take_reason(struct debugger *debugger, const char **args, struct stoppoint *stop)
{
    static const char *const names[EXIT_COUNT] = {
#define EXIT(reason, cause, handler, text) [EXIT_##reason] = #reason,
#include "exit.def"
    };
    char word[32];
    stop->which = ANY;
    if (!debugger->target.vm)
        return out_fail(&debugger->out, "there are exits under a VMM only (trapeze debug --vmm)");
    if (!next_word(args, word, sizeof word))
        return true;
    for (int i = 0; i < EXIT_COUNT; i++)
        if (strcasecmp(word, names[i]) == 0) {
            stop->which = i;
            return true;
        }
    return out_fail(&debugger->out, "'%s' is no exit reason (they are those of exit.def)", word);
}

static bool take_csr(struct debugger *debugger, const char **args, struct stoppoint *stop)
{
    char word[32];
    if (!next_word(args, word, sizeof word))
        return out_fail(&debugger->out, "the name of a CSR is missing");
    int number = csr_names_find((struct text){word, strlen(word)});
    if (number < 0)
        return out_fail(&debugger->out, "'%s' is no CSR (csr lists them)", word);
    stop->csr = (unsigned)number;
    return take_access(args, stop);
}

static bool take_device(struct debugger *debugger, const char **args, struct stoppoint *stop)
{
    char word[32];
    const char *from = *args;
    if (!next_word(args, word, sizeof word))
        return out_fail(&debugger->out, "the name or an address of a device is missing");
    const struct device_place *device = device_named(word);
    struct value value;
    if (device) {
        stop->first = device->base;
        stop->last = device->base + device->size - 1;
        return take_access(args, stop);
    }
    *args = from;
    if (!take_value(debugger, args, &value))
        return false;
    if (!platform_is_device(value.bits))
        return out_fail(&debugger->out, "0x%" PRIx64 " is no device's (see info devices)",
                        value.bits);
    stop->first = stop->last = value.bits;
    return take_access(args, stop);
}

static bool take_event(struct debugger *debugger, const char **args, struct stoppoint *stop)
{
    if (take_word(args, "mode"))
        return stop->kind = STOP_MODE, take_mode(args, stop);
    if (take_word(args, "trap"))
        return stop->kind = STOP_TRAP, take_cause(debugger, args, stop);
    if (take_word(args, "exit"))
        return stop->kind = STOP_EXIT, take_reason(debugger, args, stop);
    if (take_word(args, "csr"))
        return stop->kind = STOP_CSR, take_csr(debugger, args, stop);
    if (take_word(args, "device"))
        return stop->kind = STOP_DEVICE, take_device(debugger, args, stop);
    if (take_word(args, "table"))
        return stop->kind = STOP_TABLE, true;
    return out_fail(&debugger->out,
                    "'%.*s' cannot be caught: mode, trap, exit, csr, table and device can",
                    (int)strcspn(*args, " "), *args);
}

bool command_catch(struct debugger *debugger, const char *args)
{
    char *text, *condition;
    struct stoppoint stop = {0};
    if (!split_condition(debugger, args, &text, &condition))
        return false;
    const char *rest = text;
    if (!take_event(debugger, &rest, &stop) || !no_more(debugger, rest))
        return give_up(text, condition);
    return add(debugger, stop, text, condition);
}

/* ---- what can be done with them ------------------------------------------------------------- */

static struct stoppoint *take_stop(struct debugger *debugger, const char **args)
{
    uint64_t number;
    if (!take_number(debugger, args, &number))
        return NULL;
    struct stoppoint *stop =
        number <= UINT32_MAX ? stops_find(&debugger->stops, (unsigned)number) : NULL;
    if (!stop)
        out_fail(&debugger->out, "%" PRIu64 " is no stop (see info stops)", number);
    return stop;
}

bool command_delete(struct debugger *debugger, const char *args)
{
    if (!*args)
        while (debugger->stops.list)
            stops_remove(debugger, debugger->stops.list);
    while (*args) {
        struct stoppoint *stop = take_stop(debugger, &args);
        if (!stop)
            return false;
        stops_remove(debugger, stop);
    }
    return true;
}

static bool enable_all(struct debugger *debugger, const char *args, bool is_enabled)
{
    do {
        struct stoppoint *stop = take_stop(debugger, &args);
        if (!stop)
            return false;
        stop->is_enabled = is_enabled;
        debugger->stops.is_stale = true;
    } while (*args);
    return true;
}

bool command_enable(struct debugger *debugger, const char *args)
{
    return enable_all(debugger, args, true);
}

bool command_disable(struct debugger *debugger, const char *args)
{
    return enable_all(debugger, args, false);
}

bool command_condition(struct debugger *debugger, const char *args)
{
    struct value value;
    struct stoppoint *stop = take_stop(debugger, &args);
    const char *rest = args;
    if (!stop || (*args && (!take_value(debugger, &rest, &value) || !no_more(debugger, rest))))
        return false;
    free(stop->condition);
    stop->condition = *args ? strdup(args) : NULL;
    return true;
}

bool command_ignore(struct debugger *debugger, const char *args)
{
    struct stoppoint *stop = take_stop(debugger, &args);
    return stop && take_number(debugger, &args, &stop->ignore) && no_more(debugger, args);
}

bool command_commands(struct debugger *debugger, const char *args)
{
    struct stoppoint *stop = take_stop(debugger, &args);
    if (!stop)
        return false;
    while (stop->commands)
        free(stop->command[--stop->commands]);
    while (*args) {
        size_t size = strcspn(args, ";");
        if (stop->commands == COMMANDS_MAX)
            return out_fail(&debugger->out, "more than %d commands", COMMANDS_MAX);
        stop->command[stop->commands] = strndup(args, size);
        stop->commands += stop->command[stop->commands] != NULL;
        args += size;
        args += strspn(args, "; ");
    }
    return true;
}
