/* What an episode changed, found by comparing. */
#ifndef CHANGES_H
#define CHANGES_H

#include "debugger.h"

/* Tells each change, a line each. Returns how many there were. */
unsigned changes_tell(struct debugger *debugger, const struct episode *e);

#endif
