/* Lab 3, exercise 6: what a hart makes of the walk. */
#include "world.h"

static void is_physical(struct world *w, enum access why, const char *what)
{
    struct trap trap = {.cause = 99};
    uint64_t pa = 0;
    bool done = memory_translate(&w->hart, &w->port, 0x1234, why, &pa, &trap);
    holds(done, "nothing is translated", "%s, %s: trap %lu", what, access_text(why), trap.cause);
    same_u64(0x1234, pa, "%s, %s: the physical address of 0x1234", what, access_text(why));
    same_u64(0, w->loads, "entries read");
}

CLAIM(6, NOTHING, "in M addresses are physical, whatever satp says",
      "isa/arch/sv39.h; Privileged 4.1.11")
{
    for (unsigned i = 0; i < ACCESSES; i++)
        is_physical(world_in(MODE_M), accesses[i], "in M");
}

CLAIM(6, NOTHING, "with satp.MODE = Bare addresses are physical in S and U",
      "isa/arch/sv39.h; Privileged 4.1.11, table 4.3")
{
    for (enum mode mode = MODE_U; mode <= MODE_S; mode++)
        for (unsigned i = 0; i < ACCESSES; i++) {
            struct world *w = world_in(mode);
            w->hart.csr.satp &= ~((uint64_t)15 << 60);
            is_physical(w, accesses[i], mode == MODE_S ? "in S" : "in U");
        }
}

CLAIM(6, NEEDS(1, 2, 3, 4, 5), "in S and U addresses are translated",
      "isa/arch/memory.c; Privileged 4.4")
{
    for (enum mode mode = MODE_U; mode <= MODE_S; mode++)
        for (unsigned i = 0; i < ACCESSES; i++) {
            struct world *w = world_in(mode);
            struct trap trap = {.cause = 99};
            uint64_t pa = 0;
            map(w, PAGE, mode == MODE_U ? RWX | U : RWX);
            bool done = memory_translate(&w->hart, &w->port, VA + 8, accesses[i], &pa, &trap);
            holds(done, "the page is found", "%s: trap %lu", access_text(accesses[i]), trap.cause);
            same_u64(PAGE + 8, pa, "the physical address");
        }
}

static void traps(struct world *w, enum access why, uint64_t cause)
{
    struct trap trap = {.cause = 99};
    uint64_t pa;
    bool done = memory_translate(&w->hart, &w->port, VA + 5, why, &pa, &trap);
    holds(!done, "it is a fault", "%s: an address is given", access_text(why));
    same_u64(cause, trap.cause, "the cause of the fault of %s", access_text(why));
    same_u64(VA + 5, trap.tval, "its tval");
}

CLAIM(6, NEEDS(1, 5), "a page fault has the cause of the access's kind, and the address as tval",
      "isa/arch/sv39.c; Privileged 3.1.15 table 3.6, 3.1.16, pitfall P09")
{
    static const uint64_t causes[] = {12, 13, 15, 13, 15};
    for (unsigned i = 0; i < ACCESSES; i++)
        traps(world_in(MODE_S), accesses[i], causes[i]);
}

CLAIM(6, NEEDS(1, 5), "an access fault has the cause of the access's kind, and the address as tval",
      "isa/arch/sv39.c; Privileged 3.1.15 table 3.6, 3.1.16, pitfall P04")
{
    static const uint64_t causes[] = {1, 5, 7, 5, 7};
    for (unsigned i = 0; i < ACCESSES; i++) {
        struct world *w = world_in(MODE_S);
        w->hart.csr.satp = (uint64_t)8 << 60 | NOWHERE >> 12;
        traps(w, accesses[i], causes[i]);
    }
}

CLAIM(6, NEEDS(1, 2, 3, 4, 5), "under MPRV loads and stores of M are made as by the mode in MPP",
      "isa/arch/sv39.h; Privileged 3.1.6.3")
{
    for (enum mode mode = MODE_U; mode <= MODE_S; mode++) {
        struct world *w = world_in(MODE_M);
        struct trap trap = {.cause = 99};
        uint64_t pa = 0;
        w->hart.csr.mstatus |= MPRV | MPP(mode);
        map(w, PAGE, mode == MODE_U ? RWX | U : RWX);
        bool done = memory_translate(&w->hart, &w->port, VA, ACCESS_STORE, &pa, &trap);
        holds(done, "M stores as that mode does", "MPP = %d: trap %lu", mode, trap.cause);
        same_u64(PAGE, pa, "the physical address");
        map(w, PAGE, mode == MODE_U ? RWX : RWX | U);
        done = memory_translate(&w->hart, &w->port, VA, ACCESS_LOAD, &pa, &trap);
        holds(!done, "the other mode's page is refused", "MPP = %d: it is loaded", mode);
    }
}

CLAIM(6, NOTHING, "MPRV is nothing to fetches, nor where MPP is M",
      "isa/arch/sv39.h; Privileged 3.1.6.3")
{
    struct world *w = world_in(MODE_M);
    w->hart.csr.mstatus |= MPRV | MPP(MODE_S);
    is_physical(w, ACCESS_FETCH, "in M under MPRV");
    w->hart.csr.mstatus |= MPP(MODE_M);
    for (unsigned i = 1; i < ACCESSES; i++)
        is_physical(w, accesses[i], "in M under MPRV, MPP = M");
}

CLAIM(6, NEEDS(1, 5), "MPRV is nothing to S and U", "isa/arch/sv39.h; Privileged 3.1.6.3")
{
    for (enum mode mode = MODE_U; mode <= MODE_S; mode++) {
        struct world *w = world_in(mode);
        w->hart.csr.mstatus |= MPRV | MPP(MODE_M);
        traps(w, ACCESS_LOAD, 13);
    }
}
