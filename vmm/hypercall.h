/* Hypercalls: what a guest may ask of the VMM itself, by an extension of the SBI (priv.h has the
 * numbers).
 *
 * A guest that asks is told that it is in a VM, so a VM answers only where its owner wants it to.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include "sbi.h"

/* Answers one call of the vcpu in turn: the platform's callback. `owner` is a struct vm. */
struct sbi_result hypercall(void *owner, uint64_t function, const uint64_t *args);

#endif
