/* Lab 3, exercises 1 to 3: addresses, legal entries, permissions. */
#include "world.h"

/* ---- exercise 1: addresses ------------------------------------------------------------------- */

CLAIM(1, NOTHING, "the lowest and the highest 2^38 addresses are canonical",
      "isa/arch/sv39.c; Privileged 4.4.1, pitfall P08")
{
    static const uint64_t rows[] = {
        0, 0x1000, 0x0000003fffffffff, 0xffffffc000000000, 0xffffffffffffffff, 0xffffffd234567890};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        holds(sv39_is_canonical(rows[i]), "it is an address of Sv39", "%#lx is refused", rows[i]);
}

CLAIM(1, NOTHING, "bit 38 goes into all bits above it", "isa/arch/sv39.c; Privileged 4.4.1")
{
    static const struct {
        uint64_t va, canonical;
    } rows[] = {
        {0, 0},
        {0x0000003fffffffff, 0x0000003fffffffff},
        {0x0000004000000000, 0xffffffc000000000},
        {0x0000005234567890, 0xffffffd234567890},
        {0xffffff8000000123, 0x0000000000000123},
        {0x1234563890123456, 0x0000003890123456},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        same_u64(rows[i].canonical, sv39_canonical(rows[i].va), "%#lx made canonical", rows[i].va);
}

CLAIM(1, NOTHING, "what lies between them is not canonical",
      "isa/arch/sv39.c; Privileged 4.4.1, pitfall P08")
{
    static const uint64_t rows[] = {0x0000004000000000, 0x0000007fffffffff, 0x0000008000000000,
                                    0x4000000000000000, 0x8000000000000000, 0x7fffffffffffffff,
                                    0xffffffbfffffffff, 0xffffff8000000000, 0x0100003fffffffff};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        holds(!sv39_is_canonical(rows[i]), "it is no address of Sv39", "%#lx is taken", rows[i]);
}

CLAIM(1, NOTHING, "an index is nine bits, those of level 0 the lowest",
      "isa/arch/sv39.c; Privileged 4.4.1")
{
    static const struct {
        uint64_t va;
        uint64_t index[3];
    } rows[] = {
        {0x0000001000, {1, 0, 0}},   {0x0000200000, {0, 1, 0}},   {0x0040000000, {0, 0, 1}},
        {0x00001ff000, {511, 0, 0}}, {0x003fe00000, {0, 511, 0}}, {0x00c0a07000, {7, 5, 3}},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int level = 0; level < 3; level++)
            same_u64(rows[i].index[level], sv39_index(rows[i].va, level),
                     "the index of %#lx at level %d", rows[i].va, level);
}

CLAIM(1, NOTHING, "offset and sign are no part of an index", "isa/arch/sv39.c; Privileged 4.4.1")
{
    for (int level = 0; level < 3; level++) {
        same_u64(0, sv39_index(0xfff, level), "the index of 0xfff at level %d", level);
        same_u64(511, sv39_index(~(uint64_t)0, level), "the index of the last address at level %d",
                 level);
    }
    same_u64(256, sv39_index(0xffffffc000000000, 2), "the root's index of 0xffffffc000000000");
}

/* ---- exercise 2: legal entries --------------------------------------------------------------- */

static void is_malformed(bool claimed, uint64_t pte, int level, const char *what)
{
    holds(sv39_is_malformed(pte, level) == claimed,
          claimed ? "the entry is malformed" : "the entry is well formed",
          "%s (%#lx at level %d): %s", what, pte, level, claimed ? "it is taken" : "it is refused");
}

CLAIM(2, NOTHING, "pages and pointers as they usually are can be used",
      "isa/arch/sv39.c; Privileged 4.3.1")
{
    static const uint64_t pages[] = {V | R, V | R | W, V | X, V | R | X, V | R | W | X};
    for (int level = 0; level < 3; level++) {
        for (unsigned i = 0; i < 5; i++) {
            is_malformed(false, entry(2 * GIB, pages[i]), level, "a page");
            is_malformed(false, entry(2 * GIB, pages[i] | U | A | D), level, "a page in use");
        }
        if (level > 0)
            is_malformed(false, entry(PAGE, V), level, "a pointer");
    }
}

CLAIM(2, NOTHING, "a leaf with W and without R is reserved", "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (int level = 0; level < 3; level++) {
        is_malformed(true, entry(2 * GIB, V | W | A | D), level, "W alone");
        is_malformed(true, entry(2 * GIB, V | W | X | A | D), level, "W and X");
    }
}

CLAIM(2, NOTHING, "bits 63 to 54 must be zero, in a leaf and in a pointer",
      "isa/arch/sv39.c; Privileged 4.4.1, pitfall P08")
{
    for (unsigned bit = 54; bit < 64; bit++) {
        is_malformed(true, entry(2 * GIB, RWX) | BIT(bit), 0, "a page");
        is_malformed(true, entry(PAGE, V) | BIT(bit), 1, "a pointer");
    }
    is_malformed(false, entry(BIT(55), RWX), 0, "a page in the highest half of memory");
}

CLAIM(2, NOTHING, "a pointer at level 0 leads nowhere", "isa/arch/sv39.c; Privileged 4.3.2 step 4")
{
    is_malformed(true, entry(PAGE, V), 0, "a pointer");
    is_malformed(true, entry(PAGE, V | G), 0, "a pointer with G");
}

CLAIM(2, NOTHING, "A, D and U are reserved in a pointer", "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (int level = 1; level < 3; level++) {
        is_malformed(true, entry(PAGE, V | A), level, "a pointer with A");
        is_malformed(true, entry(PAGE, V | D), level, "a pointer with D");
        is_malformed(true, entry(PAGE, V | U), level, "a pointer with U");
    }
}

CLAIM(2, NOTHING, "a superpage lies at a multiple of its size",
      "isa/arch/sv39.c; Privileged 4.3.2 step 6, pitfall P08")
{
    for (uint64_t at = 4 * KIB; at < 2 * MIB; at *= 2)
        is_malformed(true, entry(2 * GIB + at, RWX), 1, "2 MiB not at a multiple of them");
    for (uint64_t at = 4 * KIB; at < GIB; at *= 2)
        is_malformed(true, entry(2 * GIB + at, RWX), 2, "1 GiB not at a multiple of it");
    is_malformed(false, entry(2 * GIB + 2 * MIB, RWX), 1, "2 MiB at a multiple of them");
    is_malformed(false, entry(3 * GIB, RWX), 2, "1 GiB at a multiple of it");
    is_malformed(false, entry(2 * GIB + 4 * KIB, RWX), 0, "4 KiB at a multiple of them");
}

CLAIM(2, NOTHING, "G and the two bits for software may be set everywhere",
      "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (int level = 0; level < 3; level++)
        is_malformed(false, entry(2 * GIB, RWX | G | BIT(8) | BIT(9)), level, "a page");
    for (int level = 1; level < 3; level++)
        is_malformed(false, entry(PAGE, V | G | BIT(8) | BIT(9)), level, "a pointer");
}

/* ---- exercise 3: permissions ----------------------------------------------------------------- */

static const struct space of_s = {.mode = MODE_S}, of_u = {.mode = MODE_U};
static const struct space s_with_sum = {.mode = MODE_S, .sum = true};
static const struct space s_with_mxr = {.mode = MODE_S, .mxr = true};

static void may(bool claimed, struct space space, uint64_t bits, enum access why)
{
    holds(sv39_may(space, entry(PAGE, V | A | D | bits), why) == claimed,
          claimed ? "the access is allowed" : "the access is refused",
          "%s by %s%s%s of a page%s%s%s%s is %s", access_text(why),
          space.mode == MODE_S ? "S" : "U", space.sum ? " under SUM" : "",
          space.mxr ? " under MXR" : "", bits & U ? " of U" : " of S", bits & R ? " R" : "",
          bits & W ? " W" : "", bits & X ? " X" : "", claimed ? "refused" : "allowed");
}

static const uint64_t rights[] = {R, R | W, X, R | X, R | W | X};
enum { RIGHTS = sizeof rights / sizeof *rights };

CLAIM(3, NOTHING, "a load needs R on the leaf", "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (unsigned i = 0; i < RIGHTS; i++) {
        may(rights[i] & R, of_s, rights[i], ACCESS_LOAD);
        may(rights[i] & R, of_u, rights[i] | U, ACCESS_LOAD);
    }
}

CLAIM(3, NOTHING, "a store needs W on the leaf", "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (unsigned i = 0; i < RIGHTS; i++) {
        may(rights[i] & W, of_s, rights[i], ACCESS_STORE);
        may(rights[i] & W, of_u, rights[i] | U, ACCESS_STORE);
    }
}

CLAIM(3, NOTHING, "a fetch needs X on the leaf", "isa/arch/sv39.c; Privileged 4.3.1")
{
    for (unsigned i = 0; i < RIGHTS; i++) {
        may(rights[i] & X, of_s, rights[i], ACCESS_FETCH);
        may(rights[i] & X, of_u, rights[i] | U, ACCESS_FETCH);
    }
}

CLAIM(3, NOTHING, "LR needs what a load needs, AMO and SC what a store needs",
      "isa/arch/port.h; Privileged 4.3.1, pitfall P09")
{
    for (unsigned i = 0; i < RIGHTS; i++) {
        may(rights[i] & R, of_s, rights[i], ACCESS_LR);
        may(rights[i] & W, of_s, rights[i], ACCESS_AMO);
    }
}

CLAIM(3, NOTHING, "U reaches no page of S", "isa/arch/sv39.c; Privileged 4.3.1, pitfall P01")
{
    for (unsigned i = 0; i < ACCESSES; i++)
        may(false, of_u, R | W | X, accesses[i]);
}

CLAIM(3, NOTHING, "S reaches pages of U only under SUM",
      "isa/arch/sv39.c; Privileged 3.1.6.3, 4.3.1")
{
    for (unsigned i = 1; i < ACCESSES; i++) {
        may(false, of_s, R | W | X | U, accesses[i]);
        may(true, s_with_sum, R | W | X | U, accesses[i]);
    }
}

CLAIM(3, NOTHING, "S never executes a page of U, SUM or not",
      "isa/arch/sv39.c; Privileged 4.3.1, pitfall P06")
{
    may(false, of_s, R | W | X | U, ACCESS_FETCH);
    may(false, s_with_sum, R | W | X | U, ACCESS_FETCH);
}

CLAIM(3, NOTHING, "SUM takes nothing from S, and gives U nothing",
      "isa/arch/sv39.c; Privileged 3.1.6.3")
{
    struct space u_with_sum = {.mode = MODE_U, .sum = true};
    for (unsigned i = 0; i < ACCESSES; i++) {
        may(true, s_with_sum, R | W | X, accesses[i]);
        may(false, u_with_sum, R | W | X, accesses[i]);
        may(true, u_with_sum, R | W | X | U, accesses[i]);
    }
}

CLAIM(3, NOTHING, "under MXR a load may read what can be executed",
      "isa/arch/sv39.c; Privileged 3.1.6.3, pitfall P07")
{
    struct space u_with_mxr = {.mode = MODE_U, .mxr = true};
    may(true, s_with_mxr, X, ACCESS_LOAD);
    may(true, s_with_mxr, X, ACCESS_LR);
    may(true, u_with_mxr, X | U, ACCESS_LOAD);
    may(true, s_with_mxr, R, ACCESS_LOAD);
}

CLAIM(3, NOTHING, "MXR is about loads alone", "isa/arch/sv39.c; Privileged 3.1.6.3, pitfall P07")
{
    may(false, s_with_mxr, R | W, ACCESS_FETCH);
    may(false, s_with_mxr, X, ACCESS_STORE);
    may(false, s_with_mxr, R | X, ACCESS_AMO);
    may(false, s_with_mxr, R | X | U, ACCESS_LOAD);
}
