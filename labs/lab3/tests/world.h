/* What the tests of lab 3 share: a little memory, tables in it, and a hart.
 *
 * Bits are written out as the privileged manual has them (20211203, figures 3.6, 4.17 and 4.18). An
 * address is made of the indices that it shall have, so that tables can be written without a walk.
 */
#ifndef LAB3_WORLD_H
#define LAB3_WORLD_H

#include <string.h>

#include "hart.h"
#include "lab_test.h"
#include "memory.h"
#include "pmp.h"
#include "port.h"
#include "sv39.h"

#define BIT(n) ((uint64_t)1 << (n))
#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* A page-table entry. */
#define V BIT(0)
#define R BIT(1)
#define W BIT(2)
#define X BIT(3)
#define U BIT(4)
#define G BIT(5)
#define A BIT(6)
#define D BIT(7)
#define RWX (V | R | W | X | A | D)

/* mstatus */
#define MPRV BIT(17)
#define SUM BIT(18)
#define MXR BIT(19)
#define MPP(mode) ((uint64_t)(mode) << 11)

/* Memory, and where things lie in it. */
#define MEMORY ((uint64_t)0x80000000)
enum { MEMORY_SIZE = 64 * 1024 };
#define ROOT MEMORY
#define MIDDLE (MEMORY + 4 * KIB)
#define LEAVES (MEMORY + 8 * KIB)
#define PAGE (MEMORY + 16 * KIB)
#define NOWHERE ((uint64_t)0x40000000)

struct world {
    struct port port; /* first, so that a callback finds the world that it belongs to */
    struct hart hart;
    uint8_t memory[MEMORY_SIZE];
    unsigned loads, stores; /* of the port */
    bool is_read_only;
};

static inline uint8_t *world_at(struct world *w, uint64_t pa, unsigned size)
{
    bool is_in = pa >= MEMORY && pa + size <= MEMORY + MEMORY_SIZE;
    return is_in ? w->memory + (pa - MEMORY) : NULL;
}

static inline bool world_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                              uint64_t *value)
{
    struct world *w = (struct world *)port;
    const uint8_t *bytes = world_at(w, pa, size);
    (void)why;
    *value = 0;
    w->loads++;
    if (bytes)
        memcpy(value, bytes, size);
    return bytes != NULL;
}

static inline bool world_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                               uint64_t value)
{
    struct world *w = (struct world *)port;
    uint8_t *bytes = world_at(w, pa, size);
    (void)why;
    w->stores++;
    if (!bytes || w->is_read_only)
        return false;
    memcpy(bytes, &value, size);
    return true;
}

/* A hart in `mode` with Sv39 on and the root at ROOT; all memory is open to it. */
static inline struct world *world_in(enum mode mode)
{
    static struct world world;
    memset(&world, 0, sizeof world);
    world.port = (struct port){.load = world_load, .store = world_store};
    hart_reset(&world.hart, ISA_FULL, 0, MEMORY);
    pmp_open(&world.hart.csr.pmp);
    world.hart.mode = mode;
    world.hart.csr.satp = (uint64_t)8 << 60 | ROOT >> 12;
    return &world;
}

static inline uint64_t peek(struct world *w, uint64_t pa)
{
    uint64_t value;
    memcpy(&value, world_at(w, pa, 8), 8);
    return value;
}

static inline void poke(struct world *w, uint64_t pa, uint64_t value)
{
    memcpy(world_at(w, pa, 8), &value, 8);
}

/* The entry that leads to `pa`: the page's number is in bits 53:10. */
static inline uint64_t entry(uint64_t pa, uint64_t bits)
{
    return pa >> 12 << 10 | bits;
}

/* The canonical address with these indices, the root's first. */
static inline uint64_t address(uint64_t root, uint64_t middle, uint64_t leaf)
{
    uint64_t high = root >= 256 ? ~(uint64_t)0 << 39 : 0;
    return high | root << 30 | middle << 21 | leaf << 12;
}

/* The address that most tests use, and its entries in ROOT, MIDDLE and LEAVES. */
#define VA address(3, 5, 7)
#define ROOT_ENTRY (ROOT + 3 * 8)
#define MIDDLE_ENTRY (MIDDLE + 5 * 8)
#define LEAF_ENTRY (LEAVES + 7 * 8)

/* Maps the page of VA, through all three tables. */
static inline void map(struct world *w, uint64_t pa, uint64_t bits)
{
    poke(w, ROOT_ENTRY, entry(MIDDLE, V));
    poke(w, MIDDLE_ENTRY, entry(LEAVES, V));
    poke(w, LEAF_ENTRY, entry(pa, bits));
}

static const enum access accesses[] = {ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE, ACCESS_LR,
                                       ACCESS_AMO};
enum { ACCESSES = sizeof accesses / sizeof *accesses };

static inline const char *access_text(enum access why)
{
    static const char *const names[] = {"a fetch", "a load", "a store", "an LR", "an AMO"};
    return names[why];
}

#endif
