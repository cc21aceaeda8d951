/* Hypercalls: what a guest that asks gets, and that one that does not cannot tell. */
#include "hypercall.h"

#include "world.h"

static char heard[512];
static uint64_t heard_size;

static void hear(const uint8_t *bytes, uint64_t size)
{
    memcpy(heard, bytes, size);
    heard_size = size;
}

static void given_hypercalls(unsigned harts)
{
    world_of(harts, ISA_FULL, ENGINE_BLOCK);
    w.vm->config.hypercalls = true;
    hosted_boot(w.hosted);
    w.hart->csr.stvec = HANDLER;
    w.vm->said = hear;
}

static void given_one_vcpu(void)
{
    given_hypercalls(1);
}

/* One ecall at CODE: the error; the value is in a1. */
static int64_t call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2,
                    uint64_t a3)
{
    uint64_t args[] = {a0, a1, a2, a3, 0, 0, function, extension};
    memcpy(&w.hart->x[X_A0], args, sizeof args);
    once(ECALL);
    return (int64_t)w.hart->x[X_A0];
}

static uint64_t value(void)
{
    return w.hart->x[X_A1];
}

static uint64_t probe(void)
{
    cr_expect_eq(call(SBI_EXT_BASE, 3, SBI_EXT_TRAPEZE, 0, 0, 0), SBI_SUCCESS);
    return value();
}

TestSuite(hypercall, .init = given_one_vcpu, .fini = world_end);

Test(hypercall, the_extension_stands_where_an_sbi_implementation_keeps_its_own)
{
    call(SBI_EXT_BASE, 1, 0, 0, 0, 0);
    cr_expect_eq(value() | 0x0a000000, SBI_EXT_TRAPEZE, "0x0a000000 and the implementation's ID");
    cr_expect_eq(probe(), 1);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_VERSION, 0, 0, 0, 0), 0);
    cr_expect_eq(value(), 1);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, 5, 0, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, ~(uint64_t)0, 0, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
}

TestSuite(no_hypercall, .init = world_new, .fini = world_end);

Test(no_hypercall, a_vm_that_was_not_told_to_answer_has_none)
{
    cr_expect_eq(probe(), 0);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_VERSION, 0, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
    program(CODE, ECALL, ECALL, LOOP);
    w.hart->pc = CODE;
    w.hart->x[X_A7] = SBI_EXT_TRAPEZE;
    EXPECT_SAME(4);
}

Test(hypercall, who_does_not_ask_cannot_tell)
{
    program(CODE, LI(A7, SBI_EXT_BASE), LI(A6, 1), ECALL, LI(A6, 3), LI(A0, 0), ECALL, LOOP);
    EXPECT_SAME(10);
}

Test(hypercall, who_asks_is_told_and_lockstep_sees_it)
{
    struct fidelity_config config = {.every = 1};
    w.hart->x[X_A7] = SBI_EXT_TRAPEZE;
    program(CODE, ECALL, LOOP);
    twin_new();
    config.max = steps() + 4;
    cr_expect_eq(fidelity(w.bare, w.hosted, &config).result, FIDELITY_DIFFERENT);
}

Test(hypercall, print_hands_over_a_line_of_memory)
{
    poke(DATA, 8, 0x6f6c6c6568); /* hello */
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_PRINT, 5, DATA, 0, 0), 0);
    cr_expect_eq(value(), 5);
    cr_expect_eq(heard_size, 5);
    cr_expect_eq(memcmp(heard, "hello", 5), 0);
    cr_expect_eq(w.vm->platform.s.output_count, 0, "not on the console");
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_PRINT, 1 << 20, DATA, 0, 0), 0);
    cr_expect_eq(value(), 256, "a line at the most");
}

Test(hypercall, what_is_not_the_guests_memory_is_neither_read_nor_written)
{
    static const uint64_t wrong[][2] = {
        {NOWHERE, 0}, {UART_BASE, 0}, {RAM_BASE + MEMORY - 4, 0}, {DATA, 1}, {~(uint64_t)0, 0}};
    for (unsigned i = 0; i < 5; i++) {
        cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_PRINT, 16, wrong[i][0], wrong[i][1], 0),
                     SBI_ERR_INVALID_PARAM, "row %u", i);
        cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_NAME, 0, 16, wrong[i][0], wrong[i][1]),
                     SBI_ERR_INVALID_PARAM, "row %u", i);
    }
    cr_expect_eq(heard_size, 0);
}

Test(hypercall, the_exits_are_counted_and_named)
{
    for (unsigned i = 0; i < 3; i++)
        once(CSRR(T0, sstatus));
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_COUNT, EXIT_PRIVILEGED, 0, 0, 0), 0);
    cr_expect_eq(value(), 3);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_NAME, EXIT_ECALL, 11, DATA, 0), 0);
    cr_expect_eq(value(), strlen("environment call"), "the whole length");
    cr_expect_eq(peek(DATA, 8), 0x6d6e6f7269766e65, "environm");
    cr_expect_eq(peek(DATA + 8, 8), 0x746e65, "ent, and no more");
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_COUNT, EXIT_COUNT, 0, 0, 0),
                 SBI_ERR_INVALID_PARAM);
    cr_expect_eq(call(SBI_EXT_TRAPEZE, HYPERCALL_NAME, ~(uint64_t)0, 8, DATA, 0),
                 SBI_ERR_INVALID_PARAM);
}

static void given_two_vcpus(void)
{
    given_hypercalls(2);
}

TestSuite(hypercall_of_two, .init = given_two_vcpus, .fini = world_end);

Test(hypercall_of_two, yield_lets_the_next_vcpu_run)
{
    program(CODE, ECALL, LOOP);
    program(CODE + 0x100, LOOP);
    sbi_enter(&w.vm->vcpu[1].hart, CODE + 0x100, 1, 0);
    w.vm->platform.s.sbi.state[1] = SBI_HART_STARTED;
    w.hart->x[X_A7] = SBI_EXT_TRAPEZE;
    w.hart->x[X_A6] = HYPERCALL_YIELD;
    run(2);
    cr_expect_eq(w.vm->vcpu[1].hart.csr.minstret, 1, "the second step is the other's");
    cr_expect_eq(w.hart->pc, CODE + 4);
}
