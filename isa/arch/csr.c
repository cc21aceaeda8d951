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
        return mstatus_value(hart) & SSTATUS_READABLE;
    case RULE_SIE:
        return hart->csr.mie & hart->csr.mideleg;
    case RULE_MIP:
        return csr_mip(hart);
    case RULE_SIP:
        return csr_mip(hart) & hart->csr.mideleg;
    case RULE_MISA:
        return isa_misa(hart->isa);
    }
    return 0;
}

/* mstatus keeps the writable bits; MPP = 2 names no mode, and the old MPP stays. */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    if ((value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2)
        writable &= ~(uint64_t)MSTATUS_MPP;
    return (old & ~writable) | (value & writable);
}

/* What a read-modify-write starts from. Bits of mip that wires drive read as (software bit OR
 * wire), but only the software bit takes part (Privileged 3.1.9, P22). */
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
        writable = SSTATUS_WRITABLE & ~without_f(hart);
        break;
    case RULE_MSTATUS:
        *csr = legal_mstatus(*csr, value, writable & ~without_f(hart));
        return;
    case RULE_SIE:
        writable = hart->csr.mideleg;
        break;
    case RULE_SIP: /* only SSIP; the others are set by whoever raises them (Privileged 4.1.3) */
        writable = MIP_SSIP & hart->csr.mideleg;
        break;
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
