/* The p2m: what it was told is what it says, and the rest is no memory. */
#include "fake_hw.h"

#define RWX (PTE_R | PTE_W | PTE_X)
#define TABLES_AT HPA(RAM_BASE)

static struct hw hw;
static struct p2m p2m;

static void given_an_empty_p2m(void)
{
    hw = (struct hw){.bytes = calloc(64, PAGE_SIZE), .base = RAM_BASE, .size = 64 * PAGE_SIZE};
    p2m_init(&p2m, &hw, TABLES_AT, 64);
}

static void finish(void)
{
    free(hw.bytes);
}

TestSuite(p2m, .init = given_an_empty_p2m, .fini = finish);

Test(p2m, nothing_is_memory_at_first)
{
    struct p2m_entry entry;
    for (int bit = 0; bit < 64; bit++)
        cr_expect_not(p2m_lookup(&p2m, GPA((uint64_t)1 << bit), &entry), "bit %d", bit);
    cr_expect_not(p2m_lookup(&p2m, GPA(0), &entry));
}

Test(p2m, a_lookup_gives_the_byte_asked_for_with_level_and_permissions)
{
    static const struct {
        uint64_t gpa, hpa;
        int level;
        unsigned perms;
        uint64_t asked, found;
    } rows[] = {
        {0x80000000, 0x90000000, 0, RWX, 0x80000000, 0x90000000},
        {0x80000000, 0x90000000, 0, RWX, 0x80000fff, 0x90000fff},
        {0x80200000, 0x91400000, 1, PTE_R, 0x80200000, 0x91400000},
        {0x80200000, 0x91400000, 1, PTE_R | PTE_X, 0x803ffff8, 0x915ffff8},
        {0x0, 0x80007000, 0, PTE_R | PTE_W, 0x123, 0x80007123},
        {0x7fffffe000, 0x80001000, 0, RWX, 0x7fffffe008, 0x80001008},
        {0x7fffe00000, 0x80200000, 1, RWX, 0x7fffffffff, 0x803fffff},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct p2m_entry entry;
        p2m_init(&p2m, &hw, TABLES_AT, 64);
        p2m_map(&p2m, GPA(rows[i].gpa), HPA(rows[i].hpa), rows[i].level, rows[i].perms);
        cr_assert(p2m_lookup(&p2m, GPA(rows[i].asked), &entry), "row %u", i);
        cr_expect_eq(entry.hpa.a, rows[i].found, "row %u", i);
        cr_expect_eq(entry.level, rows[i].level, "row %u", i);
        cr_expect_eq(entry.perms, rows[i].perms, "row %u", i);
    }
}

Test(p2m, what_lies_beside_a_page_is_a_hole)
{
    struct p2m_entry entry;
    p2m_map(&p2m, GPA(0x80201000), HPA(0x90000000), 0, RWX);
    p2m_map(&p2m, GPA(0x80600000), HPA(0x90200000), 1, RWX);
    static const uint64_t holes[] = {
        0x80200fff,         0x80202000, 0x80200000, 0x80000000,   0x805fffff, 0x80800000,
        0xc0201000,         0x40201000, 0x201000,   0x8080201000, /* differs above bit 38: no alias
                                                                   */
        0xffffff8080201000,                                       /* not even sign-extended */
        0x8000000080201000,
    };
    for (unsigned i = 0; i < sizeof holes / sizeof *holes; i++)
        cr_expect_not(p2m_lookup(&p2m, GPA(holes[i]), &entry), "%lx", holes[i]);
}

Test(p2m, pages_of_both_levels_share_their_tables)
{
    struct p2m_entry entry;
    for (unsigned i = 0; i < 512; i++)
        p2m_map(&p2m, GPA(0x80000000 + i * (uint64_t)PAGE_SIZE),
                HPA(0x90000000 + (511 - i) * (uint64_t)PAGE_SIZE), 0, RWX);
    p2m_map(&p2m, GPA(0x80200000), HPA(0x90200000), 1, RWX);
    for (unsigned i = 0; i < 512; i++) {
        cr_assert(p2m_lookup(&p2m, GPA(0x80000010 + i * (uint64_t)PAGE_SIZE), &entry));
        cr_expect_eq(entry.hpa.a, 0x90000010 + (511 - i) * (uint64_t)PAGE_SIZE, "page %u", i);
    }
    cr_expect_eq((p2m.next_table.a - TABLES_AT.a) / PAGE_SIZE, 3, "root, 1 GiB, 2 MiB");
}

Test(p2m, the_frames_foreseen_for_tables_are_enough_in_small_pages)
{
    static const uint64_t pages[] = {1, 2, 511, 512, 513, 1024, 5000};
    for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++) {
        uint64_t count = p2m_table_frames(pages[i] * PAGE_SIZE);
        cr_assert_leq(count, 64);
        p2m_init(&p2m, &hw, TABLES_AT, count);
        for (uint64_t page = 0; page < pages[i]; page++) /* across a GiB's border */
            p2m_map(&p2m, GPA(0xbffff000 + page * PAGE_SIZE), HPA(0x90000000), 0, RWX);
        cr_expect_leq(p2m.next_table.a, p2m.end_tables.a, "%lu pages", pages[i]);
    }
}
