/* CSR reads and writes, driven by csr.def.
 *
 * A CSR instruction is: may this hart touch it, read, change, write what the register keeps of it.
 * Each register's keeping (WARL, views, counters) is a rule; most are a mask. */
#include "csr.h"

#include <stddef.h>
#include <string.h>

#include "pmp.h"

enum csr_row {
#define CSR(name, ...) ROW_##name,
#define CSRS(name, ...) ROW_##name,
#include "csr.def"
    ROWS,
};

enum csr_rule {
    RULE_STATE,
    RULE_CONST,
    RULE_COUNTER,
    RULE_TIME,
    RULE_SSTATUS,
    RULE_SIE,
    RULE_SIP,
    RULE_TVEC,
    RULE_EPC,
    RULE_SATP,
    RULE_MSTATUS,
    RULE_MISA,
    RULE_MIP,
    RULE_FFLAGS,
    RULE_FRM,
    RULE_FCSR,
    RULE_MENVCFG,
    RULE_STIMECMP,
    RULE_PMPCFG,
    RULE_PMPADDR,
};

const unsigned csr_rows = ROWS;
const struct csr_info csr_table[] = {
#define CSR(name, number, ext, rule, writable, reset, fields) {#name, fields, number, 1, EXT_##ext},
#define CSRS(name, number, count, ext, rule) {#name, "", number, count, EXT_##ext},
#include "csr.def"
};

/* Where a row's bits live in struct csrs; a view names what it is a view of. Rows without bits of
 * their own have no entry, and their rules never ask. */
#define AT(name) offsetof(struct csrs, name)
static const uint16_t state_of[ROWS] = {
    [ROW_fflags] = AT(fcsr),
    [ROW_frm] = AT(fcsr),
    [ROW_fcsr] = AT(fcsr),
    [ROW_cycle] = AT(mcycle),
    [ROW_instret] = AT(minstret),
    [ROW_mcycle] = AT(mcycle),
    [ROW_minstret] = AT(minstret),
    [ROW_sstatus] = AT(mstatus),
    [ROW_mstatus] = AT(mstatus),
    [ROW_sie] = AT(mie),
    [ROW_mie] = AT(mie),
    [ROW_sip] = AT(mip),
    [ROW_mip] = AT(mip),
    [ROW_stvec] = AT(stvec),
    [ROW_mtvec] = AT(mtvec),
    [ROW_scounteren] = AT(scounteren),
    [ROW_mcounteren] = AT(mcounteren),
    [ROW_senvcfg] = AT(senvcfg),
    [ROW_menvcfg] = AT(menvcfg),
    [ROW_sscratch] = AT(sscratch),
    [ROW_mscratch] = AT(mscratch),
    [ROW_sepc] = AT(sepc),
    [ROW_mepc] = AT(mepc),
    [ROW_scause] = AT(scause),
    [ROW_mcause] = AT(mcause),
    [ROW_stval] = AT(stval),
    [ROW_mtval] = AT(mtval),
    [ROW_satp] = AT(satp),
    [ROW_mhartid] = AT(mhartid),
    [ROW_medeleg] = AT(medeleg),
    [ROW_mideleg] = AT(mideleg),
    [ROW_mcountinhibit] = AT(mcountinhibit),
    [ROW_stimecmp] = AT(stimecmp),
    [ROW_pmpcfg0] = AT(pmp.cfg[0]),
    [ROW_pmpcfg2] = AT(pmp.cfg[1]),
    [ROW_pmpaddr] = AT(pmp.addr),
};

static const struct {
    uint64_t writable, reset;
    enum csr_rule rule;
} rules[ROWS] = {
#define CSR(name, number, ext, rule, writable, reset, fields)                                      \
    [ROW_##name] = {writable, reset, RULE_##rule},
#define CSRS(name, number, count, ext, rule) [ROW_##name] = {0, 0, RULE_##rule},
#include "csr.def"
};

/* Row of each CSR number, plus one; 0 where there is no CSR. */
static const uint8_t row_of[4096] = {
#define CSR(name, number, ...) [number] = ROW_##name + 1,
#define CSRS(name, number, count, ...) [(number)...(number) + (count)-1] = ROW_##name + 1,
#include "csr.def"
};

const struct csr_info *csr_find(unsigned number)
{
    return number < 4096 && row_of[number] ? &csr_table[row_of[number] - 1] : NULL;
}

static unsigned row_at(unsigned number)
{
    return row_of[number] - 1u;
}

static uint64_t *state(const struct hart *hart, unsigned number)
{
    unsigned row = row_at(number);
    uint64_t *first = (uint64_t *)((char *)&hart->csr + state_of[row]);
    return first + (number - csr_table[row].number);
}

/* mstatus as software reads it: SD sums up FS, VS and XS (Privileged 3.1.6.6). */
static uint64_t mstatus_value(const struct hart *hart)
{
    uint64_t status = hart->csr.mstatus;
    bool is_dirty = (status & MSTATUS_FS) == MSTATUS_FS;
    return is_dirty ? status | MSTATUS_SD : status;
}

/* Lab 2, exercise 2. The bits of its register that a view shows; the others read as zero (P22).
 *
 *   RULE_SSTATUS        of mstatus: SSTATUS_READABLE (Privileged 4.1.1)
 *   RULE_SIE, RULE_SIP  of mie and mip: the interrupts that M has delegated to S, and these alone
 *                       (mideleg; Privileged 4.1.3)
 *
 * No other rule is a view's. */
static uint64_t view_readable(const struct hart *hart, enum csr_rule rule)
{
    return rule == RULE_SSTATUS ? SSTATUS_READABLE : hart->csr.mideleg;
}

static uint64_t read_csr(const struct hart *hart, struct port *port, unsigned number)
{
    switch (rules[row_at(number)].rule) {
    case RULE_STATE:
    case RULE_COUNTER:
    case RULE_TVEC:
    case RULE_EPC:
    case RULE_SATP:
    case RULE_FCSR:
    case RULE_MENVCFG:
    case RULE_STIMECMP:
    case RULE_PMPCFG:
    case RULE_PMPADDR:
        return *state(hart, number);
    case RULE_FFLAGS:
        return hart->csr.fcsr & FCSR_FFLAGS;
    case RULE_FRM:
        return hart->csr.fcsr >> FCSR_FRM_SHIFT;
    case RULE_CONST:
        return rules[row_at(number)].reset;
    case RULE_TIME:
        return port->time(port);
    case RULE_MSTATUS:
        return mstatus_value(hart);
    case RULE_SSTATUS:
        return mstatus_value(hart) & view_readable(hart, RULE_SSTATUS);
    case RULE_SIE:
        return hart->csr.mie & view_readable(hart, RULE_SIE);
    case RULE_MIP:
        return csr_mip(hart);
    case RULE_SIP:
        return csr_mip(hart) & view_readable(hart, RULE_SIP);
    case RULE_MISA:
        return isa_misa(hart->isa);
    }
    return 0;
}

/* Lab 2, exercise 2. What mstatus holds after a write of `value` where it held `old`.
 *
 * Of the bits in `writable` it takes those of `value`, of all others it keeps those of `old`. MPP
 * is WARL: 2 names no mode, and a write of it leaves the old MPP, while the rest of the write
 * counts (Privileged 2.3, 3.1.6.1, P23). */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    if ((value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2)
        writable &= ~(uint64_t)MSTATUS_MPP;
    return (old & ~writable) | (value & writable);
}

/* Lab 2, exercise 1. What csrrs and csrrc set and clear bits in; `read` is what the CSR of `row`
 * reads as.
 *
 * For all registers but two it is `read`. An interrupt's bit in mip, and in sip, which shows mip,
 * reads as one where software has set it or a wire drives it; a read-modify-write starts from the
 * software bits alone, which are hart->csr.mip, for else it would store the wire's state as
 * software's (Privileged 3.1.9, P22). `rules[row].rule` says which register it is: RULE_MIP,
 * RULE_SIP. */
static uint64_t modify_base(const struct hart *hart, unsigned row, uint64_t read)
{
    enum csr_rule rule = rules[row].rule;
    return rule == RULE_MIP || rule == RULE_SIP ? hart->csr.mip : read;
}

/* FS stays zero on a hart without F (Privileged 3.1.6.6). */
static uint64_t without_f(const struct hart *hart)
{
    return isa_has(hart->isa, EXT_F) ? 0 : MSTATUS_FS;
}

/* Lab 2, exercise 2. The bits of its register that a write through a view may change (P22).
 *
 *   RULE_SSTATUS  of mstatus: SSTATUS_WRITABLE, but not the bits of without_f(hart)
 *   RULE_SIE      of mie: what the view shows (Privileged 4.1.3)
 *   RULE_SIP      of mip: SSIP alone, and only where it is delegated; STIP and SEIP are raised and
 *                 lowered by M and by devices (Privileged 4.1.3)
 *
 * No other rule is a view's. */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    if (rule == RULE_SSTATUS)
        return SSTATUS_WRITABLE & ~without_f(hart);
    return hart->csr.mideleg & (rule == RULE_SIP ? MIP_SSIP : ~(uint64_t)0);
}

/* fcsr or a part of it: the floating-point state is no longer what memory has of it. QEMU and Spike
 * set FS whatever is written. Reserved rounding modes can be held (ISA 11.2). */
static void write_fcsr(struct hart *hart, uint64_t value, uint64_t part)
{
    hart->csr.fcsr = (hart->csr.fcsr & ~part) | (value & part);
    hart->csr.mstatus |= MSTATUS_FS;
}

/* The bits of menvcfg that this hart has. */
static uint64_t menvcfg_writable(const struct hart *hart)
{
    return MENVCFG_FIOM | (isa_has(hart->isa, EXT_Sstc) ? MENVCFG_STCE : 0) |
           (isa_has(hart->isa, EXT_Svadu) ? MENVCFG_ADUE : 0);
}

/* NOLINTNEXTLINE(readability-function-size): the dispatcher, one case a rule */
static void write_csr(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = rules[row_at(number)].writable;
    uint64_t *csr = state(hart, number);
    switch (rules[row_at(number)].rule) {
    case RULE_CONST:
    case RULE_TIME:
    case RULE_MISA: /* WARL with one legal value */
        return;
    case RULE_SSTATUS:
    case RULE_SIE:
    case RULE_SIP:
        writable = view_writable(hart, rules[row_at(number)].rule);
        break;
    case RULE_MSTATUS:
        *csr = legal_mstatus(*csr, value, writable & ~without_f(hart));
        return;
    case RULE_TVEC: /* a reserved mode: the write is ignored */
        if ((value & TVEC_MODE) > TVEC_VECTORED)
            return;
        break;
    case RULE_EPC: /* IALIGN is 32 without compressed instructions (Privileged 3.1.14) */
        writable = isa_has(hart->isa, EXT_C) ? writable : ~(uint64_t)3;
        break;
    case RULE_SATP: /* an unsupported MODE: the whole write is ignored (Privileged 4.1.11, P16) */
        if (value >> SATP_MODE_SHIFT != SATP_MODE_BARE &&
            value >> SATP_MODE_SHIFT != SATP_MODE_SV39)
            return;
        break;
    case RULE_COUNTER:
        /* The next instruction reads `value`, though this one retires: P19, Privileged 3.1.10. */
        *csr = value - csr_counts(hart, csr == &hart->csr.mcycle ? COUNTS_CYCLES : COUNTS_RETIRED);
        return;
    case RULE_MIP: /* stimecmp drives STIP, and software no longer does (Sstc 2.1) */
        writable &= csr_has_stimer(hart) ? ~(uint64_t)MIP_STIP : writable;
        break;
    case RULE_MENVCFG:
        writable = menvcfg_writable(hart);
        hart->csr.mip &= value & writable & MENVCFG_STCE ? ~(uint64_t)MIP_STIP : ~(uint64_t)0;
        break;
    case RULE_PMPCFG:
        *csr = pmp_cfg_written(&hart->csr.pmp, number != CSR_pmpcfg0, value);
        return;
    case RULE_PMPADDR:
        *csr = pmp_address_written(&hart->csr.pmp, number - CSR_pmpaddr, value);
        return;
    case RULE_FFLAGS:
        write_fcsr(hart, value, FCSR_FFLAGS);
        return;
    case RULE_FRM:
        write_fcsr(hart, value << FCSR_FRM_SHIFT, FCSR_FRM);
        return;
    case RULE_FCSR:
        write_fcsr(hart, value, FCSR_FRM | FCSR_FFLAGS);
        return;
    case RULE_STATE:
    case RULE_STIMECMP:
        break;
    }
    *csr = (*csr & ~writable) | (value & writable);
}

/* The counters open to a mode are those that every higher mode has opened
 * (Privileged 3.1.11, 4.1.5). */
static bool may_read_counter(const struct hart *hart, unsigned number)
{
    uint64_t bit = (uint64_t)1 << (number & 31);
    if (hart->mode < MODE_M && !(hart->csr.mcounteren & bit))
        return false;
    return hart->mode >= MODE_S || hart->csr.scounteren & bit;
}

/* stimecmp is for S when M has opened both it and the time that it is compared with (Sstc 2.1). */
static bool may_use_stimecmp(const struct hart *hart)
{
    bool has_time = hart->csr.mcounteren >> (CSR_time & 31) & 1;
    return hart->mode == MODE_M || (has_time && csr_has_stimer(hart));
}

/* Lab 2, exercise 1. True when the hart, as it is now, may read CSR `number`, and where `is_write`
 * write it, too.
 *
 * All of this must hold (P21):
 *
 *   - there is such a CSR (csr_find gives its row), and the hart has the row's extension;
 *   - the hart's mode is not below bits 9:8 of the number, the least mode that may touch it, and a
 *     register whose bits 11:10 are both set is only read (Privileged 2.1);
 *   - the registers of EXT_F are there only while mstatus.FS is not Off (Privileged 3.1.6.6);
 *   - satp is not for S while mstatus.TVM is set (Privileged 3.1.6.5);
 *   - stimecmp: may_use_stimecmp; the counters, which are numbers 0xc00 to 0xcff: may_read_counter.
 */
static bool may_access(const struct hart *hart, unsigned number, bool is_write)
{
    const struct csr_info *info = csr_find(number);
    unsigned lowest = number >> 8 & 3;
    bool is_read_only = number >> 10 == 3;
    if (!info || !isa_has(hart->isa, info->ext))
        return false;
    if (hart->mode < lowest || (is_write && is_read_only))
        return false;
    if (info->ext == EXT_F && !(hart->csr.mstatus & MSTATUS_FS)) /* Privileged 3.1.6.6 */
        return false;
    if (number == CSR_satp && hart->mode == MODE_S && hart->csr.mstatus & MSTATUS_TVM)
        return false;
    if (number == CSR_stimecmp && !may_use_stimecmp(hart))
        return false;
    return number >> 8 != 0xc || may_read_counter(hart, number);
}

/* Tells the port what a write to a CSR of `row` may have changed for others. */
static void tell(struct port *port, unsigned row)
{
    enum csr_rule rule = rules[row].rule;
    if (!port->changed)
        return;
    if (rule == RULE_STIMECMP || rule == RULE_MENVCFG)
        port->changed(port, CHANGE_TIMER);
    else if (rule == RULE_PMPCFG || rule == RULE_PMPADDR)
        port->changed(port, CHANGE_PROTECTION);
}

/* Lab 2, exercise 1. Carries out a CSR instruction.
 *
 * What the hart may not do (may_access) changes nothing, *old included, and gives false. Else *old
 * becomes what the CSR reads as before the instruction (read_csr), and where `is_write`, `operand`
 * is written by write_csr: for CSR_SWAP as it is; for CSR_SET and CSR_CLEAR it is a mask of the
 * bits to set or clear in the modify_base of what was read (ISA 9.1). After a write, and only then,
 * tell() lets the port know of it; the row is row_at(number).
 *
 * A zero operand is written like any other: what does not write is told by `is_write` (P19). */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    if (!may_access(hart, number, is_write))
        return false;
    unsigned row = row_at(number);
    *old = read_csr(hart, port, number);
    if (!is_write)
        return true;
    uint64_t base = modify_base(hart, row, *old);
    switch (op) {
    case CSR_SWAP:
        write_csr(hart, number, operand);
        break;
    case CSR_SET:
        write_csr(hart, number, base | operand);
        break;
    case CSR_CLEAR:
        write_csr(hart, number, base & ~operand);
        break;
    }
    tell(port, row);
    return true;
}

bool csr_peek(const struct hart *hart, struct port *port, unsigned number, uint64_t *value)
{
    if (!csr_find(number))
        return false;
    *value = read_csr(hart, port, number);
    return true;
}

void hart_reset(struct hart *hart, isa_t isa, uint64_t hartid, uint64_t pc)
{
    memset(hart, 0, sizeof *hart);
    hart->isa = isa;
    hart->mode = MODE_M;
    hart->pc = pc;
    for (unsigned row = 0; row < ROWS; row++)
        if (rules[row].rule != RULE_CONST && rules[row].reset)
            *state(hart, csr_table[row].number) = rules[row].reset;
    hart->csr.mhartid = hartid;
}
