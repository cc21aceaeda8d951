/* Counting and swapping that no other hart can tear apart. With the A extension each is one AMO
 * instruction. Without it (the toy profile) plain loads and stores do, because then there is one
 * hart, and the kernel is never interrupted. */
#ifndef ATOMIC_H
#define ATOMIC_H

#include <stdint.h>

/* Adds delta to *value and returns the sum. */
static inline uint32_t atomic_add(uint32_t *value, uint32_t delta)
{
#ifdef __riscv_atomic
    return __atomic_add_fetch(value, delta, __ATOMIC_ACQ_REL);
#else
    return *value += delta;
#endif
}

#endif
