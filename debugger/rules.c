/* The predicates of rule.def. Each asks one thing; the order of the table makes them exclusive. */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "csr_names.h"
#include "fp.h"
#include "memory.h"
#include "names.h"
#include "pmp.h"
#include "trap.h"

#define C(name) ((uint64_t)1 << CAUSE_##name)
#define PAGE_FAULTS (C(INSN_PAGE_FAULT) | C(LOAD_PAGE_FAULT) | C(STORE_PAGE_FAULT))
#define ACCESS_FAULTS (C(INSN_ACCESS_FAULT) | C(LOAD_ACCESS_FAULT) | C(STORE_ACCESS_FAULT))
#define NOT_TAKEN 0

/* ---- instructions --------------------------------------------------------------------------- */

static bool is_unknown(const struct question *q)
{
    return q->insn.id == INSN_ILLEGAL;
}

static bool is_id(const struct question *q, enum insn_id id)
{
    return q->insn.id == id;
}

static bool has_status(const struct question *q, uint64_t bit)
{
    return q->hart->csr.mstatus & bit;
}

static bool is_csr(const struct question *q)
{
    enum insn_format format = is_unknown(q) ? FMT_N : insn_table[q->insn.id].format;
    return format == FMT_CSR || format == FMT_CSRI;
}

static unsigned number_of(const struct question *q)
{
    return (unsigned)q->insn.imm;
}

static bool writes_csr(const struct question *q)
{
    bool is_swap = is_id(q, INSN_csrrw) || is_id(q, INSN_csrrwi);
    return is_swap || q->insn.rs1;
}

static enum mode least_mode(const struct question *q)
{
    return (enum mode)(number_of(q) >> 8 & 3);
}

static bool is_csr_unknown(const struct question *q)
{
    const struct csr_info *info = is_csr(q) ? csr_find(number_of(q)) : NULL;
    return is_csr(q) && (!info || !isa_has(q->hart->isa, info->ext));
}

static bool is_csr_mode(const struct question *q)
{
    return is_csr(q) && q->hart->mode < least_mode(q);
}

static bool is_csr_read_only(const struct question *q)
{
    return is_csr(q) && number_of(q) >> 10 == 3 && writes_csr(q);
}

static bool is_csr_float_off(const struct question *q)
{
    return is_csr(q) && csr_find(number_of(q))->ext == EXT_F && !has_status(q, MSTATUS_FS);
}

static bool is_csr_tvm(const struct question *q)
{
    return is_csr(q) && number_of(q) == CSR_satp && q->hart->mode == MODE_S &&
           has_status(q, MSTATUS_TVM);
}

static bool is_csr_stimecmp(const struct question *q)
{
    bool has_time = q->hart->csr.mcounteren >> (CSR_time & 31) & 1;
    return is_csr(q) && number_of(q) == CSR_stimecmp && q->hart->mode == MODE_S &&
           !(has_time && csr_has_stimer(q->hart));
}

static bool is_closed(const struct question *q, uint64_t opened)
{
    return is_csr(q) && number_of(q) >> 8 == 0xc && !(opened >> (number_of(q) & 31) & 1);
}

static bool is_counter_m(const struct question *q)
{
    return q->hart->mode < MODE_M && is_closed(q, q->hart->csr.mcounteren);
}

static bool is_counter_s(const struct question *q)
{
    return q->hart->mode == MODE_U && is_closed(q, q->hart->csr.scounteren);
}

static bool is_sret_mode(const struct question *q)
{
    return is_id(q, INSN_sret) && q->hart->mode < MODE_S;
}

static bool is_sret_tsr(const struct question *q)
{
    return is_id(q, INSN_sret) && q->hart->mode == MODE_S && has_status(q, MSTATUS_TSR);
}

static bool is_mret_mode(const struct question *q)
{
    return is_id(q, INSN_mret) && q->hart->mode < MODE_M;
}

static bool is_wfi_mode(const struct question *q)
{
    return is_id(q, INSN_wfi) && q->hart->mode == MODE_U;
}

static bool is_wfi_tw(const struct question *q)
{
    return is_id(q, INSN_wfi) && q->hart->mode == MODE_S && has_status(q, MSTATUS_TW);
}

static bool is_fence_mode(const struct question *q)
{
    return is_id(q, INSN_sfence_vma) && q->hart->mode == MODE_U;
}

static bool is_fence_tvm(const struct question *q)
{
    return is_id(q, INSN_sfence_vma) && q->hart->mode == MODE_S && has_status(q, MSTATUS_TVM);
}

static bool is_float(const struct question *q)
{
    enum ext ext = is_unknown(q) ? EXT_I : insn_table[q->insn.id].ext;
    return ext == EXT_F || ext == EXT_D;
}

static bool is_float_off(const struct question *q)
{
    return is_float(q) && !has_status(q, MSTATUS_FS);
}

static bool is_rounding(const struct question *q)
{
    if (!is_float(q))
        return false;
    enum insn_format format = insn_table[q->insn.id].format;
    uint64_t mode =
        q->insn.imm == RM_DYN ? q->hart->csr.fcsr >> FCSR_FRM_SHIFT : (uint64_t)q->insn.imm;
    return (format == FMT_RM || format == FMT_R2M || format == FMT_R4) && mode > RM_RMM;
}

static bool is_ecall(const struct question *q)
{
    (void)q;
    return true; /* its cause says all */
}

static bool is_ebreak(const struct question *q)
{
    (void)q;
    return true;
}

static bool is_target(const struct question *q)
{
    return q->trap.tval & 2 && !isa_has(q->hart->isa, EXT_C);
}

static bool touches(const struct question *q, struct touch *touch)
{
    return memory_touches(q->hart, &q->insn, touch) && touch->va & (touch->size - 1);
}

static bool is_atomic_aligned(const struct question *q)
{
    struct touch touch;
    return touches(q, &touch) && (touch.why == ACCESS_LR || touch.why == ACCESS_AMO);
}

static bool is_data_aligned(const struct question *q)
{
    struct touch touch;
    return touches(q, &touch) && !isa_has(q->hart->isa, EXT_Zicclsm);
}

/* ---- page tables ---------------------------------------------------------------------------- */

static bool is_canonical(const struct question *q)
{
    return q->has_walk && !sv39_is_canonical(q->trap.tval);
}

static bool has_bits(const struct question *q, uint64_t bits)
{
    return q->has_walk && q->walk.pte & bits;
}

static bool is_invalid(const struct question *q)
{
    return q->has_walk && !has_bits(q, PTE_V);
}

static bool is_write_only(const struct question *q)
{
    return has_bits(q, PTE_W) && !has_bits(q, PTE_R);
}

static bool is_reserved(const struct question *q)
{
    return has_bits(q, PTE_RESERVED);
}

static bool is_pointer(const struct question *q)
{
    return q->has_walk && !pte_is_leaf(q->walk.pte);
}

static bool is_no_leaf(const struct question *q)
{
    return is_pointer(q) && q->walk.level == 0;
}

static bool is_pointer_bits(const struct question *q)
{
    return is_pointer(q) && has_bits(q, PTE_A | PTE_D | PTE_U);
}

static bool is_large_aligned(const struct question *q)
{
    return q->has_walk && pte_pa(q->walk.pte) & (level_size(q->walk.level) - 1);
}

static struct space space_of(const struct question *q)
{
    return q->why == ACCESS_FETCH ? space_of_fetch(q->hart) : space_of_data(q->hart);
}

static bool is_not_user(const struct question *q)
{
    return q->has_walk && space_of(q).mode == MODE_U && !has_bits(q, PTE_U);
}

static bool is_user_fetch(const struct question *q)
{
    return space_of(q).mode == MODE_S && has_bits(q, PTE_U) && q->why == ACCESS_FETCH;
}

static bool is_sum(const struct question *q)
{
    return space_of(q).mode == MODE_S && has_bits(q, PTE_U) && !space_of(q).sum;
}

static bool is_refused(const struct question *q)
{
    return q->has_walk && !sv39_may(space_of(q), q->walk.pte, q->why);
}

static bool is_no_execute(const struct question *q)
{
    return q->why == ACCESS_FETCH && is_refused(q);
}

static bool is_no_write(const struct question *q)
{
    return access_is_write(q->why) && is_refused(q);
}

static bool is_no_read(const struct question *q)
{
    return is_refused(q);
}

static bool is_accessed(const struct question *q)
{
    return q->has_walk && space_of(q).ad_faults;
}

/* ---- physical memory ------------------------------------------------------------------------ */

static bool is_table_memory(const struct question *q)
{
    return q->has_walk && q->result == WALK_ACCESS_FAULT;
}

static bool is_table_pmp(const struct question *q)
{
    return is_table_memory(q) && !pmp_allows(&q->hart->csr.pmp, MODE_S, q->walk.pte_pa, 8, PMP_R);
}

static bool is_pmp(const struct question *q)
{
    return !pmp_allows(&q->hart->csr.pmp, space_of(q).mode, q->pa, 1, pmp_needs(q->why));
}

static bool is_device(const struct question *q)
{
    return q->is_device;
}

static bool is_vacant(const struct question *q)
{
    return !q->is_device;
}

/* ---- interrupts ----------------------------------------------------------------------------- */

static bool has_irq(const struct question *q, uint64_t mask)
{
    return mask >> q->irq & 1;
}

static bool is_not_pending(const struct question *q)
{
    return !has_irq(q, csr_mip(q->hart));
}

static bool is_not_enabled(const struct question *q)
{
    return !has_irq(q, q->hart->csr.mie);
}

static bool is_mode_above(const struct question *q)
{
    return has_irq(q, q->hart->csr.mideleg) && q->hart->mode > MODE_S;
}

static bool is_sie_clear(const struct question *q)
{
    return has_irq(q, q->hart->csr.mideleg) && q->hart->mode == MODE_S &&
           !has_status(q, MSTATUS_SIE);
}

static bool is_mie_clear(const struct question *q)
{
    return !has_irq(q, q->hart->csr.mideleg) && q->hart->mode == MODE_M &&
           !has_status(q, MSTATUS_MIE);
}

static bool is_another_first(const struct question *q)
{
    return trap_pending(q->hart) != (CAUSE_INTERRUPT | q->irq);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct {
    struct rule rule;
    uint64_t causes;
    bool (*holds)(const struct question *q);
} rules[] = {
#define RULE(name, causes, section, text) {{#name, section, text}, causes, is_##name},
#include "rule.def"
};
enum { RULES = sizeof rules / sizeof *rules };

const struct rule *rule_of_trap(const struct question *q)
{
    if (q->trap.cause & CAUSE_INTERRUPT || q->trap.cause > 15)
        return NULL;
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].causes >> q->trap.cause & 1 && rules[i].holds(q))
            return &rules[i].rule;
    return NULL;
}

const struct rule *rule_of_wait(const struct question *q)
{
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].causes == NOT_TAKEN && rules[i].holds(q))
            return &rules[i].rule;
    return NULL;
}

/* The word that stands for `name` in a rule's text. */
static void fill_in(const struct question *q, const char *name, size_t length, char *text,
                    size_t size)
{
    static const char *const modes[] = {"U", "S", "?", "M"};
    struct touch touch = {0};
    memory_touches(q->hart, &q->insn, &touch);
#define IS(word) (length == sizeof word - 1 && memcmp(name, word, length) == 0)
    if (IS("insn"))
        snprintf(text, size, "%s", is_unknown(q) ? "?" : insn_table[q->insn.id].name);
    else if (IS("csr") && !csr_names_of(number_of(q), text, size))
        snprintf(text, size, "0x%03x", number_of(q));
    else if (IS("mode"))
        snprintf(text, size, "%s", modes[space_of(q).mode]);
    else if (IS("least"))
        snprintf(text, size, "%s", modes[least_mode(q)]);
    else if (IS("va"))
        snprintf(text, size, "0x%" PRIx64, q->trap.tval);
    else if (IS("level"))
        snprintf(text, size, "%d", q->walk.level);
    else if (IS("pte"))
        snprintf(text, size, "0x%" PRIx64, q->walk.pte);
    else if (IS("size"))
        snprintf(text, size, "%u", touch.size);
    else if (IS("irq"))
        snprintf(text, size, "%s", trap_name(CAUSE_INTERRUPT | q->irq));
#undef IS
}

void rule_print(const struct rule *rule, const struct question *q, char *text, size_t size)
{
    size_t used = 0;
    for (const char *at = rule->text; *at && used + 1 < size;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            text[used++] = *at++;
            continue;
        }
        text[used] = 0;
        fill_in(q, at + 1, (size_t)(end - at - 1), text + used, size - used);
        used += strlen(text + used);
        at = end + 1;
    }
    text[used] = 0;
}
