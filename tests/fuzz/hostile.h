/* Hostile guests beside a quiet one, on one machine.
 *
 * A hostile guest is a random program (program.h) of which much was made worse: instructions,
 * page tables, the places where its handlers land. It runs by turns with a neighbour, and a twin of
 * the neighbour runs alone on a machine of its own: the two must stay the same to the bit. Beside
 * that, what the VMM keeps of each VM is gone through by code of this test's own. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "hosted.h"
#include "program.h"

/* What kind of guest: its machine, and how much of it is made worse. */
struct profile {
    enum firmware firmware;
    isa_t isa;
    unsigned harts;
    enum shadow_kind shadow;
    bool passes_uart;
    unsigned worse; /* of 16 instructions and table entries */
};
enum { PROFILES = 2 * 2 * 3 * 2 * 3 * SHADOW_KINDS };
struct profile profile_of(unsigned number);

/* Makes the guest of `seed`; and, for a fuzzer's input, writes over it what `bytes` say. */
void hostile_make(struct program *program, const struct profile *profile, uint64_t seed,
                  const uint8_t *bytes, size_t size);

/* A fault in the VMM, for tests of this test: changes the hostile VM as such a fault would. */
struct sabotage {
    const char *name;
    void (*spoil)(struct vm *hostile, struct vm *neighbour);
    bool is_audited; /* false: what the VMM keeps is not gone through, so that only the neighbour
                        can tell */
};

struct hostile_counts {
    uint64_t exits[EXIT_COUNT];
    uint64_t steps, worlds, checks, neighbour_steps;
};

/* One world: a machine with two VMs, the twin, some bouts. Adds to *counts. What was found wrong,
 * in words that stay until the next call; NULL: nothing. */
const char *hostile_world(const struct profile *profile, uint64_t seed, const uint8_t *bytes,
                          size_t size, const struct sabotage *sabotage,
                          struct hostile_counts *counts);

/* hostile_check.c: goes through what the VMM keeps of a VM: each leaf of its shadows and of its p2m
 * leads to a frame of its own, tables are the VMM's, and no page of the pool is lost. NULL: all
 * is well. */
const char *hostile_check(const struct vm *vm);

#endif
