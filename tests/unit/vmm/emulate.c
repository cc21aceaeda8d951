/* Emulation: what the VMM does for an instruction is what a bare hart does. */
#include "pmp.h"
#include "world.h"

#include "memory.h"
#include "step.h"

enum { ROUNDS = 20000 };

static uint64_t seed = 88172645463325252;

static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* A hart in S or U whose CSRs hold what could have been written to them. */
static struct hart random_hart(void)
{
    static const uint64_t TRAPS = MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR;
    struct hart hart;
    hart_reset(&hart, ISA_FULL, 0, CODE);
    pmp_open(&hart.csr.pmp);
    hart.mode = random_bits() & 1 ? MODE_S : MODE_U;
    for (unsigned i = 1; i < 32; i++)
        hart.x[i] = random_bits() >> (random_bits() & 63);
    struct csrs *csr = &hart.csr;
    csr->mstatus |= random_bits() & (SSTATUS_WRITABLE | (random_bits() & 3 ? 0 : TRAPS));
    csr->medeleg = random_bits() & MEDELEG_WRITABLE;
    csr->mideleg = random_bits() & MIP_S;
    csr->mie = random_bits() & MIP_S;
    csr->mip = random_bits() & MIP_S;
    hart.wires = random_bits() & MIP_S;
    csr->mcounteren = (uint32_t)random_bits();
    csr->scounteren = (uint32_t)random_bits();
    csr->mcycle = random_bits();
    csr->minstret = random_bits();
    csr->sscratch = random_bits();
    csr->sepc = random_bits() & ~(uint64_t)1;
    csr->scause = random_bits();
    csr->stval = random_bits();
    csr->stvec = random_bits() & ~(uint64_t)2;
    csr->satp = random_bits() >> 4; /* Bare, so that the instruction can be fetched */
    return hart;
}

static uint32_t random_privileged(void)
{
    static const enum insn_id ids[] = {
        INSN_csrrw,  INSN_csrrs, INSN_csrrc, INSN_csrrwi,     INSN_csrrsi,
        INSN_csrrci, INSN_sret,  INSN_mret,  INSN_sfence_vma, INSN_wfi,
    };
    const struct insn_info *info = &insn_table[ids[random_bits() % 10]];
    uint32_t word = info->match | ((uint32_t)random_bits() & ~info->mask);
    bool is_csr = info->format == FMT_CSR || info->format == FMT_CSRI;
    if (is_csr && random_bits() & 7) /* else any number */
        word = (word & 0xfffff) | (uint32_t)csr_table[random_bits() % csr_rows].number << 20;
    if (is_csr && !(random_bits() & 3))
        word &= ~(31u << 15); /* x0, or a zero */
    return word;
}

TestSuite(emulate, .init = world_new, .fini = world_end);

Test(emulate, privileged_instructions_do_to_a_vcpu_what_they_do_to_a_bare_hart)
{
    unsigned done = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t word = random_privileged();
        struct hart bare = *w.hart = random_hart();
        struct trap bare_trap = {0}, trap = {.cause = CAUSE_ILLEGAL_INSN};
        poke(CODE, 4, word);
        bool bare_done = step_execute(&bare, &w.vm->port, insn_decode(word, ISA_FULL), &bare_trap);
        enum outcome outcome = exit_illegal(w.vcpu, &trap);
        done += bare_done;
        cr_assert_eq(outcome, bare_done ? RESUME_NEXT : REFLECT, "%08x", word);
        cr_assert_eq(memcmp(&bare, w.hart, sizeof bare), 0, "%08x", word);
        if (!bare_done) {
            cr_assert_eq(trap.cause, bare_trap.cause, "%08x", word);
            cr_assert_eq(trap.tval, bare_trap.tval, "%08x", word);
        }
    }
    cr_expect_gt(done, ROUNDS / 8);
    cr_expect_lt(done, ROUNDS * 7 / 8);
}

Test(emulate, what_is_emulated_is_counted_by_its_name)
{
    once(CSRR(A0, sscratch));
    w.hart->x[A1] = UART_BASE + 5;
    once(i_type(INSN_lbu, A0, A1, 0));
    once(SFENCE_ALL);
    cr_expect_eq(w.vm->stats.emulated[INSN_csrrs], 1);
    cr_expect_eq(w.vm->stats.emulated[INSN_lbu], 1);
    cr_expect_eq(w.vm->stats.emulated_mmio[INSN_lbu], 1);
    cr_expect_eq(w.vm->stats.emulated_mmio[INSN_csrrs], 0);
    cr_expect_eq(w.vm->stats.emulated[INSN_sfence_vma], 1);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(emulate, what_is_refused_is_not_counted_as_emulated)
{
    once(MRET);
    w.hart->x[A1] = NOWHERE;
    once(LD(A0, A1));
    cr_expect_eq(w.vm->stats.emulated[INSN_mret], 0);
    cr_expect_eq(w.vm->stats.emulated[INSN_ld], 0);
    cr_expect_eq(w.vm->stats.reflected, 2);
}

Test(emulate, time_and_counters_are_read_at_their_step)
{
    program(CODE, CSRR(A0, cycle), CSRR(A1, instret), CSRR(A2, time));
    program(CODE + 12, CSRR(A3, cycle));
    run(25); /* the rest is zeroes: illegal, forever; not retired */
    cr_expect_eq(w.hart->x[A0], 0);
    cr_expect_eq(w.hart->x[A1], 1);
    cr_expect_eq(w.hart->x[A2], 0);
    cr_expect_eq(w.hart->x[A3], 3);
    once(CSRR(A0, cycle));
    cr_expect_eq(w.hart->x[A0], 25);
    once(CSRR(A0, instret));
    cr_expect_eq(w.hart->x[A0], 5);
    once(CSRR(A0, time));
    cr_expect_eq(w.hart->x[A0], 2, "27 steps are two ticks");
}
