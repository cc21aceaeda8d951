/* RAM: zeroed, bounded, and able to go back. */
#include "ram.h"

#include <criterion/criterion.h>
#include <string.h>

#include "priv.h"

enum { BASE = 0x1000, PAGES = 8 };

static struct ram ram;

static void given_ram(void)
{
    cr_assert(ram_init(&ram, BASE, PAGES * PAGE_SIZE));
}

static void finish(void)
{
    ram_free(&ram);
}

static uint8_t *byte(uint64_t frame)
{
    return ram_at(&ram, BASE + frame * PAGE_SIZE, 1);
}

/* What every writer does. */
static void write_to(uint64_t frame, uint8_t value)
{
    if (ram.marks[frame] & FRAME_CLEAN)
        ram_touch(&ram, frame);
    *byte(frame) = value;
}

TestSuite(ram, .init = given_ram, .fini = finish);

Test(ram, addresses_outside_have_no_bytes)
{
    uint64_t end = BASE + PAGES * PAGE_SIZE;
    cr_expect_not_null(ram_at(&ram, BASE, PAGES * PAGE_SIZE));
    cr_expect_not_null(ram_at(&ram, end - 8, 8));
    cr_expect_null(ram_at(&ram, end - 8, 9));
    cr_expect_null(ram_at(&ram, end, 1));
    cr_expect_null(ram_at(&ram, BASE - 1, 1));
    cr_expect_null(ram_at(&ram, BASE, ~(uint64_t)0));
    cr_expect_null(ram_at(&ram, ~(uint64_t)0, 8));
}

Test(ram, clearing_makes_every_byte_zero_and_takes_marks)
{
    write_to(3, 0xaa);
    ram.marks[3] = FRAME_CODE | FRAME_WALKED;
    ram_clear(&ram);
    cr_expect_eq(*byte(3), 0);
    cr_expect_eq(ram.marks[3], 0);
}

Test(ram, far_more_than_the_host_has_costs_nothing_until_touched)
{
    struct ram large;
    cr_assert(ram_init(&large, BASE, (uint64_t)16 << 30));
    *ram_at(&large, BASE + ((uint64_t)15 << 30), 1) = 1;
    ram_free(&large);
}

Test(ram, a_checkpoint_marks_every_frame_clean)
{
    ram_checkpoint(&ram);
    for (uint64_t frame = 0; frame < PAGES; frame++)
        cr_expect_eq(ram.marks[frame], FRAME_CLEAN);
}

Test(ram, going_back_restores_what_was_written_and_counts_it)
{
    write_to(2, 5);
    ram_checkpoint(&ram);
    write_to(2, 6);
    write_to(7, 1);
    write_to(2, 7);
    cr_expect_eq(ram.written_count, 2);
    cr_expect_eq(ram.written[0], 2);
    cr_expect_eq(ram.written[1], 7);
    cr_expect_eq(ram_rollback(&ram), 2);
    cr_expect_eq(*byte(2), 5);
    cr_expect_eq(*byte(7), 0);
    cr_expect(ram.marks[2] & FRAME_CLEAN);
    cr_expect_eq(ram_rollback(&ram), 0);
}

Test(ram, a_second_checkpoint_starts_from_there)
{
    ram_checkpoint(&ram);
    write_to(1, 1);
    ram_checkpoint(&ram);
    cr_expect(ram.marks[1] & FRAME_CLEAN);
    write_to(1, 2);
    cr_expect_eq(ram_rollback(&ram), 1);
    cr_expect_eq(*byte(1), 1);
}

Test(ram, clearing_can_be_undone)
{
    write_to(1, 1);
    write_to(2, 2);
    ram_checkpoint(&ram);
    write_to(2, 3);
    ram_clear(&ram);
    cr_expect_eq(*byte(1), 0);
    write_to(1, 9);
    write_to(4, 9);
    cr_expect_eq(ram_rollback(&ram), 3);
    cr_expect_eq(*byte(1), 1);
    cr_expect_eq(*byte(2), 2);
    cr_expect_eq(*byte(4), 0);
}

Test(ram, a_checkpoint_that_is_forgotten_leaves_no_marks)
{
    write_to(1, 1);
    ram_checkpoint(&ram);
    write_to(1, 2);
    ram_forget(&ram);
    cr_expect_eq(*byte(1), 2);
    for (uint64_t frame = 0; frame < PAGES; frame++)
        cr_expect_eq(ram.marks[frame], 0);
    ram_checkpoint(&ram);
    write_to(1, 3);
    ram_rollback(&ram);
    cr_expect_eq(*byte(1), 2);
}
