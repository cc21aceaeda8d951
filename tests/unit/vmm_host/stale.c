/* Which translations a guest may still see old (P43): those that it replaced since it first walked
 * the space, and that no fence has covered. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "priv.h"
#include "stale.h"

#define SATP(asid, ppn)                                                                            \
    ((uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (uint64_t)(asid) << SATP_ASID_SHIFT | (ppn))
#define SPACE SATP(1, 0x80000)
#define LEAF 0x80002028u /* where the entry of VA lies */
#define VA 0x5000u

static struct stale *stale;

static void given_a_space_that_was_walked(void)
{
    stale = calloc(2, sizeof *stale);
    struct walk elsewhere = {.steps = 1, .step = {{.pte_pa = 0x80000000}}};
    stale_walked(stale, SPACE, 0, &elsewhere);
}

static void finish(void)
{
    free(stale);
}

TestSuite(stale, .init = given_a_space_that_was_walked, .fini = finish);

/* A walk for `va` that reads three tables and ends in the entry at `leaf`. */
static bool is_used(uint64_t satp, uint64_t va, uint64_t leaf)
{
    struct walk walk = {.steps = 3,
                        .step = {{.pte_pa = 0x80000000}, {.pte_pa = 0x80001000}, {.pte_pa = leaf}}};
    stale->was_used = false;
    stale_walked(stale, satp, va, &walk);
    return stale->was_used;
}

Test(stale, a_walk_over_a_replaced_entry_uses_it)
{
    cr_expect_not(is_used(SPACE, VA, LEAF));
    stale_replaced(stale, LEAF);
    cr_expect(is_used(SPACE, VA, LEAF));
    cr_expect_not(is_used(SPACE, VA + PAGE_SIZE, LEAF + 8), "its neighbour was not replaced");
    stale_replaced(stale, 0x80001000);
    cr_expect(is_used(SPACE, VA + PAGE_SIZE, LEAF + 8), "a pointer above it was");
}

Test(stale, what_was_replaced_before_the_space_was_first_walked_is_nothing_to_it)
{
    stale_replaced(stale, LEAF);
    cr_expect_not(is_used(SATP(2, 0x80000), VA, LEAF), "a fresh ASID (P02)");
    stale_replaced(stale, LEAF);
    cr_expect(is_used(SATP(2, 0x80000), VA, LEAF));
}

Test(stale, fences_cover_what_they_name)
{
    static const struct {
        bool all_va, all_asids;
        uint64_t va, asid;
        bool is_covered;
        const char *what;
    } rows[] = {
        {true, true, 0, 0, true, "everything"},
        {false, true, VA, 0, true, "the address everywhere"},
        {false, true, VA + 0xfff, 0, true, "the page, by its last byte"},
        {false, true, VA + PAGE_SIZE, 0, false, "the next page"},
        {false, false, VA, 1, true, "the address in its space"},
        {false, false, VA, 0x10001, true, "bits above the ASID's do not count"},
        {false, false, VA, 2, false, "the address in another space"},
        {true, false, 0, 1, true, "all of its space"},
        {true, false, 0, 2, false, "all of another space"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        finish();
        given_a_space_that_was_walked();
        stale_replaced(stale, LEAF);
        stale_fenced(stale, rows[i].all_va, rows[i].va, rows[i].all_asids, rows[i].asid);
        cr_expect_eq(is_used(SPACE, VA, LEAF), !rows[i].is_covered, "%s", rows[i].what);
        stale_replaced(stale, LEAF);
        cr_expect(is_used(SPACE, VA, LEAF), "%s, but replaced again since", rows[i].what);
    }
}

Test(stale, where_too_much_is_remembered_any_use_may_be_one)
{
    for (uint64_t i = 0; i < STALE_ROOM; i++)
        stale_replaced(stale, 0x90000000 + 8 * i);
    cr_expect_not(is_used(SPACE, VA, LEAF));
    cr_expect(is_used(SPACE, VA, 0x90000000));
    cr_expect(is_used(SPACE, VA, 0x90000000 + 8 * (STALE_ROOM - 1)));
    stale_replaced(stale, 0xa0000000);
    cr_expect(is_used(SPACE, VA, LEAF), "full");
    stale_fenced(stale, true, 0, true, 0);
    cr_expect_not(is_used(SPACE, VA, LEAF), "a fence of everything makes room");
    stale_replaced(stale, LEAF);
    cr_expect(is_used(SPACE, VA, LEAF));
}

Test(stale, too_many_spaces_are_too_much_as_well)
{
    for (unsigned i = 0; i <= STALE_SPACES; i++)
        is_used(SATP(i, 0x90000), VA, LEAF);
    cr_expect(is_used(SPACE, VA, LEAF));
    stale_fenced(stale, true, 0, true, 0);
    cr_expect_not(is_used(SPACE, VA, LEAF));
}

Test(stale, a_copy_says_the_same_whatever_it_said_before)
{
    struct stale *first = stale, *copy = stale + 1;
    stale_replaced(copy, 0x80005000); /* to be forgotten */
    stale_replaced(first, LEAF);
    stale_replaced(first, LEAF + 8);
    stale_fenced(first, false, VA + PAGE_SIZE, true, 0);
    stale_copy(copy, first);
    stale = copy;
    cr_expect(is_used(SPACE, VA, LEAF));
    cr_expect_not(is_used(SPACE, VA + PAGE_SIZE, LEAF + 8), "fenced");
    cr_expect_not(is_used(SPACE, VA, 0x80005000));
    stale = first;
}
