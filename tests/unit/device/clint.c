/* The CLINT: addresses as in the FU540-C000 manual, table 9.1. */
#include "clint.h"

#include <criterion/criterion.h>

enum { HARTS = 2 };

static uint64_t get(struct clint *clint, uint64_t ticks, uint64_t offset, unsigned size)
{
    uint64_t value = ~(uint64_t)0;
    cr_expect(clint_access(clint, HARTS, ticks, offset, size, false, &value));
    return value;
}

static void put(struct clint *clint, uint64_t ticks, uint64_t offset, unsigned size, uint64_t value)
{
    cr_expect(clint_access(clint, HARTS, ticks, offset, size, true, &value));
}

static struct clint fresh(void)
{
    struct clint clint;
    clint_reset(&clint);
    return clint;
}

Test(clint, after_reset_no_timer_is_near)
{
    struct clint clint = fresh();
    cr_expect_eq(get(&clint, 5, 0x4000, 8), ~(uint64_t)0);
    cr_expect_eq(get(&clint, 5, 0xbff8, 8), 5);
    cr_expect_eq(get(&clint, 5, 0x0, 4), 0);
}

Test(clint, msip_keeps_its_lowest_bit)
{
    struct clint clint = fresh();
    put(&clint, 0, 0x4, 4, 0xffffffff);
    cr_expect_eq(get(&clint, 0, 0x4, 4), 1);
    cr_expect_eq(get(&clint, 0, 0x0, 4), 0, "the other hart's");
    put(&clint, 0, 0x4, 4, 0xfffffffe);
    cr_expect_eq(get(&clint, 0, 0x4, 4), 0);
}

Test(clint, mtimecmp_is_written_whole_or_by_halves)
{
    struct clint clint = fresh();
    put(&clint, 0, 0x4008, 8, 0x1122334455667788);
    cr_expect_eq(clint.mtimecmp[1], 0x1122334455667788);
    put(&clint, 0, 0x4008, 4, 0xaaaaaaaa);
    cr_expect_eq(clint.mtimecmp[1], 0x11223344aaaaaaaa);
    put(&clint, 0, 0x400c, 4, 0xbbbbbbbb);
    cr_expect_eq(clint.mtimecmp[1], 0xbbbbbbbbaaaaaaaa);
    cr_expect_eq(get(&clint, 0, 0x4008, 4), 0xaaaaaaaa);
    cr_expect_eq(get(&clint, 0, 0x400c, 4), 0xbbbbbbbb);
    cr_expect_eq(clint.mtimecmp[0], ~(uint64_t)0, "the other hart's");
}

Test(clint, mtime_goes_on_from_what_was_written)
{
    struct clint clint = fresh();
    put(&clint, 1000, 0xbff8, 8, 7);
    cr_expect_eq(get(&clint, 1000, 0xbff8, 8), 7);
    cr_expect_eq(get(&clint, 1010, 0xbff8, 8), 17);
}

Test(clint, mtime_has_halves_too)
{
    struct clint clint = fresh();
    put(&clint, 1000, 0xbffc, 4, 2);
    cr_expect_eq(get(&clint, 1000, 0xbff8, 8), ((uint64_t)2 << 32) + 1000);
    cr_expect_eq(get(&clint, 1000, 0xbffc, 4), 2);
    put(&clint, 1000, 0xbff8, 4, 9);
    cr_expect_eq(get(&clint, 1000, 0xbff8, 8), ((uint64_t)2 << 32) + 9);
}

Test(clint, p35_other_widths_and_misalignment_are_refused)
{
    static const struct {
        uint64_t offset;
        unsigned size;
    } rows[] = {{0x4000, 1}, {0x4000, 2}, {0x4002, 4}, {0x4004, 8}, {0x0, 8}, {0xbff8, 2}};
    struct clint clint = fresh();
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t value = 0;
        cr_expect_not(clint_access(&clint, HARTS, 0, rows[i].offset, rows[i].size, false, &value),
                      "%u bytes at %#llx", rows[i].size, (unsigned long long)rows[i].offset);
    }
}

Test(clint, registers_of_harts_that_do_not_exist_read_as_zero_and_ignore_writes)
{
    struct clint clint = fresh(), before = clint;
    for (uint64_t offset = 0; offset < 0x10000; offset += 4) {
        bool exists = offset < 4 * HARTS || (offset >= 0x4000 && offset < 0x4000 + 8 * HARTS) ||
                      offset >= 0xbff8;
        if (exists && offset < 0xc000)
            continue;
        put(&clint, 0, offset, 4, 0xffffffff);
        cr_expect_eq(get(&clint, 0, offset, 4), 0, "offset %#llx", (unsigned long long)offset);
    }
    cr_expect_arr_eq(&clint, &before, sizeof clint);
}
