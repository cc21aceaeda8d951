/* The hardware as the VMM core sees it: all that it asks of a machine.
 *
 * Hosted, it is implemented on isa/ (vmm/host/hw.c); freestanding, it would be a few lines of
 * assembly. One struct hw is one hart. */
#ifndef HW_H
#define HW_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "hart.h"

struct hw;

/* What a guest runs on: the real state of the hart while it is in U. */
struct hw_state {
    uint64_t x[X_COUNT];
    uint64_t pc;
    /* FS of sstatus, in place: off or clean going in; where it comes back dirty, f and fcsr have
     * changed. They mean nothing while it is off. */
    uint64_t fs;
    uint64_t fcsr, f[32];
    uint64_t satp;                  /* a shadow page table's root */
    struct reservation reservation; /* its address is an hpa */
};

/* Why the hart came back: a trap that was not taken, or the budget. */
struct hw_exit {
    bool is_trap;
    struct trap trap;
    uint32_t insn;  /* the instruction that trapped, as tinst or tval hold it; 0: not told */
    uint64_t steps; /* instructions that retired; the trapping one is not among them */
};

/* The bytes of the frame that `hpa` lies in, at `hpa`; they end with the frame. Every frame that
 * the VMM was given can be had, at any time. */
uint8_t *hw_frame(struct hw *hw, hpa_t hpa);

/* Writes `size` bytes (1, 2, 4 or 8) of `value` at `hpa`, within one frame. Every write that a hart
 * could notice, of page tables and of guest memory, is made so. */
void hw_store(struct hw *hw, hpa_t hpa, unsigned size, uint64_t value);

/* Fills a frame with zeroes, or copies into and out of one. */
void hw_clear(struct hw *hw, hpa_t frame);
void hw_write(struct hw *hw, hpa_t hpa, const void *bytes, uint64_t size);

/* Shadow entries for `gva` under any root changed: no older translation may be used from now on. */
void hw_fence(struct hw *hw, gva_t gva);
void hw_fence_all(struct hw *hw);

/* The frame, whose entries were all replaced and fenced, is no table any more: it may be one of
 * another level, or for other addresses. */
void hw_no_table(struct hw *hw, hpa_t frame);

/* A device of the machine whose page is mapped interrupts as a trap of cause SEI: after the step
 * that raised or lowered its line, which is counted.
 *
 * Runs the guest in U-mode, with MXR and scounteren 0, on `state` until a trap or for exactly
 * `budget` steps. No trap is taken by the hart itself. */
struct hw_exit hw_enter(struct hw *hw, struct hw_state *state, uint64_t budget);

#endif
