/* Moving through what the VMM did. */
#ifndef MOTION_H
#define MOTION_H

#include "story.h"

/* Goes to a stage of an exit, and tells it. */
void motion_stage(struct debugger *debugger, uint64_t episode, enum stage stage);

#endif
