/* A readable log of what a platform's harts go through: traps, exits of a VM, instructions.
 *
 * A line an event, told before it happens: the step, the hart and its mode, what it is, the pc. A
 * machine and a VM that run the same guest write the same lines, but for exits. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform.h"

struct trace;

/* Opens a log and makes it the platform's observer. `name` is FILE, or FILE,KIND... with kinds of
 * insn, trap and exit; without any, trap and exit. NULL: `error` says why. */
struct trace *trace_open(const char *name, struct platform *platform, char *error,
                         size_t error_size);

/* True when instructions are wanted one by one, which only the step engine tells. */
bool trace_wants_insn(const char *name);

/* Ends the log; NULL is allowed. False: part of it could not be written; errno says why. */
bool trace_close(struct trace *trace);

#endif
