/* M under MPRV: fetches go one way and run directly, loads and stores another and are emulated. */
#include "world.h"

#include "pmp.h"

#define WINDOW 0x5000u
#define AS_S (MSTATUS_MPRV | (uint64_t)MODE_S << MSTATUS_MPP_SHIFT)

/* The guest is in M at CODE; as S it would see DATA at WINDOW. */
static void given_a_guest_in_m(void)
{
    world_firmware = FIRMWARE_NONE;
    world_new();
    pmp_open(&w.hart->csr.pmp);
    map(WINDOW, DATA, S_RWX & ~PTE_D);
    map(WINDOW + PAGE_SIZE, DATA + 2 * PAGE_SIZE, S_RWX);
    w.hart->csr.satp = SV39 | w.root >> PAGE_SHIFT;
    w.hart->csr.mstatus |= AS_S;
    w.hart->csr.mtvec = HANDLER;
    w.hart->x[A1] = WINDOW;
    poke(DATA, 8, 0x1234);
}

TestSuite(mprv, .init = given_a_guest_in_m, .fini = world_end);

static uint64_t emulated(void)
{
    uint64_t sum = 0;
    for (unsigned id = 0; id < INSN_COUNT; id++)
        sum += w.vm->stats.emulated[id];
    return sum;
}

Test(mprv, what_does_not_touch_memory_runs_directly)
{
    program(CODE, LI(A0, 1), LI(A0, 2), LI(A0, 3), LD(A2, A1), LI(A0, 4), SD(A0, A1), LOOP);
    uint64_t direct = w.vm->stats.direct;
    EXPECT_SAME(30);
    cr_expect_eq(w.hart->x[A2], 0x1234);
    cr_expect_eq(peek(DATA, 8), 4);
    cr_expect_eq(leaf_of(WINDOW) & PTE_D, PTE_D);
    cr_expect_eq(w.vm->stats.direct - direct, 28);
    cr_expect_eq(emulated(), 2);
    cr_expect_eq(exits(EXIT_MPRV), 2);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(mprv, the_shadow_can_be_executed_and_nothing_else)
{
    program(CODE, LI(A0, 1));
    run(1);
    cr_expect_eq(shadow_entry(CODE) & (PTE_R | PTE_W | PTE_X), PTE_X);
    w.hart->csr.mstatus &= ~(uint64_t)MSTATUS_MPRV;
    program(CODE + 4, LD(A2, A3));
    w.hart->x[A3] = CODE;
    run(1);
    cr_expect_eq(shadow_entry(CODE) & (PTE_R | PTE_W | PTE_X), PTE_R | PTE_W | PTE_X,
                 "without MPRV it is another view");
    cr_expect_eq(w.hart->x[A2] & 0xffffffff, LI(A0, 1));
}

Test(mprv, all_kinds_of_accesses_are_made_as_the_other_mode_would)
{
    w.hart->x[A3] = WINDOW + PAGE_SIZE - 4; /* across two pages that are no neighbours */
    w.hart->x[A4] = 0x1122334455667788;
    w.hart->x[A6] = WINDOW + 1;
    program(CODE, LR(A0, A1), SC(A2, A4, A1), AMOADD(A5, A4, A1), SD(A4, A3), LD(A7, A3),
            LD(T0, A6), SD(T0, A6), LD(T1, T2), LOOP);
    program(HANDLER, LOOP);
    EXPECT_SAME(12);
    cr_expect_eq(w.hart->x[A2], 0, "sc");
    cr_expect_eq(w.hart->x[A7], w.hart->x[A4]);
    cr_expect_eq(peek(DATA + 2 * PAGE_SIZE, 4), 0x11223344);
    cr_expect_eq(w.hart->csr.mcause, CAUSE_LOAD_PAGE_FAULT, "of address 0");
}

/* MPP is U: pages of S are not for it, and the handler, where MPRV is still set, goes on. */
Test(mprv, the_other_modes_rights_are_what_counts)
{
    w.hart->csr.mstatus &= ~(uint64_t)MSTATUS_MPP;
    program(CODE, LD(A0, A1));
    program(HANDLER, CSRR(A2, mcause), LD(A0, A3), LOOP);
    w.hart->x[A3] = DATA;
    EXPECT_SAME(6);
    cr_expect_eq(w.hart->x[A2], CAUSE_LOAD_PAGE_FAULT);
    cr_expect_eq(w.hart->x[A0], 0x1234, "MPP is M now");
}

/* The other mode's stores can be to tables, too. */
Test(mprv, a_store_to_a_table_is_followed)
{
    uint64_t satp = w.hart->csr.satp;
    map(0x7000, entry_at(WINDOW, 0), S_RWX);
    map(CODE, CODE, S_RX);
    poke(DATA + PAGE_SIZE, 8, 2);
    w.hart->mode = MODE_S;
    w.hart->pc = CODE;
    program(CODE, LD(A0, A1)); /* S has used it */
    run(1);
    cr_expect_eq(w.hart->x[A0], 0x1234);
    w.hart->mode = MODE_M;
    w.hart->csr.satp = satp;
    w.hart->csr.mepc = CODE + 16;
    w.hart->x[A3] = 0x7000 + (entry_at(WINDOW, 0) & (PAGE_SIZE - 1));
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    program(CODE + 4, SD(A2, A3), SFENCE_ALL, MRET, LD(A0, A1), LOOP);
    EXPECT_SAME(5);
    cr_expect_eq(w.hart->x[A0], 2);
}
