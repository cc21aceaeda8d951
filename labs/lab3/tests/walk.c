/* Lab 3, exercises 4 and 5: A and D, and the walk. */
#include "world.h"

/* ---- exercise 4: A and D --------------------------------------------------------------------- */

static const struct space of_s = {.mode = MODE_S};

/* A walk that has come to the leaf of VA, which has these bits. */
static struct walk at_leaf(struct world *w, uint64_t bits)
{
    uint64_t pte = entry(PAGE, bits);
    map(w, PAGE, bits);
    struct walk walk = {.pte = pte, .pte_pa = LEAF_ENTRY, .level = 0, .steps = 3};
    walk.step[2].pte = pte;
    walk.step[2].pte_pa = LEAF_ENTRY;
    return walk;
}

/* Uses a leaf that has `before` besides V, R, W and X: A and D are to be `after`. */
static void used(enum access why, uint64_t before, uint64_t after)
{
    struct world *w = world_in(MODE_S);
    uint64_t rest = V | R | W | X | G | BIT(9);
    struct walk walk = at_leaf(w, rest | before);
    same_u64(WALK_OK, sv39_use(&of_s, &w->port, why, &walk), "what comes of %s", access_text(why));
    same_u64(entry(PAGE, rest | after), peek(w, LEAF_ENTRY),
             "the entry in memory after %s, where A and D were %#lx", access_text(why), before);
}

CLAIM(4, NOTHING, "a first load or fetch sets A and not D",
      "isa/arch/sv39.c; Privileged 4.3.1, pitfall P17")
{
    used(ACCESS_LOAD, 0, A);
    used(ACCESS_LR, 0, A);
    used(ACCESS_FETCH, 0, A);
}

CLAIM(4, NOTHING, "a first store or AMO sets A and D",
      "isa/arch/sv39.c; Privileged 4.3.1, pitfall P17")
{
    used(ACCESS_STORE, 0, A | D);
    used(ACCESS_AMO, 0, A | D);
}

CLAIM(4, NOTHING, "a store to a page that was only read sets D",
      "isa/arch/sv39.c; Privileged 4.3.1, pitfall P17")
{
    used(ACCESS_STORE, A, A | D);
    used(ACCESS_AMO, A, A | D);
}

CLAIM(4, NOTHING, "a load leaves D as it is", "isa/arch/sv39.c; Privileged 4.3.1")
{
    used(ACCESS_LOAD, A | D, A | D);
    used(ACCESS_LOAD, D, A | D);
}

CLAIM(4, NOTHING, "the walk has the entry as it is in memory now", "isa/arch/sv39.h")
{
    struct world *w = world_in(MODE_S);
    struct walk walk = at_leaf(w, V | R | W);
    sv39_use(&of_s, &w->port, ACCESS_STORE, &walk);
    same_u64(entry(PAGE, V | R | W | A | D), walk.pte, "walk.pte");
    same_u64(entry(PAGE, V | R | W | A | D), walk.step[2].pte, "the pte of the walk's last step");
}

CLAIM(4, NOTHING, "what is set already is not stored again",
      "isa/arch/sv39.c; Privileged 4.3.2 step 7")
{
    struct world *w = world_in(MODE_S);
    struct walk walk = at_leaf(w, V | R | W | A);
    sv39_use(&of_s, &w->port, ACCESS_LOAD, &walk);
    walk = at_leaf(w, V | R | W | A | D);
    sv39_use(&of_s, &w->port, ACCESS_STORE, &walk);
    same_u64(0, w->stores, "stores of the walk");
}

CLAIM(4, NOTHING, "where software keeps A and D, a page that lacks them faults, and stays as it is",
      "isa/arch/sv39.c; Privileged 4.3.1")
{
    struct space space = {.mode = MODE_S, .ad_faults = true};
    struct world *w = world_in(MODE_S);
    struct walk walk = at_leaf(w, V | R | W);
    same_u64(WALK_PAGE_FAULT, sv39_use(&space, &w->port, ACCESS_LOAD, &walk), "a load without A");
    walk = at_leaf(w, V | R | W | A);
    same_u64(WALK_PAGE_FAULT, sv39_use(&space, &w->port, ACCESS_STORE, &walk), "a store without D");
    same_u64(entry(PAGE, V | R | W | A), peek(w, LEAF_ENTRY), "the entry in memory");
    same_u64(WALK_OK, sv39_use(&space, &w->port, ACCESS_LOAD, &walk), "a load with A");
}

CLAIM(4, NOTHING, "a table that cannot be written is an access fault",
      "isa/arch/sv39.c; Privileged 4.3.2 step 7")
{
    struct world *w = world_in(MODE_S);
    struct walk walk = at_leaf(w, V | R | W);
    w->is_read_only = true;
    same_u64(WALK_ACCESS_FAULT, sv39_use(&of_s, &w->port, ACCESS_LOAD, &walk),
             "a load that would have to set A");
    walk = at_leaf(w, V | R | W | A);
    same_u64(WALK_OK, sv39_use(&of_s, &w->port, ACCESS_LOAD, &walk), "a load that need not");
}

CLAIM(4, NOTHING,
      "a table that the PMP keeps from being written is an access fault, and not written",
      "isa/arch/pmp.h; Privileged 3.7.1")
{
    struct world *w = world_in(MODE_S);
    struct pmp pmp = {.cfg = {0x19}, .addr = {PMP_ADDRESS}}; /* all memory, to be read only */
    struct space space = {.mode = MODE_S, .pmp = &pmp};
    struct walk walk = at_leaf(w, V | R | W);
    same_u64(WALK_ACCESS_FAULT, sv39_use(&space, &w->port, ACCESS_STORE, &walk),
             "a store that would have to set A and D");
    same_u64(0, w->stores, "stores of the walk");
}

/* ---- exercise 5: the walk -------------------------------------------------------------------- */

static enum walk_result walk(struct world *w, uint64_t va, enum access why, struct walk *found)
{
    w->loads = 0;
    return sv39_walk(space_of_fetch(&w->hart), &w->port, va, why, found);
}

static void walk_gives(enum walk_result claimed, struct world *w, uint64_t va, const char *what)
{
    static const char *const names[] = {"the address is found", "it is a page fault",
                                        "it is an access fault"};
    struct walk found;
    enum walk_result seen = walk(w, va, ACCESS_LOAD, &found);
    holds(seen == claimed, names[claimed], "%s: %s", what, names[seen]);
}

CLAIM(5, NEEDS(1, 2, 3, 4), "a page is found through three tables, with the offset in it",
      "isa/arch/sv39.c; Privileged 4.3.2, 4.4.1")
{
    struct world *w = world_in(MODE_S);
    struct walk found;
    map(w, PAGE, RWX);
    same_u64(WALK_OK, walk(w, VA + 0xabc, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(PAGE + 0xabc, found.pa, "the physical address of %#lx", VA + 0xabc);
    same_u64(0, (uint64_t)found.level, "the level of its page");
    map(w, 0xfffffffffff000, RWX);
    same_u64(WALK_OK, walk(w, VA + 1, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(0xfffffffffff001, found.pa, "the physical address, of 56 bits");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "a page of 2 MiB is found through two tables, with 21 bits of offset",
      "isa/arch/sv39.c; Privileged 4.3.2 step 8")
{
    struct world *w = world_in(MODE_S);
    struct walk found;
    map(w, 0, 0);
    poke(w, MIDDLE_ENTRY, entry(6 * MIB, RWX));
    same_u64(WALK_OK, walk(w, VA + 0x34, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(6 * MIB + 7 * 4 * KIB + 0x34, found.pa, "the physical address of %#lx", VA + 0x34);
    same_u64(1, (uint64_t)found.level, "the level of its page");
    same_u64(2, w->loads, "entries read");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "a page of 1 GiB is found through one table, with 30 bits of offset",
      "isa/arch/sv39.c; Privileged 4.3.2 step 8")
{
    struct world *w = world_in(MODE_S);
    struct walk found;
    poke(w, ROOT_ENTRY, entry(5 * GIB, RWX));
    same_u64(WALK_OK, walk(w, VA + 0x34, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(5 * GIB + 5 * 2 * MIB + 7 * 4 * KIB + 0x34, found.pa, "the physical address of %#lx",
             VA + 0x34);
    same_u64(2, (uint64_t)found.level, "the level of its page");
    same_u64(1, w->loads, "entries read");
}

CLAIM(5, NEEDS(1), "an address that is not canonical is a page fault before any entry is read",
      "isa/arch/sv39.c; Privileged 4.4.1, pitfall P08")
{
    struct world *w = world_in(MODE_S);
    for (unsigned i = 0; i < 512; i++)
        poke(w, ROOT + 8 * i, entry(2 * GIB, RWX));
    walk_gives(WALK_PAGE_FAULT, w, VA | BIT(39), "an address with bit 39 set");
    same_u64(0, w->loads, "entries read");
    walk_gives(WALK_PAGE_FAULT, w, BIT(38), "an address of which only bit 38 is set");
    same_u64(0, w->loads, "entries read");
}

CLAIM(5, NEEDS(1, 2), "an entry that is not valid is a page fault, at every level",
      "isa/arch/sv39.c; Privileged 4.3.2 step 3")
{
    static const uint64_t entries[] = {ROOT_ENTRY, MIDDLE_ENTRY, LEAF_ENTRY};
    for (unsigned i = 0; i < 3; i++) {
        struct world *w = world_in(MODE_S);
        map(w, PAGE, RWX);
        poke(w, entries[i], peek(w, entries[i]) & ~V);
        walk_gives(WALK_PAGE_FAULT, w, VA, "V is clear");
        same_u64(i + 1, w->loads, "entries read");
    }
}

CLAIM(5, NEEDS(1, 2), "a malformed entry is a page fault, at every level",
      "isa/arch/sv39.c; Privileged 4.3.2 steps 3 to 6, pitfall P08")
{
    static const uint64_t entries[] = {ROOT_ENTRY, MIDDLE_ENTRY, LEAF_ENTRY};
    for (unsigned i = 0; i < 3; i++) {
        struct world *w = world_in(MODE_S);
        map(w, PAGE, RWX);
        poke(w, entries[i], peek(w, entries[i]) | BIT(60));
        walk_gives(WALK_PAGE_FAULT, w, VA, "bit 60 is set");
    }
    struct world *w = world_in(MODE_S);
    map(w, PAGE, V);
    walk_gives(WALK_PAGE_FAULT, w, VA, "a pointer at level 0");
    map(w, PAGE, RWX);
    poke(w, MIDDLE_ENTRY, entry(2 * MIB + 4 * KIB, RWX));
    walk_gives(WALK_PAGE_FAULT, w, VA, "2 MiB that are not aligned");
}

CLAIM(5, NEEDS(1, 2, 3),
      "an access that the leaf does not allow is a page fault, and sets neither A nor D",
      "isa/arch/sv39.c; Privileged 4.3.2 step 5, pitfall P17")
{
    static const struct {
        uint64_t bits;
        enum access why;
    } rows[] = {{V | R, ACCESS_STORE},
                {V | X, ACCESS_LOAD},
                {V | R | W, ACCESS_FETCH},
                {V | R | W | U, ACCESS_LOAD}};
    for (unsigned i = 0; i < 4; i++) {
        struct world *w = world_in(MODE_S);
        struct walk found;
        map(w, PAGE, rows[i].bits);
        same_u64(WALK_PAGE_FAULT, walk(w, VA, rows[i].why, &found),
                 "what comes of %s of an entry with bits %#lx", access_text(rows[i].why),
                 rows[i].bits);
        same_u64(entry(PAGE, rows[i].bits), peek(w, LEAF_ENTRY), "the entry in memory");
    }
}

CLAIM(5, NEEDS(1, 2), "a table where there is no memory is an access fault",
      "isa/arch/sv39.c; Privileged 4.3.2 step 2, pitfall P04")
{
    struct world *w = world_in(MODE_S);
    map(w, PAGE, RWX);
    poke(w, MIDDLE_ENTRY, entry(NOWHERE, V));
    walk_gives(WALK_ACCESS_FAULT, w, VA, "the last table is nowhere");
    w->hart.csr.satp = (uint64_t)8 << 60 | NOWHERE >> 12;
    walk_gives(WALK_ACCESS_FAULT, w, VA, "the root is nowhere");
}

CLAIM(5, NEEDS(1), "a table that the PMP keeps from S is an access fault",
      "isa/arch/pmp.h; Privileged 3.7.1")
{
    struct world *w = world_in(MODE_S);
    map(w, PAGE, RWX);
    w->hart.csr.pmp.cfg[0] = 0x18; /* all memory, and no right */
    walk_gives(WALK_ACCESS_FAULT, w, VA, "the PMP allows nothing");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "the walk tells each entry that it read, and where it lay",
      "isa/arch/sv39.h")
{
    static const uint64_t entries[] = {ROOT_ENTRY, MIDDLE_ENTRY, LEAF_ENTRY};
    struct world *w = world_in(MODE_S);
    struct walk found;
    map(w, PAGE, RWX);
    same_u64(WALK_OK, walk(w, VA, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(3, (uint64_t)found.steps, "steps");
    for (int i = 0; i < 3; i++) {
        same_u64(entries[i], found.step[i].pte_pa, "where the entry of step %d lay", i);
        same_u64(peek(w, entries[i]), found.step[i].pte, "the entry of step %d", i);
    }
    same_u64(LEAF_ENTRY, found.pte_pa, "where the last entry lay");
    same_u64(peek(w, LEAF_ENTRY), found.pte, "the last entry");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "A and D are set in the leaf, and in no pointer",
      "isa/arch/sv39.c; Privileged 4.3.1, pitfall P17")
{
    struct world *w = world_in(MODE_S);
    struct walk found;
    map(w, PAGE, V | R | W);
    same_u64(WALK_OK, walk(w, VA, ACCESS_STORE, &found), "what comes of the walk");
    same_u64(entry(PAGE, V | R | W | A | D), peek(w, LEAF_ENTRY), "the leaf");
    same_u64(entry(MIDDLE, V), peek(w, ROOT_ENTRY), "the root's entry");
    same_u64(entry(LEAVES, V), peek(w, MIDDLE_ENTRY), "the middle table's entry");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "MODE and ASID are no part of the root's address",
      "isa/arch/priv.h; Privileged 4.1.11")
{
    struct world *w = world_in(MODE_S);
    map(w, PAGE, RWX);
    w->hart.csr.satp |= (uint64_t)0xffff << 44;
    walk_gives(WALK_OK, w, VA, "ASID 0xffff");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "the upper half of the addresses uses the upper half of the root",
      "isa/arch/sv39.c; Privileged 4.4.1")
{
    struct world *w = world_in(MODE_S);
    struct walk found;
    poke(w, ROOT + 8 * 256, entry(2 * GIB, RWX));
    same_u64(WALK_OK, walk(w, 0xffffffc000000123, ACCESS_LOAD, &found), "what comes of the walk");
    same_u64(2 * GIB + 0x123, found.pa, "the physical address of 0xffffffc000000123");
}
