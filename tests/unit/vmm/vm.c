/* A VM as isa/arch's functions and the devices see it: guest-physical memory, DMA, fences. */
#include "world.h"

#define SEAM (RAM_BASE + 0x200000u) /* where one stretch of machine memory ends */

TestSuite(vm, .init = world_new, .fini = world_end);

static struct port *port(void)
{
    return &w.vm->port;
}

Test(vm, memory_is_reached_by_every_access_and_devices_by_loads_and_stores_alone)
{
    static const enum access accesses[] = {ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE,
                                           ACCESS_LR,    ACCESS_AMO,  ACCESS_WALK};
    for (unsigned i = 0; i < 6; i++) {
        uint64_t value = 0x55;
        bool is_plain = accesses[i] == ACCESS_LOAD || accesses[i] == ACCESS_STORE;
        cr_expect(port()->store(port(), DATA, 8, accesses[i], 0x1234567890abcdef));
        cr_expect(port()->load(port(), DATA, 8, accesses[i], &value));
        cr_expect_eq(value, 0x1234567890abcdef);
        cr_expect_eq(port()->load(port(), UART_BASE + 5, 1, accesses[i], &value), is_plain);
        cr_expect_eq(port()->store(port(), UART_BASE + 7, 1, accesses[i], 1), is_plain);
        cr_expect_not(port()->load(port(), NOWHERE, 8, accesses[i], &value));
        cr_expect_not(port()->store(port(), NOWHERE, 8, accesses[i], 1));
    }
}

Test(vm, it_is_noted_when_a_device_was_reached)
{
    uint64_t value;
    w.vm->reached_device = false;
    port()->load(port(), DATA, 8, ACCESS_LOAD, &value);
    port()->load(port(), NOWHERE, 8, ACCESS_LOAD, &value);
    port()->load(port(), UART_BASE, 8, ACCESS_LOAD, &value); /* refused */
    cr_expect_not(w.vm->reached_device);
    port()->load(port(), UART_BASE + 5, 1, ACCESS_LOAD, &value);
    cr_expect(w.vm->reached_device);
}

Test(vm, narrow_accesses_touch_their_bytes_alone)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        uint64_t value, mask = size == 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * size) - 1;
        poke(DATA, 8, 0);
        cr_assert(port()->store(port(), DATA, size, ACCESS_STORE, ~(uint64_t)0));
        cr_expect_eq(peek(DATA, 8), mask, "%u bytes", size);
        poke(DATA, 8, ~(uint64_t)0);
        cr_assert(port()->load(port(), DATA, size, ACCESS_LOAD, &value));
        cr_expect_eq(value, mask, "%u bytes", size);
    }
}

/* ISA 8.2: SC must fail where a device wrote to what LR read. */
Test(vm, dma_breaks_the_reservation_of_the_doubleword_that_it_writes)
{
    struct platform *platform = &w.vm->platform;
    static const struct {
        int offset;
        bool is_write, breaks;
    } rows[] = {{0, true, true},   {4, true, true},   {7, true, true},  {8, true, false},
                {-1, true, false}, {-4, true, false}, {0, false, false}};
    uint8_t byte = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reservation *reservation = &platform->hart[0]->reservation;
        *reservation = (struct reservation){.valid = true, .pa = RAM_BASE + 0x2000};
        uint64_t pa = RAM_BASE + 0x2000 + (uint64_t)rows[i].offset;
        cr_expect(platform->dma(platform->owner, pa, &byte, 1, rows[i].is_write));
        cr_expect_eq(reservation->valid, !rows[i].breaks, "row %zu", i);
    }
}

Test(vm, dma_goes_across_pages_that_are_no_neighbours_in_the_machine)
{
    struct platform *platform = &w.vm->platform;
    uint8_t out[2 * PAGE_SIZE], in[2 * PAGE_SIZE];
    hpa_t before, after;
    cr_assert(vm_translate(w.vm, GPA(SEAM - 1), PTE_R, &before));
    cr_assert(vm_translate(w.vm, GPA(SEAM), PTE_R, &after));
    cr_expect_neq(after.a, before.a + 1);
    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = (uint8_t)(i * 7);
    cr_assert(platform->dma(platform->owner, SEAM - 5000, out, sizeof out, true));
    cr_assert(platform->dma(platform->owner, SEAM - 5000, in, sizeof in, false));
    cr_expect_eq(memcmp(in, out, sizeof in), 0);
    cr_expect_eq(peek(SEAM, 1), (uint8_t)(5000 * 7));
    cr_expect_eq(*hw_frame(w.vm->hw, after), (uint8_t)(5000 * 7));
}

Test(vm, dma_outside_memory_is_refused)
{
    static const uint64_t outside[] = {NOWHERE, RAM_BASE - 1, RAM_BASE + MEMORY, UART_BASE,
                                       ~(uint64_t)0};
    struct platform *platform = &w.vm->platform;
    uint8_t byte = 0;
    for (unsigned i = 0; i < sizeof outside / sizeof *outside; i++) {
        cr_expect_not(platform->dma(platform->owner, outside[i], &byte, 1, true), "row %u", i);
        cr_expect_not(platform->dma(platform->owner, outside[i], &byte, 1, false), "row %u", i);
    }
}

/* As the board's does, so that a device that fails leaves the same memory behind. */
Test(vm, dma_that_begins_inside_memory_and_ends_outside_writes_nothing)
{
    struct platform *platform = &w.vm->platform;
    uint64_t ones[2] = {~(uint64_t)0, ~(uint64_t)0};
    cr_expect_not(platform->dma(platform->owner, RAM_BASE + MEMORY - 8, ones, sizeof ones, true));
    cr_expect_eq(peek(RAM_BASE + MEMORY - 8, 8), 0);
}

Test(vm, the_firmwares_fence_reaches_all_address_spaces)
{
    usual_space(MODE_S);
    w.hart->csr.satp |= ASID(3);
    map(0x5000, DATA, S_RWX);
    w.hart->x[A1] = 0x5000;
    once(LD(A0, A1));
    cr_assert_neq(shadow_entry(0x5000), 0);
    map(0x5000, DATA + PAGE_SIZE, S_RWX);
    w.vm->platform.fence(w.vm->platform.owner, 0, false, 0x5000);
    cr_expect_neq(pte_pa(shadow_entry(0x5000)), hpa_of(DATA));
}

Test(vm, forgetting_what_was_derived_changes_nothing_for_the_guest)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    poke(DATA, 8, 77);
    w.hart->x[A1] = 0x5000;
    once(LD(A0, A1));
    vm_forget(w.vm);
    cr_expect_eq(shadow_entry(0x5000), 0);
    w.hart->x[A0] = 0;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 77);
}

/* An address space with everything in it, and a loop that uses all of it, its own table too. */
Test(vm, a_shadow_that_forgets_at_every_exit_changes_nothing_that_the_guest_sees)
{
    w.vm->config.amnesia = (uint64_t)1 << 32;
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX & ~PTE_D);
    map(0x6000, entry_at(0x5000, 0), S_RWX);
    program(CODE, LD(A0, A1), CSRW(sscratch, A0), AMOADD(A4, A1, A1), SD(A2, A3), CSRR(A5, sepc),
            SFENCE(A1, ZERO), i_type(INSN_addi, A2, A2, 1 << PTE_PPN_SHIFT), LD(A4, A6),
            i_type(INSN_jalr, ZERO, A7, 0));
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX & ~PTE_D);
    w.hart->x[A3] = 0x6000 + (entry_at(0x5000, 0) & (PAGE_SIZE - 1));
    w.hart->x[A6] = UART_BASE;
    w.hart->x[A7] = CODE;
    uint64_t fills = w.vm->shadows.stats.fills;
    EXPECT_SAME(200);
    cr_expect_gt(w.vm->shadows.stats.fills, fills + 100, "it did forget");
}
