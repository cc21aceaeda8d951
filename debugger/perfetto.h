/* A trace of a run in the Chrome trace format, which ui.perfetto.dev shows.
 *
 * Each hart has a lane for each mode, and its exits a lane of the VMM; time is the machine's own
 * clock, in which an exit takes none. */
#ifndef PERFETTO_H
#define PERFETTO_H

#include "debugger.h"

/* Begins a trace that will be at `path`. False: `error`. */
bool perfetto_open(struct debugger *debugger, const char *path, char *error, size_t error_size);

/* Ends it; without one, does nothing. False: it could not be written, and there is no file. */
bool perfetto_close(struct debugger *debugger, char *error, size_t error_size);

/* What the trace is made of. Each does nothing without one. */
void perfetto_episode(struct debugger *debugger, const struct episode *e);
void perfetto_return(struct debugger *debugger, const struct hart *hart);
void perfetto_mmio(struct debugger *debugger, const struct mmio *mmio);

#endif
