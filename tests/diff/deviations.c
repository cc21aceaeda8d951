/* The exceptions of deviations.def, each a question about an instruction about to be executed. */
#include "deviations.h"

#include <string.h>

#include "csr.h"
#include "memory.h"
#include "ours.h"
#include "pmp.h"
#include "sv39.h"
#include "trap.h"

const struct deviation_info deviation_table[] = {
#define DEVIATION(name, section, text) {#name, section, text},
#include "deviations.def"
};

static bool is_csr(const struct sight *s)
{
    return s->insn.id >= INSN_csrrw && s->insn.id <= INSN_csrrci;
}

/* The value read is thrown away: nothing is made of it, and the next instruction writes rd without
 * reading it. */
static bool is_dropped(const struct sight *s)
{
    bool is_set = s->insn.id != INSN_csrrw && s->insn.id != INSN_csrrwi && s->insn.rs1;
    bool is_gone = s->insn.rd == 0 ||
                   (s->next.id == INSN_addi && s->next.rd == s->insn.rd && s->next.rs1 == 0);
    return is_gone && !(is_set && s->insn.imm >> 10 != 3);
}

/* A counter that stands reads in QEMU as what was last written to it. */
static bool is_clock(const struct sight *s)
{
    if (!is_csr(s) || is_dropped(s))
        return false;
    switch (s->insn.imm) {
    case CSR_time:
        return true;
    case CSR_cycle:
    case CSR_mcycle:
        return !(s->standing & COUNTS_CYCLES);
    case CSR_instret:
    case CSR_minstret:
        return !(s->standing & COUNTS_RETIRED);
    default:
        return false;
    }
}

static bool is_wait(const struct sight *s)
{
    return s->insn.id == INSN_wfi && !trap_wakes(s->hart);
}

/* The value that a CSR instruction is about to write to CSR `number`. False: it writes none. */
static bool is_written(const struct sight *s, unsigned number, uint64_t *value)
{
    const struct insn *insn = &s->insn;
    uint64_t old = 0;
    bool is_immediate = insn->id >= INSN_csrrwi;
    uint64_t operand = is_immediate ? insn->rs1 : s->hart->x[insn->rs1];
    bool is_swap = insn->id == INSN_csrrw || insn->id == INSN_csrrwi;
    if (!is_csr(s) || insn->imm != number || (!is_swap && insn->rs1 == 0))
        return false;
    csr_peek(s->hart, s->port, number, &old);
    *value = is_swap                                             ? operand
             : insn->id == INSN_csrrs || insn->id == INSN_csrrsi ? old | operand
                                                                 : old & ~operand;
    return true;
}

static bool is_inhibit(const struct sight *s)
{
    uint64_t value;
    return is_written(s, CSR_mcountinhibit, &value) && value & ~(COUNTS_CYCLES | COUNTS_RETIRED);
}

/* The generator's values lie far away from the present: before it, or long after. */
static bool is_past(uint64_t time)
{
    return time < (uint64_t)1 << 56;
}

static bool is_stimecmp(const struct sight *s)
{
    uint64_t value;
    if (is_written(s, CSR_stimecmp, &value))
        return !csr_has_stimer(s->hart);
    bool is_seen = is_past(s->hart->csr.stimecmp) || s->hart->csr.mip & MIP_STIP;
    return is_written(s, CSR_menvcfg, &value) && is_seen &&
           (value ^ s->hart->csr.menvcfg) & MENVCFG_STCE;
}

static bool is_vs(const struct sight *s)
{
    enum { VS = 0x1444, LCOF = 0x2000 };
    uint64_t value;
    return (is_written(s, CSR_mip, &value) || is_written(s, CSR_mie, &value) ||
            is_written(s, CSR_mideleg, &value)) &&
           value & (VS | LCOF);
}

static bool is_sc(const struct sight *s)
{
    const struct reservation *reservation = &s->hart->reservation;
    uint64_t va = s->hart->x[s->insn.rs1];
    unsigned size = s->insn.id == INSN_sc_w ? 4 : 8;
    if (s->insn.id != INSN_sc_w && s->insn.id != INSN_sc_d)
        return false;
    if (va & (size - 1))
        return true;
    if (!reservation->valid)
        return false;
    if (size != s->lr_size || s->has_trapped)
        return true;
    if (va != s->lr_va)
        return !space_is_bare(space_of_data(s->hart));
    uint64_t now = 0;
    return s->port->load(s->port, reservation->pa, size, ACCESS_LR, &now) &&
           memcmp(&now, &s->lr_value, size) != 0;
}

/* What the instruction would do to memory, tried without leaving a trace. */
struct attempt {
    uint64_t va;
    unsigned size;
    enum access why;
};

static bool find_attempt(const struct sight *s, struct attempt *attempt)
{
    enum insn_id id = (enum insn_id)s->insn.id;
    bool is_sc = id == INSN_sc_w || id == INSN_sc_d;
    if (id == INSN_ILLEGAL || id == INSN_jalr || (is_sc && !s->hart->reservation.valid))
        return false;
    enum insn_format format = insn_table[id].format;
    bool is_load = format == FMT_I && strstr(insn_table[id].operands, "(rs1)");
    bool is_atomic = format == FMT_AMO || format == FMT_LR;
    if (!is_load && !is_atomic && format != FMT_S)
        return false;
    attempt->va = s->hart->x[s->insn.rs1] + (uint64_t)(is_atomic ? 0 : s->insn.imm);
    attempt->size = 1u << (insn_table[id].match >> 12 & 3);
    attempt->why = format == FMT_S     ? ACCESS_STORE
                   : format == FMT_AMO ? ACCESS_AMO
                   : format == FMT_LR  ? ACCESS_LR
                                       : ACCESS_LOAD;
    return true;
}

static bool silent_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                         uint64_t value)
{
    (void)port, (void)pa, (void)size, (void)why, (void)value;
    return true;
}

/* Translates without setting A and D, and without anybody being told. */
static enum walk_result try_walk(const struct sight *s, uint64_t va, enum access why,
                                 struct walk *walk)
{
    struct port *port = s->port, saved = *port;
    struct space space = why == ACCESS_FETCH ? space_of_fetch(s->hart) : space_of_data(s->hart);
    *walk = (struct walk){.pa = va};
    if (space_is_bare(space))
        return WALK_OK;
    port->store = silent_store;
    port->walked = NULL;
    enum walk_result result = sv39_walk(space, port, va, why, walk);
    *port = saved;
    return result;
}

static bool is_ram(const struct sight *s, uint64_t pa)
{
    uint64_t value;
    return s->port->load(s->port, pa & ~(uint64_t)7, 8, ACCESS_LR, &value);
}

static bool is_amo_io(const struct sight *s)
{
    struct attempt attempt;
    struct walk walk;
    return find_attempt(s, &attempt) && attempt.why == ACCESS_AMO &&
           attempt.va % attempt.size == 0 &&
           try_walk(s, attempt.va, attempt.why, &walk) == WALK_OK && !is_ram(s, walk.pa);
}

/* A walk that ends in an access fault for one of two reasons: no RAM, or no right to set A or D. */
static enum deviation of_walk(const struct sight *s, uint64_t va, enum access why)
{
    struct walk walk;
    const struct pmp *pmp = &s->hart->csr.pmp;
    if (try_walk(s, va, why, &walk) != WALK_ACCESS_FAULT)
        return DEVIATION_NONE;
    if (!is_ram(s, walk.pte_pa))
        return DEVIATION_walk_io;
    return pmp_allows(pmp, MODE_S, walk.pte_pa, 8, PMP_R) ? DEVIATION_walk_pmp : DEVIATION_NONE;
}

static bool walks_to(const struct sight *s, enum deviation deviation)
{
    struct attempt attempt;
    return find_attempt(s, &attempt) &&
           (of_walk(s, attempt.va, attempt.why) == deviation ||
            of_walk(s, attempt.va + attempt.size - 1, attempt.why) == deviation);
}

static bool is_walk_io(const struct sight *s)
{
    return walks_to(s, DEVIATION_walk_io);
}

static bool is_walk_pmp(const struct sight *s)
{
    return walks_to(s, DEVIATION_walk_pmp);
}

static bool is_open(const struct sight *s, const struct attempt *attempt, uint64_t pa)
{
    return pmp_allows(&s->hart->csr.pmp, space_of_data(s->hart).mode, pa, attempt->size,
                      pmp_needs(attempt->why));
}

static bool is_split(const struct sight *s)
{
    struct attempt attempt;
    struct walk walk;
    if (!find_attempt(s, &attempt) || attempt.va % attempt.size == 0 ||
        (attempt.why != ACCESS_LOAD && attempt.why != ACCESS_STORE))
        return false;
    for (unsigned i = 0; i < attempt.size; i += attempt.size - 1) {
        if (try_walk(s, attempt.va + i, attempt.why, &walk) != WALK_OK)
            continue;
        uint64_t part = walk.pa & -(uint64_t)attempt.size;
        if (!is_ram(s, walk.pa) || !is_open(s, &attempt, part) || !is_open(s, &attempt, walk.pa))
            return true;
    }
    return false;
}

/* A return from M to a lower mode. */
static bool goes_down(const struct sight *s)
{
    bool is_mret = s->insn.id == INSN_mret && (s->hart->csr.mstatus & MSTATUS_MPP) != MSTATUS_MPP;
    return s->hart->mode == MODE_M && (s->insn.id == INSN_sret || is_mret);
}

static bool is_mprv(const struct sight *s)
{
    return goes_down(s) && s->hart->csr.mstatus & MSTATUS_MPRV;
}

static bool is_no_entry(const struct sight *s)
{
    const uint64_t a = 0x1818181818181818;
    return goes_down(s) && !((s->hart->csr.pmp.cfg[0] | s->hart->csr.pmp.cfg[1]) & a);
}

static bool is_stale(const struct sight *s)
{
    struct attempt attempt;
    return s->is_stale && s->hart->mode == MODE_M && s->hart->csr.mstatus & MSTATUS_MPRV &&
           find_attempt(s, &attempt);
}

/* M has executed the page of `at`, an offset in the slot. */
static bool is_executed(const struct sight *s, uint64_t at)
{
    return at < SLOT_SIZE && s->executed >> at / PAGE_SIZE & 1;
}

static bool is_mprv_code(const struct sight *s)
{
    struct attempt attempt;
    const struct hart *hart = s->hart;
    if (hart->mode != MODE_M || !(hart->csr.mstatus & MSTATUS_MPRV) ||
        (hart->csr.mstatus & MSTATUS_MPP) == MSTATUS_MPP || !find_attempt(s, &attempt))
        return false;
    uint64_t first = attempt.va - RUN_BASE;
    return is_executed(s, first) || is_executed(s, first + attempt.size - 1);
}

static bool is_ctzw(const struct sight *s)
{
    uint64_t operand = s->hart->x[s->insn.rs1];
    return s->insn.id == INSN_ctzw && operand && (uint32_t)operand == 0;
}

static bool is_vstimecmp(const struct sight *s)
{
    enum { VSTIMECMP = 0x24d };
    return is_csr(s) && s->insn.imm == VSTIMECMP;
}

static bool is_medeleg(const struct sight *s)
{
    enum { KEPT = 0xf00c00 };
    uint64_t value;
    return is_written(s, CSR_medeleg, &value) && value & KEPT;
}

static bool is_pmpaddr(const struct sight *s)
{
    uint64_t value, number = (uint64_t)s->insn.imm;
    return number - CSR_pmpaddr < PMP_ENTRIES && is_written(s, (unsigned)number, &value) &&
           value & ~PMP_ADDRESS;
}

static uint8_t cfg_of(const struct pmp *pmp, uint64_t entry)
{
    return entry < PMP_ENTRIES ? (uint8_t)(pmp->cfg[entry / 8] >> 8 * (entry % 8)) : 0;
}

/* A TOR entry at zero matches nothing; nor may one be there while its lower end moves. */
static bool is_tor(const struct sight *s)
{
    const struct pmp *pmp = &s->hart->csr.pmp;
    uint64_t value, number = (uint64_t)s->insn.imm, entry = number - CSR_pmpaddr;
    for (unsigned i = 0; i < 2; i++)
        if (is_written(s, i ? CSR_pmpcfg2 : CSR_pmpcfg0, &value))
            for (unsigned k = 0; k < 8; k++)
                if ((value >> 8 * k & PMP_A) == PMP_TOR && pmp->addr[8 * i + k] == 0)
                    return true;
    if (entry >= PMP_ENTRIES || !is_written(s, (unsigned)number, &value))
        return false;
    /* What is locked stays, on both sides. */
    bool is_top = (cfg_of(pmp, entry) & (PMP_L | PMP_A)) == PMP_TOR;
    bool is_below = (cfg_of(pmp, entry + 1) & (PMP_L | PMP_A)) == PMP_TOR;
    return (is_top && value == 0) || (is_below && value != pmp->addr[entry]);
}

static bool is_counteren(const struct sight *s)
{
    uint64_t value;
    return (is_written(s, CSR_mcounteren, &value) || is_written(s, CSR_scounteren, &value)) &&
           value >> 32;
}

static bool is_satp(const struct sight *s)
{
    enum { SV48 = 9, SV57 = 10 };
    uint64_t value;
    return is_written(s, CSR_satp, &value) &&
           (value >> SATP_MODE_SHIFT == SV48 || value >> SATP_MODE_SHIFT == SV57);
}

/* A result in an x register, and flags: who writes no f register need not know that fcsr is
 * written. */
static bool is_flags(const struct sight *s)
{
    enum insn_id id = (enum insn_id)s->insn.id;
    uint64_t fs = s->hart->csr.mstatus & MSTATUS_FS;
    if (id == INSN_ILLEGAL || (insn_table[id].ext != EXT_F && insn_table[id].ext != EXT_D))
        return false;
    bool is_copy = insn_table[id].format == FMT_R2;
    return fs && fs != MSTATUS_FS && !is_copy && strncmp(insn_table[id].operands, "rd", 2) == 0;
}

static bool is_hpm(const struct sight *s)
{
    enum { COUNT = 29 };
    unsigned number = (unsigned)s->insn.imm;
    uint64_t value;
    bool is_event = number - CSR_mhpmevent < COUNT && is_written(s, number, &value) && value;
    return is_event ||
           (is_csr(s) && (number - CSR_mhpmcounter < COUNT || number - CSR_hpmcounter < COUNT));
}

static bool is_triggers(const struct sight *s)
{
    return is_csr(s) && s->insn.imm >= 0x7a0 && s->insn.imm < 0x7b0;
}

static bool is_set_zero(const struct sight *s)
{
    bool is_set = s->insn.id == INSN_csrrs || s->insn.id == INSN_csrrc;
    unsigned number = (unsigned)s->insn.imm;
    bool is_float = number >= CSR_fflags && number <= CSR_fcsr;
    bool is_counter = number == CSR_mcycle || number == CSR_minstret;
    return is_set && s->insn.rs1 && s->hart->x[s->insn.rs1] == 0 &&
           (number >> 10 == 3 || is_float || is_counter);
}

static bool is_envcfg(const struct sight *s)
{
    const uint64_t blocks = 0xf0, pbmte = (uint64_t)1 << 62;
    uint64_t value;
    return (is_written(s, CSR_menvcfg, &value) && value & (blocks | pbmte)) ||
           (is_written(s, CSR_senvcfg, &value) && value & blocks);
}

static bool is_status(const struct sight *s)
{
    enum { MPP_RESERVED = 2 << MSTATUS_MPP_SHIFT };
    const uint64_t gva_mpv = (uint64_t)3 << 38;
    uint64_t value;
    if (!is_written(s, CSR_mstatus, &value) && !is_written(s, CSR_sstatus, &value))
        return false;
    bool has_mpp = s->insn.imm == CSR_mstatus && (value & MSTATUS_MPP) == MPP_RESERVED;
    uint64_t uxl = value & MSTATUS_UXL;
    return value & (MSTATUS_VS | gva_mpv) || has_mpp || (uxl && uxl != MSTATUS_UXL_64);
}

static bool is_epc(const struct sight *s)
{
    uint64_t value, kept = isa_has(s->hart->isa, EXT_C) ? 1 : 3;
    return (is_written(s, CSR_mepc, &value) || is_written(s, CSR_sepc, &value)) && value & kept;
}

static bool is_pmpcfg(const struct sight *s)
{
    uint64_t value;
    if (!is_written(s, CSR_pmpcfg0, &value) && !is_written(s, CSR_pmpcfg2, &value))
        return false;
    for (; value; value >>= 8)
        if (value & 0x60 || (value & (PMP_R | PMP_W)) == PMP_W)
            return true;
    return false;
}

enum deviation deviation_of_interrupt(const struct hart *hart, uint64_t cause)
{
    uint64_t ready = csr_mip(hart) & hart->csr.mie, number = cause & ~CAUSE_INTERRUPT;
    bool is_delegated = hart->csr.mideleg >> number & 1;
    ready &= is_delegated ? hart->csr.mideleg : ~hart->csr.mideleg;
    return ready & (((uint64_t)1 << number) - 1) ? DEVIATION_priority : DEVIATION_NONE;
}

/* Executable, but for U being set. */
static bool is_user_code(const struct sight *s, uint64_t pte)
{
    uint64_t wanted = PTE_V | PTE_X | PTE_U;
    return s->hart->mode == MODE_S && s->hart->csr.mstatus & MSTATUS_SUM &&
           (pte & wanted) == wanted;
}

enum deviation deviation_of_fetch(const struct sight *sight)
{
    struct walk walk;
    if (sight->hart->mode == MODE_M && sight->hart->csr.mstatus & MSTATUS_MPRV)
        return DEVIATION_mprv_code;
    for (unsigned i = 0; i < 4; i += 2) {
        enum walk_result result = try_walk(sight, sight->hart->pc + i, ACCESS_FETCH, &walk);
        if (result == WALK_ACCESS_FAULT)
            return of_walk(sight, sight->hart->pc + i, ACCESS_FETCH);
        if (result == WALK_PAGE_FAULT && is_user_code(sight, walk.pte))
            return DEVIATION_sum;
    }
    return DEVIATION_NONE;
}

enum deviation deviation_at(const struct sight *sight)
{
    static const struct {
        enum deviation deviation;
        bool (*holds)(const struct sight *sight);
    } rules[] = {
        {DEVIATION_clock, is_clock},
        {DEVIATION_wait, is_wait},
        {DEVIATION_vs, is_vs},
        {DEVIATION_sc, is_sc},
        {DEVIATION_amo_io, is_amo_io},
        {DEVIATION_set_zero, is_set_zero},
        {DEVIATION_envcfg, is_envcfg},
        {DEVIATION_status, is_status},
        {DEVIATION_epc, is_epc},
        {DEVIATION_pmpcfg, is_pmpcfg},
        {DEVIATION_walk_io, is_walk_io},
        {DEVIATION_walk_pmp, is_walk_pmp},
        {DEVIATION_split, is_split},
        {DEVIATION_mprv, is_mprv},
        {DEVIATION_no_entry, is_no_entry},
        {DEVIATION_triggers, is_triggers},
        {DEVIATION_stale, is_stale},
        {DEVIATION_medeleg, is_medeleg},
        {DEVIATION_pmpaddr, is_pmpaddr},
        {DEVIATION_tor, is_tor},
        {DEVIATION_counteren, is_counteren},
        {DEVIATION_satp, is_satp},
        {DEVIATION_flags, is_flags},
        {DEVIATION_hpm, is_hpm},
        {DEVIATION_mprv_code, is_mprv_code},
        {DEVIATION_ctzw, is_ctzw},
        {DEVIATION_vstimecmp, is_vstimecmp},
        {DEVIATION_inhibit, is_inhibit},
        {DEVIATION_stimecmp, is_stimecmp},
    };
    for (unsigned i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].holds(sight))
            return rules[i].deviation;
    return DEVIATION_NONE;
}
