/* The machine: a guest's whole life. */
#include "machine.h"

#include "world.h"

Test(machine, a_guest_turns_it_off_with_a_status)
{
    static const uint32_t program[] = {
        LUI_T0_FINISHER, 0x00073337, /* lui t1, 0x73 */
        0x33330313,                  /* addi t1, t1, 0x333: status 7, fail */
        SW_T1_T0,        LOOP,
    };
    struct machine *machine = machine_with(program, sizeof program, FIRMWARE_NONE, 1);
    cr_expect_eq(machine_run(machine, 1000), STOP_POWEROFF);
    cr_expect_eq(machine->platform.s.status, 7);
    cr_expect_eq(machine->platform.s.clock.steps, 4);
    end(machine);
}

/* Reboots the first time, and turns off when it finds the clock running. */
static const uint32_t reboot_once[] = {
    LUI_T0_FINISHER, 0x0200c3b7, /* lui t2, 0x200c */
    0xff83b383,                  /* ld t2, -8(t2): mtime */
    0x00005337,                  /* lui t1, 0x5 */
    0x55530313,                  /* addi t1, t1, 0x555 */
    0x00039663,                  /* bnez t2, +12 */
    0x00007337,                  /* lui t1, 0x7 */
    0x77730313,                  /* addi t1, t1, 0x777 */
    0x10000e37,                  /* lui t3, 0x10000 */
    0x006e0023,                  /* sb t1, 0(t3) */
    0x00002e97,                  /* auipc t4, 2 */
    0x006eb023,                  /* sd t1, 0(t4): memory that the image does not cover */
    SW_T1_T0,        LOOP,
};

Test(machine, a_reboot_starts_anew_while_time_goes_on)
{
    struct machine *machine = machine_with(reboot_once, sizeof reboot_once, FIRMWARE_NONE, 1);
    cr_expect_eq(machine_run(machine, 1000), STOP_POWEROFF);
    cr_expect_eq(machine->platform.s.output_count, 2, "one life, one byte");
    cr_expect_eq(machine->hart[0].csr.mcycle, 11, "counters start at zero");
    cr_expect_eq(machine->platform.s.clock.steps, 13 + 11);
    end(machine);
}

Test(machine, booting_again_empties_memory)
{
    static const uint32_t nothing[] = {LOOP};
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
    *ram_at(&machine->ram, RAM_BASE + 0x5000, 1) = 0xaa;
    *ram_at(&machine->ram, RAM_BASE, 1) = 0xaa;
    machine_boot(machine, &boot);
    cr_expect_eq(*ram_at(&machine->ram, RAM_BASE + 0x5000, 1), 0);
    cr_expect_eq(*ram_at(&machine->ram, RAM_BASE, 1), 0x6f);
    end(machine);
}

Test(machine, dma_reaches_ram_and_nothing_else)
{
    static const uint32_t nothing[] = {LOOP};
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
    struct platform *platform = &machine->platform;
    uint64_t top = RAM_BASE + platform->ram_size;
    uint8_t bytes[4] = {1, 2, 3, 4}, back[4] = {0};
    cr_expect(platform->dma(platform->owner, top - 4, bytes, 4, true));
    cr_expect(platform->dma(platform->owner, top - 4, back, 4, false));
    cr_expect_arr_eq(bytes, back, 4);
    cr_expect_not(platform->dma(platform->owner, top - 3, bytes, 4, true));
    cr_expect_not(platform->dma(platform->owner, RAM_BASE - 1, bytes, 4, false));
    cr_expect_not(platform->dma(platform->owner, UART_BASE, bytes, 1, true));
    end(machine);
}

/* ISA 8.2: SC must fail where a device wrote to what LR read. */
Test(machine, dma_breaks_the_reservation_of_the_doubleword_that_it_writes)
{
    static const uint32_t nothing[] = {LOOP};
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
    struct platform *platform = &machine->platform;
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
    end(machine);
}

Test(machine, an_interrupt_wakes_a_waiting_hart_at_its_time)
{
    static const uint32_t program[] = {
        0x020042b7, /* lui t0, 0x2004 */
        0x06400313, /* li t1, 100 */
        0x0062b023, /* sd t1, 0(t0): mtimecmp */
        0x08000313, /* li t1, 0x80 */
        0x30431073, /* csrw mie, t1 */
        WFI,        LOOP,
    };
    struct machine *machine = machine_with(program, sizeof program, FIRMWARE_NONE, 1);
    cr_expect_eq(machine_run(machine, 7), STOP_LIMIT);
    cr_expect_eq(clock_now(&machine->platform.s.clock), 1000 + 1, "a hundred ticks, and j");
    end(machine);
}

Test(machine, harts_share_memory_and_take_turns)
{
    /* Each hart adds 1 + its number to a word of its own; the loop runs as long as it may. */
    static const uint32_t program[] = {
        0xf14022f3, /* csrr t0, mhartid */
        0x00329293, /* slli t0, t0, 3 */
        0x00001317, /* auipc t1, 1 */
        0x00530333, /* add t1, t1, t0 */
        0x00033383, /* ld t2, 0(t1) */
        0x00138393, /* addi t2, t2, 1 */
        0x00733023, /* sd t2, 0(t1) */
        0xff5ff06f, /* j -12 */
    };
    struct machine *machine = machine_with(program, sizeof program, FIRMWARE_NONE, 2);
    machine->platform.quantum = 100;
    machine_boot(machine, &boot);
    machine_run(machine, 2000);
    uint64_t counts[2];
    memcpy(counts, ram_at(&machine->ram, RAM_BASE + 0x1008, 16), 16);
    cr_expect_eq(counts[0], counts[1]);
    cr_expect_eq(counts[0], (1000 - 4) / 4);
    end(machine);
}
