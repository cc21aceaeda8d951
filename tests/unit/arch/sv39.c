/* The Sv39 walk (Privileged 4.3.2, 4.4), entry by entry. */
#include "sv39.h"

#include <criterion/criterion.h>

#include "memory.h"
#include "world.h"

#define PAGE_A (RAM_BASE + 0x4000u)
#define VA 0x40201000u /* vpn 1, 1, 1 */

static const enum access accesses[] = {ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE, ACCESS_LR,
                                       ACCESS_AMO};
enum { ACCESSES = sizeof accesses / sizeof *accesses };

static struct space space_of(struct world *w, enum mode mode)
{
    enter_paging(w, mode);
    return (struct space){.satp = w->hart.csr.satp, .mode = mode};
}

static enum walk_result walk(struct world *w, struct space space, uint64_t va, enum access why,
                             struct walk *found)
{
    return sv39_walk(space, &w->port, va, why, found);
}

/* What a walk for `why` in `mode` makes of a 4 KiB page with these flags. */
static enum walk_result walk_page(uint64_t flags, struct space space, enum access why)
{
    struct world *w = world_new();
    space.satp = space_of(w, space.mode).satp;
    map(w, VA, PAGE_A, flags);
    struct walk found;
    return walk(w, space, VA, why, &found);
}

Test(sv39, a_page_is_found_with_its_offset)
{
    struct world *w = world_new();
    struct walk found;
    map(w, VA, PAGE_A, PTE_RW_AD);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA + 0xabc, ACCESS_LOAD, &found), WALK_OK);
    cr_expect_eq(found.pa, PAGE_A + 0xabc);
    cr_expect_eq(found.level, 0);
}

Test(sv39, the_walk_tells_its_steps)
{
    struct world *w = world_new();
    struct walk found;
    map(w, VA, PAGE_A, PTE_RW_AD);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_LOAD, &found), WALK_OK);
    cr_expect_eq(found.steps, 3);
    /* The builder puts the tables one after the other; vpn 1 is the second entry of each. */
    for (int i = 0; i < 3; i++)
        cr_expect_eq(found.step[i].pte_pa, TABLES + (uint64_t)i * PAGE_SIZE + 8, "step %d", i);
    cr_expect_eq(found.step[0].pte, (uint64_t)(TABLES + 0x1000) >> 2 | 1);
    cr_expect_eq(found.step[1].pte, (uint64_t)(TABLES + 0x2000) >> 2 | 1);
    cr_expect_eq(found.step[2].pte, (uint64_t)PAGE_A >> 2 | PTE_RW_AD);
    cr_expect_eq(found.pte, found.step[2].pte);
    cr_expect_eq(found.pte_pa, found.step[2].pte_pa);
}

Test(sv39, a_walk_that_stops_early_tells_where)
{
    struct world *w = world_new();
    struct walk found;
    poke(w, entry_at(w, VA, 1), 8, 0);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_LOAD, &found), WALK_PAGE_FAULT);
    cr_expect_eq(found.steps, 2);
    cr_expect_eq(found.level, 1);
    cr_expect_eq(found.pte, 0);
    cr_expect_eq(found.pte_pa, TABLES + PAGE_SIZE + 8);
}

static struct {
    unsigned count;
    uint64_t va;
    struct walk walk;
} seen;

static void remember(struct port *port, uint64_t va, const struct walk *found)
{
    (void)port;
    seen.count++;
    seen.va = va;
    seen.walk = *found;
}

Test(sv39, the_port_is_told_of_every_walk_whatever_came_of_it)
{
    struct world *w = world_new();
    struct walk found;
    w->port.walked = remember;
    map(w, VA, PAGE_A, PTE_V | PTE_R);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA + 4, ACCESS_LOAD, &found), WALK_OK);
    cr_expect_eq(seen.count, 1);
    cr_expect_eq(seen.va, VA + 4);
    cr_expect(seen.walk.pte & PTE_A, "after A was set");
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA + 8, ACCESS_STORE, &found), WALK_PAGE_FAULT);
    cr_expect_eq(seen.count, 2);
    cr_expect_eq(seen.va, VA + 8);
    cr_expect_eq(walk(w, space_of(w, MODE_S), (uint64_t)1 << 40, ACCESS_LOAD, &found),
                 WALK_PAGE_FAULT);
    cr_expect_eq(seen.count, 3);
    cr_expect_eq(seen.walk.steps, 0);
}

Test(sv39, superpages_of_each_level_are_found)
{
    static const struct {
        int level;
        uint64_t va, pa, offset;
    } rows[] = {
        {1, 0x40200000, 0x80000000, 0x0},         {1, 0x40200000, 0x80000000, 0x1fffff},
        {1, 0x40200000, 0x12345600000, 0x12345},  {2, 0x40000000, 0x80000000, 0x0},
        {2, 0x40000000, 0x80000000, 0x3fffffff},  {2, 0x40000000, 0xff0000c0000000, 0x2468ace},
        {0, 0x40200000, 0xfffffffffff000, 0xfff},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        struct walk found;
        map_at(w, rows[i].va, rows[i].level, rows[i].pa, PTE_RW_AD);
        enum walk_result result =
            walk(w, space_of(w, MODE_S), rows[i].va + rows[i].offset, ACCESS_STORE, &found);
        cr_expect_eq(result, WALK_OK, "row %zu", i);
        cr_expect_eq(found.pa, rows[i].pa + rows[i].offset, "row %zu: %lx", i, found.pa);
        cr_expect_eq(found.level, rows[i].level, "row %zu", i);
        cr_expect_eq(found.steps, 3 - rows[i].level, "row %zu", i);
    }
}

Test(sv39, a_superpage_with_low_ppn_bits_faults)
{
    static const struct {
        int level;
        uint64_t pa;
    } rows[] = {
        {1, 0x80001000}, {1, 0x80100000}, {2, 0x80001000}, {2, 0x80200000}, {2, 0xa0000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int a = 0; a < ACCESSES; a++) {
            struct world *w = world_new();
            struct walk found;
            map_at(w, 0x40000000, rows[i].level, rows[i].pa, PTE_RWX_AD);
            cr_expect_eq(walk(w, space_of(w, MODE_S), 0x40000000, accesses[a], &found),
                         WALK_PAGE_FAULT, "level %d at %lx", rows[i].level, rows[i].pa);
        }
}

Test(sv39, p08_malformed_entries_fault)
{
    static const struct {
        const char *why;
        int level;
        uint64_t flags;
    } rows[] = {
        {"not valid, all else set", 0, PTE_RWX_AD & ~PTE_V},
        {"not valid at the root", 2, PTE_RWX_AD & ~PTE_V},
        {"W without R", 0, PTE_V | PTE_W | PTE_A | PTE_D},
        {"W and X without R", 0, PTE_V | PTE_W | PTE_X | PTE_A | PTE_D},
        {"W without R in a superpage", 1, PTE_V | PTE_W | PTE_A | PTE_D},
        {"bit 54, reserved", 0, PTE_RWX_AD | (uint64_t)1 << 54},
        {"bit 60, reserved", 0, PTE_RWX_AD | (uint64_t)1 << 60},
        {"PBMT without Svpbmt", 0, PTE_RWX_AD | (uint64_t)1 << 61},
        {"PBMT without Svpbmt", 0, PTE_RWX_AD | (uint64_t)1 << 62},
        {"N without Svnapot", 0, PTE_RWX_AD | (uint64_t)1 << 63},
        {"a pointer at level 0", 0, PTE_V},
        {"a pointer at level 0 with A", 0, PTE_V | PTE_A},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int a = 0; a < ACCESSES; a++) {
            struct world *w = world_new();
            struct walk found;
            map_at(w, 0x40000000, rows[i].level, 0x80000000, rows[i].flags);
            cr_expect_eq(walk(w, space_of(w, MODE_S), 0x40000000, accesses[a], &found),
                         WALK_PAGE_FAULT, "%s", rows[i].why);
            cr_expect_eq(found.steps, 3 - rows[i].level, "%s", rows[i].why);
        }
}

Test(sv39, p08_a_pointer_with_a_d_u_or_reserved_bits_faults)
{
    static const uint64_t flags[] = {
        PTE_A, PTE_D, PTE_U, (uint64_t)1 << 54, (uint64_t)1 << 61, (uint64_t)1 << 63};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        for (int level = 1; level < 3; level++) {
            struct world *w = world_new();
            struct walk found;
            map(w, VA, PAGE_A, PTE_RWX_AD);
            uint64_t at = entry_at(w, VA, level);
            poke(w, at, 8, peek(w, at, 8) | flags[i]);
            cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_LOAD, &found), WALK_PAGE_FAULT,
                         "%lx at level %d", flags[i], level);
            cr_expect_eq(found.level, level);
        }
}

Test(sv39, g_and_rsw_are_allowed_everywhere)
{
    struct world *w = world_new();
    struct walk found;
    map(w, VA, PAGE_A, PTE_RWX_AD | PTE_G | PTE_RSW);
    for (int level = 1; level < 3; level++) {
        uint64_t at = entry_at(w, VA, level);
        poke(w, at, 8, peek(w, at, 8) | PTE_G | PTE_RSW);
    }
    /* entry_at follows pointers by their PPN alone, as the walk does. */
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_STORE, &found), WALK_OK);
    cr_expect_eq(found.pa, PAGE_A);
}

Test(sv39, p08_a_non_canonical_address_faults_before_any_entry_is_read)
{
    static const struct {
        uint64_t va;
        bool is_canonical;
    } rows[] = {
        {0x0000000000000000, true},  {0x0000003fffffffff, true},  {0x0000004000000000, false},
        {0x0000008000000000, false}, {0x4000000000000000, false}, {0x8000000000000000, false},
        {0xffffffbfffffffff, false}, {0xffffffc000000000, true},  {0xffffffffffffffff, true},
        {0xffffff8000000000, false}, {0x7fffffffffffffff, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        struct walk found;
        for (unsigned vpn = 0; vpn < 512; vpn++)
            poke(w, TABLES + vpn * 8, 8, entry(0x80000000, PTE_RWX_AD));
        enum walk_result result = walk(w, space_of(w, MODE_S), rows[i].va, ACCESS_LOAD, &found);
        cr_expect_eq(result, rows[i].is_canonical ? WALK_OK : WALK_PAGE_FAULT, "%lx", rows[i].va);
        cr_expect_eq(found.steps, rows[i].is_canonical, "%lx", rows[i].va);
    }
}

Test(sv39, the_upper_half_uses_the_upper_entries_of_the_root)
{
    struct world *w = world_new();
    struct walk found;
    map(w, 0xffffffc000000000, PAGE_A, PTE_RW_AD);
    cr_expect_eq(walk(w, space_of(w, MODE_S), 0xffffffc000000000, ACCESS_LOAD, &found), WALK_OK);
    cr_expect_eq(found.step[0].pte_pa, TABLES + 256 * 8);
}

Test(sv39, an_index_is_nine_bits_of_the_address)
{
    static const struct {
        uint64_t va;
        unsigned index[3];
    } rows[] = {
        {0x0000000000000000, {0, 0, 0}},       {0x0000000000000fff, {0, 0, 0}},
        {0x0000000000001000, {1, 0, 0}},       {0x0000000000200000, {0, 1, 0}},
        {0x0000000040000000, {0, 0, 1}},       {0x00000000401ff000, {511, 0, 1}},
        {0x0000003fffffffff, {511, 511, 255}}, {0xffffffc000000000, {0, 0, 256}},
        {0xffffffffffffffff, {511, 511, 511}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(sv39_is_canonical(rows[i].va), "%lx", rows[i].va);
        cr_expect_eq(sv39_canonical(rows[i].va ^ (uint64_t)0xa5a5 << 39), rows[i].va);
        for (int level = 0; level < 3; level++)
            cr_expect_eq(sv39_index(rows[i].va, level), rows[i].index[level], "%lx, level %d",
                         rows[i].va, level);
    }
}

/* --- permissions --- */

Test(sv39, r_w_and_x_allow_what_they_say)
{
    static const struct {
        uint64_t flags;
        bool fetch, load, store;
    } rows[] = {
        {PTE_R, false, true, false},
        {PTE_R | PTE_W, false, true, true},
        {PTE_X, true, false, false},
        {PTE_R | PTE_X, true, true, false},
        {PTE_R | PTE_W | PTE_X, true, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int user = 0; user < 2; user++) {
            uint64_t flags = rows[i].flags | PTE_V | PTE_A | PTE_D | (user ? PTE_U : 0);
            struct space space = {.mode = user ? MODE_U : MODE_S};
            const bool may[] = {rows[i].fetch, rows[i].load, rows[i].store, rows[i].load,
                                rows[i].store};
            for (int a = 0; a < ACCESSES; a++)
                cr_expect_eq(walk_page(flags, space, accesses[a]) == WALK_OK, may[a],
                             "flags %lx, access %d", flags, accesses[a]);
        }
}

Test(sv39, p01_u_never_touches_a_page_of_s)
{
    for (int a = 0; a < ACCESSES; a++)
        for (int sum = 0; sum < 2; sum++) {
            struct space space = {.mode = MODE_U, .sum = sum, .mxr = true};
            cr_expect_eq(walk_page(PTE_RWX_AD, space, accesses[a]), WALK_PAGE_FAULT, "access %d",
                         accesses[a]);
            cr_expect_eq(walk_page(PTE_RWX_AD | PTE_U, space, accesses[a]), WALK_OK,
                         "access %d: SUM is not for U", accesses[a]);
        }
}

Test(sv39, p06_s_touches_pages_of_u_only_under_sum_and_never_executes_them)
{
    for (int a = 0; a < ACCESSES; a++) {
        struct space space = {.mode = MODE_S};
        cr_expect_eq(walk_page(PTE_RWX_AD | PTE_U, space, accesses[a]), WALK_PAGE_FAULT,
                     "access %d without SUM", accesses[a]);
        space.sum = true;
        cr_expect_eq(walk_page(PTE_RWX_AD | PTE_U, space, accesses[a]),
                     accesses[a] == ACCESS_FETCH ? WALK_PAGE_FAULT : WALK_OK, "access %d with SUM",
                     accesses[a]);
        cr_expect_eq(walk_page(PTE_RWX_AD, space, accesses[a]), WALK_OK, "SUM is for U pages");
    }
}

Test(sv39, p07_mxr_makes_execute_only_pages_readable_and_no_more)
{
    static const enum mode who[] = {MODE_S, MODE_U};
    for (int i = 0; i < 2; i++) {
        uint64_t flags = PTE_V | PTE_X | PTE_A | PTE_D | (who[i] == MODE_U ? PTE_U : 0);
        struct space with = {.mode = who[i], .mxr = true}, without = {.mode = who[i]};
        cr_expect_eq(walk_page(flags, without, ACCESS_LOAD), WALK_PAGE_FAULT);
        cr_expect_eq(walk_page(flags, without, ACCESS_LR), WALK_PAGE_FAULT);
        cr_expect_eq(walk_page(flags, with, ACCESS_LOAD), WALK_OK);
        cr_expect_eq(walk_page(flags, with, ACCESS_LR), WALK_OK);
        cr_expect_eq(walk_page(flags, with, ACCESS_STORE), WALK_PAGE_FAULT);
        cr_expect_eq(walk_page(flags, with, ACCESS_AMO), WALK_PAGE_FAULT);
        cr_expect_eq(walk_page(flags & ~(uint64_t)PTE_X, with, ACCESS_LOAD), WALK_PAGE_FAULT,
                     "a pointer at level 0");
    }
    struct space s = {.mode = MODE_S, .mxr = true};
    cr_expect_eq(walk_page(PTE_V | PTE_X | PTE_U | PTE_A, s, ACCESS_LOAD), WALK_PAGE_FAULT,
                 "MXR is not SUM");
}

Test(sv39, p09_faults_are_of_the_kind_of_the_access)
{
    static const struct {
        enum access why;
        uint64_t page_fault, access_fault;
    } rows[] = {
        {ACCESS_FETCH, 12, 1}, {ACCESS_LOAD, 13, 5}, {ACCESS_STORE, 15, 7},
        {ACCESS_LR, 13, 5},    {ACCESS_AMO, 15, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(page_fault_of(rows[i].why), rows[i].page_fault, "access %d", rows[i].why);
        cr_expect_eq(access_fault_of(rows[i].why), rows[i].access_fault, "access %d", rows[i].why);
        struct world *w = world_new();
        enter_paging(w, MODE_S);
        uint64_t pa;
        cr_expect_not(memory_translate(&w->hart, &w->port, VA + 3, rows[i].why, &pa, &w->trap));
        cr_expect_eq(w->trap.cause, rows[i].page_fault, "access %d", rows[i].why);
        cr_expect_eq(w->trap.tval, VA + 3);
    }
}

/* --- A and D (Privileged 4.3.1) --- */

Test(sv39, p17_a_is_set_at_first_use_and_d_at_the_first_store)
{
    static const struct {
        enum access why;
        uint64_t before, after;
    } rows[] = {
        {ACCESS_FETCH, 0, PTE_A},
        {ACCESS_LOAD, 0, PTE_A},
        {ACCESS_LR, 0, PTE_A},
        {ACCESS_STORE, 0, PTE_A | PTE_D},
        {ACCESS_AMO, 0, PTE_A | PTE_D},
        {ACCESS_STORE, PTE_A, PTE_A | PTE_D},
        {ACCESS_LOAD, PTE_A, PTE_A},
        {ACCESS_LOAD, PTE_D, PTE_A | PTE_D},
        {ACCESS_STORE, PTE_D, PTE_A | PTE_D},
        {ACCESS_FETCH, PTE_A | PTE_D, PTE_A | PTE_D},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int level = 0; level < 3; level++) {
            struct world *w = world_new();
            struct walk found;
            uint64_t rest = PTE_V | PTE_R | PTE_W | PTE_X | PTE_G | PTE_RSW;
            map_at(w, 0x40000000, level, 0x80000000, rest | rows[i].before);
            cr_expect_eq(walk(w, space_of(w, MODE_S), 0x40000000, rows[i].why, &found), WALK_OK);
            uint64_t expected = entry(0x80000000, rest | rows[i].after);
            cr_expect_eq(peek(w, entry_at(w, 0x40000000, level), 8), expected, "row %zu, level %d",
                         i, level);
            cr_expect_eq(found.pte, expected, "row %zu, level %d", i, level);
            cr_expect_eq(found.step[found.steps - 1].pte, expected, "row %zu", i);
        }
}

Test(sv39, p17_an_access_that_faults_sets_neither_a_nor_d)
{
    static const struct {
        uint64_t flags;
        enum mode mode;
        enum access why;
    } rows[] = {
        {PTE_V | PTE_R, MODE_S, ACCESS_STORE},
        {PTE_V | PTE_R, MODE_S, ACCESS_AMO},
        {PTE_V | PTE_R, MODE_S, ACCESS_FETCH},
        {PTE_V | PTE_X, MODE_S, ACCESS_LOAD},
        {PTE_V | PTE_R | PTE_W, MODE_U, ACCESS_STORE},
        {PTE_V | PTE_R | PTE_W | PTE_U, MODE_S, ACCESS_STORE},
        {PTE_V | PTE_W, MODE_S, ACCESS_STORE},
        {PTE_R | PTE_W, MODE_S, ACCESS_STORE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        struct walk found;
        map(w, VA, PAGE_A, rows[i].flags);
        cr_expect_eq(walk(w, space_of(w, rows[i].mode), VA, rows[i].why, &found), WALK_PAGE_FAULT,
                     "row %zu", i);
        cr_expect_eq(leaf_of(w, VA), entry(PAGE_A, rows[i].flags), "row %zu", i);
    }
}

Test(sv39, p17_pointers_get_no_a)
{
    struct world *w = world_new();
    struct walk found;
    map(w, VA, PAGE_A, PTE_V | PTE_R | PTE_W);
    uint64_t root = peek(w, TABLES + 8, 8), middle = peek(w, TABLES + PAGE_SIZE + 8, 8);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_STORE, &found), WALK_OK);
    cr_expect_eq(peek(w, TABLES + 8, 8), root);
    cr_expect_eq(peek(w, TABLES + PAGE_SIZE + 8, 8), middle);
}

Test(sv39, an_entry_that_cannot_be_updated_is_an_access_fault)
{
    struct world *w = world_new();
    struct walk found;
    map(w, VA, PAGE_A, PTE_V | PTE_R | PTE_W | PTE_A);
    w->rom = entry_at(w, VA, 0);
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_LOAD, &found), WALK_OK,
                 "nothing to update");
    cr_expect_eq(walk(w, space_of(w, MODE_S), VA, ACCESS_STORE, &found), WALK_ACCESS_FAULT);
}

/* --- where tables and pages lie --- */

Test(sv39, p04_a_table_outside_memory_is_an_access_fault_of_the_access)
{
    static const uint64_t outside[] = {NOWHERE, RAM_END, DEVICE_BASE, 0, 0xfffffffffff000};
    static const uint64_t causes[] = {1, 5, 7, 5, 7};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        for (int level = 1; level < 4; level++)
            for (int a = 0; a < ACCESSES; a++) {
                struct world *w = world_new();
                enter_paging(w, MODE_S);
                if (level == 3)
                    w->hart.csr.satp = (uint64_t)8 << 60 | outside[i] >> 12;
                else
                    poke(w, entry_at(w, VA, level), 8, entry(outside[i], PTE_V));
                uint64_t pa;
                cr_expect_not(memory_translate(&w->hart, &w->port, VA, accesses[a], &pa, &w->trap));
                cr_expect_eq(w->trap.cause, causes[a], "table at %lx, access %d: %lu", outside[i],
                             accesses[a], w->trap.cause);
                cr_expect_eq(w->trap.tval, VA);
            }
}

Test(sv39, p04_a_page_outside_memory_is_translated_and_faults_at_the_access)
{
    struct world *w = world_new();
    uint64_t pa, value;
    map(w, VA, NOWHERE, PTE_RWX_AD);
    enter_paging(w, MODE_S);
    cr_expect(memory_translate(&w->hart, &w->port, VA + 8, ACCESS_LOAD, &pa, &w->trap));
    cr_expect_eq(pa, NOWHERE + 8);
    cr_expect_not(memory_load(&w->hart, &w->port, VA + 8, 8, ACCESS_LOAD, &value, &w->trap));
    cr_expect_eq(w->trap.cause, 5);
    cr_expect_eq(w->trap.tval, VA + 8);
    cr_expect_not(memory_store(&w->hart, &w->port, VA + 8, 8, ACCESS_STORE, 0, &w->trap));
    cr_expect_eq(w->trap.cause, 7);
}

/* --- through a hart's status --- */

static bool translates(struct world *w, uint64_t va, enum access why, uint64_t expected)
{
    uint64_t pa;
    bool done = memory_translate(&w->hart, &w->port, va, why, &pa, &w->trap);
    return done && pa == expected;
}

Test(sv39, bare_and_m_mode_do_not_translate)
{
    struct world *w = world_new();
    map(w, VA, PAGE_A, PTE_RWX_AD);
    for (int a = 0; a < ACCESSES; a++) {
        enter_paging(w, MODE_M);
        cr_expect(translates(w, VA, accesses[a], VA), "M, access %d", accesses[a]);
        enter_paging(w, MODE_S);
        cr_expect(translates(w, VA, accesses[a], PAGE_A), "S, access %d", accesses[a]);
        w->hart.csr.satp = TABLES >> 12;
        cr_expect(translates(w, VA, accesses[a], VA), "Bare, access %d", accesses[a]);
        w->hart.mode = MODE_U;
        cr_expect(translates(w, VA, accesses[a], VA), "Bare, access %d", accesses[a]);
    }
}

Test(sv39, bare_does_not_check_that_addresses_are_canonical)
{
    struct world *w = world_new();
    w->hart.mode = MODE_S;
    cr_expect(translates(w, (uint64_t)1 << 63, ACCESS_LOAD, (uint64_t)1 << 63));
}

/* Privileged 3.1.6.3: loads and stores as MPP would do them, fetches as ever. */
Test(sv39, mprv_lends_the_mode_of_mpp_to_loads_and_stores_alone)
{
    struct world *w = world_new();
    map(w, VA, PAGE_A, PTE_RWX_AD);
    map(w, VA + PAGE_SIZE, PAGE_A, PTE_RWX_AD | PTE_U);
    enter_paging(w, MODE_M);
    w->hart.csr.mstatus |= MSTATUS_MPRV | (uint64_t)MODE_S << 11;
    for (int a = 0; a < ACCESSES; a++) {
        bool is_fetch = accesses[a] == ACCESS_FETCH;
        cr_expect(translates(w, VA, accesses[a], is_fetch ? VA : PAGE_A), "access %d", accesses[a]);
    }
    cr_expect_not(translates(w, VA + PAGE_SIZE, ACCESS_LOAD, PAGE_A), "S without SUM");
    cr_expect_eq(w->trap.cause, 13);
    w->hart.csr.mstatus |= MSTATUS_SUM;
    cr_expect(translates(w, VA + PAGE_SIZE, ACCESS_LOAD, PAGE_A), "S with SUM");
    w->hart.csr.mstatus &= ~(uint64_t)MSTATUS_MPP;
    cr_expect_not(translates(w, VA, ACCESS_STORE, PAGE_A), "U and a page of S");
    cr_expect_eq(w->trap.cause, 15);
    cr_expect(translates(w, VA + PAGE_SIZE, ACCESS_STORE, PAGE_A), "U and a page of U");
    w->hart.csr.mstatus |= MSTATUS_MPP;
    cr_expect(translates(w, VA, ACCESS_LOAD, VA), "MPP = M: no translation");
}

Test(sv39, mprv_means_nothing_outside_m)
{
    struct world *w = world_new();
    map(w, VA, PAGE_A, PTE_RWX_AD);
    enter_paging(w, MODE_S);
    w->hart.csr.mstatus |= MSTATUS_MPRV;
    cr_expect(translates(w, VA, ACCESS_LOAD, PAGE_A), "MPP = U does not count");
    w->hart.csr.mstatus |= MSTATUS_MPP;
    cr_expect(translates(w, VA, ACCESS_LOAD, PAGE_A), "MPP = M does not count");
}

Test(sv39, sum_and_mxr_are_taken_from_mstatus)
{
    struct world *w = world_new();
    map(w, VA, PAGE_A, PTE_V | PTE_X | PTE_U | PTE_A);
    enter_paging(w, MODE_S);
    cr_expect_not(translates(w, VA, ACCESS_LOAD, PAGE_A));
    w->hart.csr.mstatus |= MSTATUS_SUM;
    cr_expect_not(translates(w, VA, ACCESS_LOAD, PAGE_A), "SUM alone");
    w->hart.csr.mstatus |= MSTATUS_MXR;
    cr_expect(translates(w, VA, ACCESS_LOAD, PAGE_A), "SUM and MXR");
    cr_expect_not(translates(w, VA, ACCESS_FETCH, PAGE_A));
    w->hart.csr.mstatus &= ~(uint64_t)MSTATUS_SUM;
    cr_expect_not(translates(w, VA, ACCESS_LOAD, PAGE_A), "MXR alone");
}

Test(sv39, the_asid_does_not_move_the_root)
{
    struct world *w = world_new();
    map(w, VA, PAGE_A, PTE_RWX_AD);
    enter_paging(w, MODE_S);
    w->hart.csr.satp |= SATP_ASID;
    cr_expect(translates(w, VA, ACCESS_LOAD, PAGE_A));
}

/* --- who sets A and D --- */

/* Svade, and Svadu with menvcfg.ADUE: a clear A, or D for a store, is a page fault, and the entry
 * stays as it is. By default the hardware sets them (Privileged 4.3.1). */
Test(sv39, p17_a_clear_a_or_d_faults_where_the_profile_says_so)
{
    static const struct {
        isa_t isa;
        uint64_t menvcfg;
        bool faults;
    } rows[] = {
        {ISA_FULL, 0, false},
        {ISA_FULL | ISA(Svade), 0, true},
        {ISA_FULL | ISA(Svadu), 0, true},
        {ISA_FULL | ISA(Svadu), MENVCFG_ADUE, false},
        {ISA_FULL | ISA(Svade) | ISA(Svadu), 0, true},
        {ISA_FULL | ISA(Svade) | ISA(Svadu), MENVCFG_ADUE, false},
    };
    static const struct {
        enum access why;
        uint64_t missing; /* of A and D in the leaf */
        bool matters;
    } tries[] = {
        {ACCESS_LOAD, 0, false},     {ACCESS_LOAD, PTE_A, true},  {ACCESS_LOAD, PTE_D, false},
        {ACCESS_FETCH, PTE_A, true}, {ACCESS_STORE, PTE_A, true}, {ACCESS_STORE, PTE_D, true},
        {ACCESS_STORE, 0, false},    {ACCESS_AMO, PTE_D, true},   {ACCESS_LR, PTE_D, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t a = 0; a < sizeof tries / sizeof *tries; a++) {
            struct world *w = world_of(rows[i].isa);
            struct walk walk;
            uint64_t leaf = PTE_RWX_AD & ~tries[a].missing;
            map(w, 0x1000, RAM_BASE, leaf);
            enter_paging(w, MODE_S);
            w->hart.csr.menvcfg = rows[i].menvcfg;
            bool faults = rows[i].faults && tries[a].matters;
            enum walk_result result =
                sv39_walk(space_of_data(&w->hart), &w->port, 0x1000, tries[a].why, &walk);
            cr_expect_eq(result, faults ? WALK_PAGE_FAULT : WALK_OK, "row %zu, access %zu", i, a);
            uint64_t after = entry(RAM_BASE, faults || !tries[a].matters ? leaf : PTE_RWX_AD);
            if (tries[a].why == ACCESS_FETCH && !faults)
                after = entry(RAM_BASE, leaf | PTE_A);
            cr_expect_eq(leaf_of(w, 0x1000), after, "row %zu, access %zu: %lx", i, a,
                         leaf_of(w, 0x1000));
        }
}
