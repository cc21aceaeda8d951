/* The cpu's port, and what a write by others does to the caches. */
#include "world.h"

static void given_a_block_machine(void)
{
    given_a_machine(ENGINE_BLOCK);
}

TestSuite(access, .init = given_a_block_machine, .fini = finish);

static struct port *port(void)
{
    return cpu_port(machine->cpu);
}

Test(access, ram_takes_every_kind_of_access)
{
    uint64_t value;
    for (int why = ACCESS_FETCH; why <= ACCESS_WALK; why++) {
        cr_expect(port()->store(port(), DATA, 8, (enum access)why, 0x1122334455667788), "%d", why);
        cr_expect(port()->load(port(), DATA, 4, (enum access)why, &value), "%d", why);
        cr_expect_eq(value, 0x55667788, "zero-extended");
    }
}

Test(access, a_device_takes_loads_and_stores_alone)
{
    uint64_t value;
    for (int why = ACCESS_FETCH; why <= ACCESS_WALK; why++) {
        bool takes = why == ACCESS_LOAD || why == ACCESS_STORE;
        cr_expect_eq(port()->load(port(), CLINT_BASE, 4, (enum access)why, &value), takes);
        cr_expect_eq(port()->store(port(), CLINT_BASE, 4, (enum access)why, 0), takes);
    }
}

Test(access, there_is_nothing_beyond_the_end_of_ram)
{
    uint64_t value, end = RAM_BASE + machine->ram.size;
    cr_expect(port()->load(port(), end - 8, 8, ACCESS_LOAD, &value));
    cr_expect_not(port()->load(port(), end - 4, 8, ACCESS_LOAD, &value));
    cr_expect_not(port()->store(port(), end, 1, ACCESS_STORE, 0));
}

Test(access, a_store_to_a_clean_frame_keeps_what_it_was)
{
    struct ram *ram = &machine->ram;
    ram_checkpoint(ram);
    cpu_drop_stores(machine->cpu);
    PROGRAM(CODE, sd(T0, 0, S0), sd(T0, 8, S0));
    ram_checkpoint(ram);
    hart->x[S0] = DATA;
    hart->x[T0] = 77;
    run(2);
    cr_expect_eq(ram->written_count, 1);
    cr_expect_eq(ram->written[0], (DATA - RAM_BASE) >> PAGE_SHIFT);
    cr_expect_eq(read64(DATA + 8), 77);
    ram_rollback(ram);
    cr_expect_eq(read64(DATA), 0);
}

Test(access, stores_known_to_the_TLB_are_noticed_after_a_checkpoint)
{
    PROGRAM(CODE, sd(T0, 0, S0), j(-4));
    hart->x[S0] = DATA;
    run(3);
    ram_checkpoint(&machine->ram);
    cpu_drop_stores(machine->cpu);
    run(1 + 1);
    cr_expect_eq(machine->ram.written_count, 1);
}

Test(access, a_write_by_others_forgets_all_frames_that_it_meets)
{
    enum { FRAME = (DATA - RAM_BASE) / PAGE_SIZE };
    for (int i = -1; i <= 2; i++)
        tlb_mark(machine->cpu, (uint64_t)(FRAME + i), FRAME_WALKED);
    cpu_wrote(machine->cpu, DATA + PAGE_SIZE - 1, 2);
    cr_expect(machine->ram.marks[FRAME - 1] & FRAME_WALKED);
    cr_expect_not(machine->ram.marks[FRAME] & FRAME_WALKED);
    cr_expect_not(machine->ram.marks[FRAME + 1] & FRAME_WALKED);
    cr_expect(machine->ram.marks[FRAME + 2] & FRAME_WALKED);
}

Test(access, a_write_of_nothing_or_outside_of_ram_is_none)
{
    tlb_mark(machine->cpu, 0, FRAME_WALKED);
    cpu_wrote(machine->cpu, RAM_BASE, 0);
    cpu_wrote(machine->cpu, 0, PAGE_SIZE);
    cpu_wrote(machine->cpu, RAM_BASE + machine->ram.size - 1, 2);
    cr_expect(machine->ram.marks[0] & FRAME_WALKED);
}
