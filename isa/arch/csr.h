/* Control and status registers: the one text of who may touch which, what is read, and what a
 * write leaves behind. A vcpu's CSRs behave as hardware's because they are this code. */
#ifndef CSR_H
#define CSR_H

#include "hart.h"
#include "port.h"

enum csr_number {
#define CSR(name, number, ...) CSR_##name = (number),
#define CSRS(name, number, ...) CSR_##name = (number),
#include "csr.def"
};

/* Interrupts of S and of M, bits as in mip (Privileged 3.1.9). */
#define MIP_S ((uint64_t)(MIP_SSIP | MIP_STIP | MIP_SEIP))
#define MIP_M ((uint64_t)(MIP_MSIP | MIP_MTIP | MIP_MEIP))

/* The bits of mstatus that sstatus shows, and those that a write of each may change
 * (Privileged 3.1.6, 4.1.1). FS is for harts with F, and zero on others; XS, VS and UBE always are.
 */
#define SSTATUS_WRITABLE                                                                           \
    ((uint64_t)(MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR))
#define SSTATUS_READABLE                                                                           \
    (SSTATUS_WRITABLE | MSTATUS_UBE | MSTATUS_VS | MSTATUS_XS | MSTATUS_UXL | MSTATUS_SD)
#define MSTATUS_WRITABLE                                                                           \
    (SSTATUS_WRITABLE | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_TVM |    \
     MSTATUS_TW | MSTATUS_TSR)

/* Exceptions that can be delegated: all but the environment call from M (Privileged 3.1.8). */
#define MEDELEG_WRITABLE ((uint64_t)0xb3ff)

/* What a CSR instruction does with its operand. */
enum csr_op { CSR_SWAP, CSR_SET, CSR_CLEAR };

/* Carries out a CSR instruction (ISA 9.1): writes `operand` by `op` to CSR `number` unless
 * `is_write` is false, and gives the old value. False: the hart may not do that, which is an
 * illegal instruction; nothing has changed. */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old);

/* Reads a CSR without asking who may: for debugger, lockstep and tests. False: no such CSR. */
bool csr_peek(const struct hart *hart, struct port *port, unsigned number, uint64_t *value);

/* The bits of mcountinhibit. */
#define COUNTS_CYCLES ((uint64_t)1)
#define COUNTS_RETIRED ((uint64_t)4)

/* True when that counter is not inhibited (Privileged 3.1.12). */
static inline bool csr_counts(const struct hart *hart, uint64_t counter)
{
    return !(hart->csr.mcountinhibit & counter);
}

/* Counts `cycles`, and `retired` of them that retired, where the counters are not inhibited
 * (Privileged 3.1.10). An instruction that writes mcountinhibit is counted as it has written. */
static inline void csr_count(struct hart *hart, uint64_t cycles, uint64_t retired)
{
    hart->csr.mcycle += csr_counts(hart, COUNTS_CYCLES) ? cycles : 0;
    hart->csr.minstret += csr_counts(hart, COUNTS_RETIRED) ? retired : 0;
}

/* True when stimecmp drives STIP (Sstc 2.1). */
static inline bool csr_has_stimer(const struct hart *hart)
{
    return hart->csr.menvcfg & MENVCFG_STCE;
}

/* The interrupts that are pending: software bits and wires together (Privileged 3.1.9). */
static inline uint64_t csr_mip(const struct hart *hart)
{
    return hart->csr.mip | hart->wires;
}

/* The table as data, for whoever walks it: rows in the order of csr.def. */
struct csr_info {
    const char *name;
    const char *fields;
    uint16_t number;
    uint16_t count; /* of consecutive registers that this row stands for */
    enum ext ext;
};
extern const struct csr_info csr_table[];
extern const unsigned csr_rows;

/* The row of CSR `number`, or NULL where there is none. */
const struct csr_info *csr_find(unsigned number);

#endif
