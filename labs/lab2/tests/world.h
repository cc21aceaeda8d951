/* What the tests of lab 2 share: a hart, and CSR instructions on it.
 *
 * Bits and numbers are written out as the privileged manual has them (20211203). */
#ifndef LAB2_WORLD_H
#define LAB2_WORLD_H

#include "csr.h"
#include "hart.h"
#include "lab_test.h"
#include "port.h"
#include "trap.h"

#define BIT(n) ((uint64_t)1 << (n))
#define ALL (~(uint64_t)0)

/* mstatus, figure 3.6 */
#define SIE BIT(1)
#define MIE BIT(3)
#define SPIE BIT(5)
#define MPIE BIT(7)
#define SPP BIT(8)
#define MPP(mode) ((uint64_t)(mode) << 11)
#define FS ((uint64_t)3 << 13)
#define MPRV BIT(17)
#define SUM BIT(18)
#define MXR BIT(19)
#define TVM BIT(20)
#define TSR BIT(22)

/* Numbers of interrupts, table 3.6; bits of mip, mie and mideleg. */
enum { SSI = 1, MSI = 3, STI = 5, MTI = 7, SEI = 9, MEI = 11 };
#define IRQ(number) (BIT(63) | (uint64_t)(number))

/* A hart with all its extensions, in `mode`, as after reset but for its handlers. */
static inline struct hart hart_in(enum mode mode)
{
    struct hart hart;
    hart_reset(&hart, ISA_FULL, 0, 0x80001236);
    hart.mode = mode;
    hart.csr.stvec = 0x80002000;
    hart.csr.mtvec = 0x80003000;
    return hart;
}

static inline const char *mode_text(enum mode mode)
{
    return mode == MODE_M ? "M" : mode == MODE_S ? "S" : "U";
}

/* A port that tells the time, and notes what it was told. */
static unsigned told;
static enum change told_of;
static const struct hart *told_by;
static uint64_t told_stimecmp;

static inline uint64_t port_time(struct port *port)
{
    (void)port;
    return 12345;
}

static inline void port_changed(struct port *port, enum change what)
{
    (void)port;
    told++;
    told_of = what;
    told_stimecmp = told_by ? told_by->csr.stimecmp : 0;
}

static struct port port = {.time = port_time, .changed = port_changed};

/* The CSR `number` as it reads, whoever may. */
static inline uint64_t peek(const struct hart *hart, unsigned number)
{
    uint64_t value = 0;
    holds(csr_peek(hart, &port, number, &value), "there is such a CSR", "CSR %#x: there is none",
          number);
    return value;
}

/* csrrw, which must work; gives what rd gets. */
static inline uint64_t swap(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t old = 0;
    holds(csr_access(hart, &port, number, CSR_SWAP, true, value, &old), "the write is allowed",
          "CSR %#x refused in %s", number, mode_text(hart->mode));
    return old;
}

static inline bool may_read(struct hart hart, unsigned number)
{
    uint64_t old;
    return csr_access(&hart, &port, number, CSR_SET, false, 0, &old);
}

static inline bool may_write(struct hart hart, unsigned number)
{
    uint64_t old;
    return csr_access(&hart, &port, number, CSR_SWAP, true, 0, &old);
}

#endif
