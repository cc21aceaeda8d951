/* A hart: the architectural state of one hardware thread, and nothing else.
 *
 * The same type is the state of a physical hart and the virtual state of a vcpu. It is a plain
 * value: it can be copied, compared and printed, and holds no pointer. The world outside (memory,
 * devices, time) is reached through a struct port (port.h). */
#ifndef HART_H
#define HART_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"
#include "priv.h"

enum mode { MODE_U = 0, MODE_S = 1, MODE_M = 3 };

/* Trap causes: exceptions as they are, interrupts with bit 63 set (Privileged 3.1.15). */
#define CAUSE_INTERRUPT ((uint64_t)1 << 63)
enum cause {
#define EXCEPTION(name, number, text) CAUSE_##name = (number),
#define INTERRUPT(name, number, text)
#include "cause.def"
};
enum irq {
#define EXCEPTION(name, number, text)
#define INTERRUPT(name, number, text) IRQ_##name = (number),
#include "cause.def"
};

/* What a trap says besides the pc: filled by whatever could not be done, taken by trap_enter. */
struct trap {
    uint64_t cause;
    uint64_t tval;
};

/* x[0] reads as zero after every step. x[X_SINK] swallows what an engine writes to x0, and is
 * zero whenever the hart is looked at from outside. */
enum { X_RA = 1, X_SP = 2, X_A0 = 10, X_A1, X_A2, X_A3, X_A4, X_A5, X_A6, X_A7 };
enum { X_SINK = 32, X_COUNT };

/* pmpcfg0 and pmpcfg2, and the pmpaddr registers (pmp.h). */
enum { PMP_ENTRIES = 16 };
struct pmp {
    uint64_t cfg[2];
    uint64_t addr[PMP_ENTRIES];
};

/* The CSRs that hold state; the others are views of these, constants or clocks (csr.def). */
struct csrs {
    uint64_t mstatus, medeleg, mideleg, mie, mip, mtvec, mcounteren, mscratch;
    uint64_t mepc, mcause, mtval, menvcfg, mcycle, minstret, mcountinhibit, mhartid;
    uint64_t stvec, scounteren, sscratch, sepc, scause, stval, satp, senvcfg, stimecmp;
    uint64_t fcsr;
    struct pmp pmp;
};

/* The reservation of LR: the physical address of the bytes that SC may write. */
struct reservation {
    bool valid;
    uint64_t pa;
};

struct hart {
    /* What every program sees. */
    uint64_t x[X_COUNT];
    uint64_t f[32]; /* a single is NaN-boxed (fp.h) */
    uint64_t pc;
    struct reservation reservation;

    /* What privileged software sees. `wires` are the interrupt lines driven from outside, bits as
     * in mip; software reads them through mip, ORed with its own bits, and cannot write them. */
    enum mode mode;
    bool waiting; /* in wfi: takes no step until an enabled interrupt is pending */
    uint64_t wires;
    struct csrs csr;

    /* Fixed at reset. */
    isa_t isa;
};

/* Puts a hart into its reset state: M-mode, all registers zero, pc at `pc`
 * (Privileged 3.4). */
void hart_reset(struct hart *hart, isa_t isa, uint64_t hartid, uint64_t pc);

#endif
