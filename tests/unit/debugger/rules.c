/* The table of rules against the architecture itself: an instruction is refused just when some rule
 * says why. */
#include <criterion/criterion.h>
#include <string.h>

#include "csr.h"
#include "pmp.h"
#include "rules.h"
#include "step.h"

static uint64_t seed = 1;

static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t one_of(unsigned count)
{
    return random_bits() >> 20 & (count - 1);
}

/* A page of memory, wherever it is asked for. */
static uint8_t page[PAGE_SIZE];

static bool load(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t *value)
{
    (void)port, (void)why;
    *value = 0;
    memcpy(value, page + (pa & (PAGE_SIZE - 8)), size);
    return true;
}

static bool store(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t value)
{
    (void)port, (void)why, (void)pa, (void)size, (void)value;
    return true;
}

static uint64_t no_time(struct port *port)
{
    (void)port;
    return 0;
}

static void no_fence(struct port *port, bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    (void)port, (void)all_va, (void)va, (void)all_asids, (void)asid;
}

static struct port port = {.load = load, .store = store, .time = no_time, .fence = no_fence};

static struct hart random_hart(void)
{
    static const enum mode modes[] = {MODE_U, MODE_S, MODE_M, MODE_S};
    static const isa_t isas[] = {ISA_FULL, ISA_FULL, ISA_TOY, ISA_FULL & ~ISA(Zicclsm)};
    struct hart hart;
    hart_reset(&hart, isas[one_of(4)], 0, 0x1000);
    pmp_open(&hart.csr.pmp);
    hart.mode = modes[one_of(4)];
    hart.csr.mstatus |= random_bits() & (MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR);
    hart.csr.mstatus |= isa_has(hart.isa, EXT_F) ? random_bits() & MSTATUS_FS : 0;
    hart.csr.mcounteren = random_bits() & 0xffffffff;
    hart.csr.scounteren = random_bits() & 0xffffffff;
    hart.csr.menvcfg = random_bits() & MENVCFG_STCE;
    hart.csr.fcsr = random_bits() & 0xff;
    for (unsigned i = 1; i < 32; i++)
        hart.x[i] = random_bits();
    return hart;
}

/* A word that is more often an instruction of SYSTEM than chance would have it. */
static uint32_t random_word(void)
{
    static const uint32_t words[] = {0x00000073, 0x00100073, 0x10200073, 0x30200073,
                                     0x10500073, 0x12000073, 0x00000053, 0x0000002f};
    uint32_t word = (uint32_t)random_bits();
    switch (one_of(4)) {
    case 0:
        return words[one_of(8)] | (one_of(2) ? word & 0xfe0f8f80 : 0);
    case 1: /* a CSR that there is */
        return (word & 0xfffff) | (uint32_t)csr_table[random_bits() % csr_rows].number << 20 | 0x73;
    default:
        return word;
    }
}

Test(rules, what_is_refused_has_its_rule_and_what_is_done_has_none)
{
    unsigned refused = 0, done = 0;
    for (unsigned i = 0; i < 200000; i++) {
        struct hart hart = random_hart(), before = hart;
        uint32_t word = random_word();
        struct insn insn = insn_decode(word, hart.isa);
        struct trap trap;
        if (insn.id != INSN_ILLEGAL &&
            (insn_table[insn.id].ext == EXT_F || insn_table[insn.id].ext == EXT_D) &&
            hart.csr.mstatus & MSTATUS_FS)
            continue; /* this port has no arithmetic */
        bool was_done = step_execute(&hart, &port, insn, &trap);
        struct question q = {.hart = &before, .trap = trap, .insn = insn, .why = ACCESS_LOAD};
        if (was_done)
            q.trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN};
        const struct rule *rule = rule_of_trap(&q);
        if (was_done && insn.id != INSN_ILLEGAL)
            cr_assert_null(rule, "%08x is done, and yet: %s", word, rule->name);
        else
            cr_assert_not_null(rule, "%08x in mode %d: cause %lu has no rule", word, before.mode,
                               trap.cause);
        done += was_done;
        refused += !was_done;
    }
    cr_expect_gt(refused, 10000);
    cr_expect_gt(done, 10000);
}

/* An address whose walk comes to a random entry at a random level. */
static uint64_t given_tables(uint64_t *va)
{
    uint64_t pte = (random_bits() & 0xff) | (random_bits() >> 20 << 10 & PTE_PPN);
    pte |= one_of(8) == 0 ? random_bits() & PTE_RESERVED : 0;
    pte |= one_of(2) ? PTE_V : 0;
    for (unsigned i = 0; i < PAGE_SIZE; i += 8)
        memcpy(page + i, &pte, 8);
    *va = (uint64_t)((int64_t)(random_bits() << 25) >> (one_of(4) ? 25 : 20));
    return pte;
}

Test(rules, each_page_fault_has_its_rule)
{
    static const enum access accesses[] = {ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE, ACCESS_AMO};
    unsigned faults = 0;
    for (unsigned i = 0; i < 100000; i++) {
        struct hart hart = random_hart();
        struct walk walk;
        uint64_t va;
        hart.mode = one_of(2) ? MODE_S : MODE_U;
        hart.csr.satp = (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (random_bits() & 0xffff);
        hart.csr.mstatus |= random_bits() & (MSTATUS_SUM | MSTATUS_MXR);
        hart.isa |= one_of(2) ? ISA(Svade) : 0;
        given_tables(&va);
        enum access why = accesses[one_of(4)];
        struct space space = why == ACCESS_FETCH ? space_of_fetch(&hart) : space_of_data(&hart);
        enum walk_result result = sv39_walk(space, &port, va, why, &walk);
        if (result != WALK_PAGE_FAULT)
            continue;
        struct question q = {.hart = &hart,
                             .trap = {page_fault_of(why), va},
                             .insn = {.id = INSN_ILLEGAL},
                             .why = why,
                             .has_walk = true,
                             .result = result,
                             .walk = walk};
        cr_assert_not_null(rule_of_trap(&q), "va %lx, entry %lx", va, walk.pte);
        faults++;
    }
    cr_expect_gt(faults, 10000);
}

Test(rules, the_words_are_filled_in)
{
    char text[200];
    struct hart hart = random_hart();
    hart.isa = ISA_FULL;
    hart.mode = MODE_U;
    struct question q = {.hart = &hart,
                         .trap = {.cause = CAUSE_ILLEGAL_INSN},
                         .insn = insn_decode(0x18029073, ISA_FULL)}; /* csrw satp, t0 */
    const struct rule *rule = rule_of_trap(&q);
    cr_assert_not_null(rule);
    rule_print(rule, &q, text, sizeof text);
    cr_expect_str_eq(text, "bits 9:8 of the number of satp say S, and the hart is in U");
    rule_print(rule, &q, text, 10);
    cr_expect_eq(strlen(text), 9);
}
