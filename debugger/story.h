/* An episode told as a chain of causes: what trapped and by which rule, what it meant to the guest,
 * what was decided, what changed, how it goes on. */
#ifndef STORY_H
#define STORY_H

#include "debugger.h"

enum stage { STAGE_TRAP, STAGE_GUEST, STAGE_DECISION, STAGE_CHANGE, STAGE_RESUME, STAGES };

/* Tells one stage of an episode. */
void story_stage(struct debugger *debugger, const struct episode *e, enum stage stage);

/* Tells all of it. */
void story_all(struct debugger *debugger, const struct episode *e);

/* One line about it, for a list. */
void story_line(struct debugger *debugger, const struct episode *e);

/* What was decided, in a word or two: emulate, reflect, fill, MMIO, inject ... */
const char *story_decision(const struct episode *e);

/* `why not`: of each interrupt, or of number `irq` (ANY: all that are pending). */
void story_why_not(struct debugger *debugger, int irq);

#endif
