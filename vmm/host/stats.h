/* What a VM's exits came to, for people. */
#ifndef STATS_H
#define STATS_H

#include <stdio.h>

#include "vm.h"

/* Prints steps run directly and emulated, exits by reason, and emulated instructions by name. */
void stats_print(FILE *out, const struct vm *vm);

/* True when the VM kept its promise: each emulated step was privileged or reached a device, and the
 * hart was in U at every entry. */
bool stats_are_honest(const struct vm *vm);

#endif
