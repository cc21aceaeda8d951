/* Between the list of stops and what a run meets of it (hits.c). */
#ifndef HITS_H
#define HITS_H

#include "stops.h"

/* True when a stop of this kind is enabled. */
bool stops_have(const struct stops *stops, enum stop_kind kind);

/* The run stops here, unless something made it stop before; `stop` may be NULL, none of the user's.
 */
__attribute__((format(printf, 4, 5))) void hits_tell(struct debugger *debugger,
                                                     struct stoppoint *stop, bool is_after,
                                                     const char *format, ...);

/* For the cpu's triggers. */
bool hits_reached(void *owner, const struct hart *hart);
bool hits_touch(void *owner, const struct hart *hart, const struct touch *touch);

/* The instruction of the last touch has been executed, or it trapped: then it has not happened. */
void hits_conclude(struct debugger *debugger);

/* The guest's hart whose turn it is: in a VM, the engine runs on others. */
const struct hart *hits_guest(const struct debugger *debugger);

const char *hits_mode(enum mode mode);

#endif
