/* The PLIC: external interrupts with priorities, enables, thresholds, claim and complete
 * (RISC-V PLIC specification 1.0.0), laid out as on QEMU's virt board: context 2h is M of hart h,
 * context 2h+1 is S. */
#ifndef PLIC_H
#define PLIC_H

#include <stdbool.h>
#include <stdint.h>

enum { PLIC_SOURCES = 96, PLIC_CONTEXTS = 16, PLIC_WORDS = PLIC_SOURCES / 32 };

struct plic {
    uint32_t priority[PLIC_SOURCES]; /* 0 to 7; source 0 does not exist */
    uint32_t level[PLIC_WORDS];      /* the lines, as devices drive them */
    uint32_t pending[PLIC_WORDS];
    uint32_t claimed[PLIC_WORDS];
    uint32_t enable[PLIC_CONTEXTS][PLIC_WORDS];
    uint32_t threshold[PLIC_CONTEXTS];
};

void plic_reset(struct plic *plic);

/* A device drives its line. A high level pends unless the source is claimed; it pends again when
 * the claim is completed while the line is still high. */
void plic_set_level(struct plic *plic, unsigned source, bool is_high);

/* Reads or writes 4 bytes, aligned, at `offset`, with `contexts` contexts on the board. Registers
 * that do not exist read as zero (P34). False: another width or alignment. */
bool plic_access(struct plic *plic, unsigned contexts, uint64_t offset, unsigned size,
                 bool is_write, uint64_t *value);

/* True when `context` has an enabled source pending above its threshold. */
bool plic_irq(const struct plic *plic, unsigned context);

#endif
