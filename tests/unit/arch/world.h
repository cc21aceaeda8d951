/* A world for a hart under test: RAM in an array, page tables in that RAM, one toy device.
 *
 * Criterion gives each case a process of its own, so one static world is enough: world_new() wipes
 * it. The device keeps port.h's promise: it takes aligned loads and stores, and nothing else. */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fp_ops.h"
#include "hart.h"
#include "insn.h"
#include "pmp.h"
#include "port.h"

#define RAM_BASE 0x80000000u
#define RAM_SIZE 0x40000u
#define RAM_END (RAM_BASE + RAM_SIZE)
#define TABLES (RAM_BASE + 0x20000u) /* the root page table; the others follow */
#define DEVICE_BASE 0x10000000u
#define DEVICE_SIZE 0x10u
#define NOWHERE 0x40000000u /* neither RAM nor device */

struct world {
    struct port port; /* first, so that a callback finds the world that it belongs to */
    struct hart hart;
    struct trap trap;
    uint8_t ram[RAM_SIZE];
    uint64_t next_table; /* where the next page table goes */
    uint64_t rom;        /* a page of RAM that refuses to be written; 0: none */

    /* What the world saw. */
    unsigned stores; /* of the hart, not of the walker */
    uint64_t device[2];
    uint64_t now;
    struct {
        unsigned count;
        bool all_va, all_asids;
        uint64_t va, asid;
    } fence;
};

/* The `size` bytes at `pa`, or NULL where there is no such RAM or device. */
static inline uint8_t *world_at(struct world *w, uint64_t pa, unsigned size, enum access why)
{
    if (pa >= RAM_BASE && pa + size <= RAM_END)
        return w->ram + (pa - RAM_BASE);
    bool is_plain = why == ACCESS_LOAD || why == ACCESS_STORE;
    if (is_plain && pa >= DEVICE_BASE && pa + size <= DEVICE_BASE + DEVICE_SIZE && pa % size == 0)
        return (uint8_t *)w->device + (pa - DEVICE_BASE);
    return NULL;
}

static inline bool world_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                              uint64_t *value)
{
    uint8_t *bytes = world_at((struct world *)port, pa, size, why);
    *value = 0;
    if (bytes)
        memcpy(value, bytes, size);
    return bytes != NULL;
}

static inline bool world_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                               uint64_t value)
{
    struct world *w = (struct world *)port;
    uint8_t *bytes = world_at(w, pa, size, why);
    if (!bytes || (w->rom && pa >> PAGE_SHIFT == w->rom >> PAGE_SHIFT))
        return false;
    memcpy(bytes, &value, size);
    w->stores += why != ACCESS_WALK;
    return true;
}

static inline uint64_t world_time(struct port *port)
{
    return ((struct world *)port)->now;
}

static inline void world_fence(struct port *port, bool all_va, uint64_t va, bool all_asids,
                               uint64_t asid)
{
    struct world *w = (struct world *)port;
    w->fence.count++;
    w->fence.all_va = all_va;
    w->fence.va = va;
    w->fence.all_asids = all_asids;
    w->fence.asid = asid;
}

/* A hart of `isa` at the start of RAM, in M-mode, everything else zero. */
static inline struct world *world_of(isa_t isa)
{
    static struct world world;
    memset(&world, 0, sizeof world);
    world.port = (struct port){.load = world_load,
                               .store = world_store,
                               .time = world_time,
                               .fence = world_fence,
                               .fp = &fp_ops};
    world.next_table = TABLES + PAGE_SIZE;
    hart_reset(&world.hart, isa, 0, RAM_BASE);
    return &world;
}

static inline struct world *world_new(void)
{
    return world_of(ISA_FULL);
}

/* RAM as the outside sees it; `pa` must be in RAM. */
static inline uint64_t peek(struct world *w, uint64_t pa, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, w->ram + (pa - RAM_BASE), size);
    return value;
}

static inline void poke(struct world *w, uint64_t pa, unsigned size, uint64_t value)
{
    memcpy(w->ram + (pa - RAM_BASE), &value, size);
}

/* A page-table entry: a leaf for the page at `pa`, or with flags PTE_V alone a pointer. */
static inline uint64_t entry(uint64_t pa, uint64_t flags)
{
    return pa >> PAGE_SHIFT << PTE_PPN_SHIFT | flags;
}

/* Where the entry of `va` at `level` lies; the tables above it are made where they are missing. */
static inline uint64_t entry_at(struct world *w, uint64_t va, int level)
{
    uint64_t table = TABLES;
    for (int at = SV39_LEVELS - 1;; at--) {
        uint64_t pa = table + (va >> (PAGE_SHIFT + SV39_VPN_BITS * at) & 0x1ff) * 8;
        if (at == level)
            return pa;
        if (!peek(w, pa, 8)) {
            poke(w, pa, 8, entry(w->next_table, PTE_V));
            w->next_table += PAGE_SIZE;
        }
        table = peek(w, pa, 8) >> PTE_PPN_SHIFT << PAGE_SHIFT;
    }
}

/* Maps the page of `va` at `level` to `pa`. */
static inline void map_at(struct world *w, uint64_t va, int level, uint64_t pa, uint64_t flags)
{
    poke(w, entry_at(w, va, level), 8, entry(pa, flags));
}

static inline void map(struct world *w, uint64_t va, uint64_t pa, uint64_t flags)
{
    map_at(w, va, 0, pa, flags);
}

static inline uint64_t leaf_of(struct world *w, uint64_t va)
{
    return peek(w, entry_at(w, va, 0), 8);
}

/* Puts the hart in `mode`, to which all memory is open. */
static inline void enter_mode(struct world *w, enum mode mode)
{
    pmp_open(&w->hart.csr.pmp);
    w->hart.mode = mode;
}

/* The same, with Sv39 on. */
static inline void enter_paging(struct world *w, enum mode mode)
{
    w->hart.csr.satp = (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | TABLES >> PAGE_SHIFT;
    enter_mode(w, mode);
}

/* The usual leaf, already accessed and written. */
#define PTE_RWX_AD (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)
#define PTE_RW_AD (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define PTE_RX_A (PTE_V | PTE_R | PTE_X | PTE_A)

/* Words by their row and operands, for instructions whose encoding is not what is tested. */
static inline uint32_t word_r(enum insn_id id, unsigned rd, unsigned rs1, unsigned rs2)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | rs2 << 20;
}

static inline uint32_t word_i(enum insn_id id, unsigned rd, unsigned rs1, int imm)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | ((uint32_t)imm & 0xfff) << 20;
}

static inline uint32_t word_s(enum insn_id id, unsigned rs1, unsigned rs2, int imm)
{
    uint32_t bits = (uint32_t)imm & 0xfff;
    return insn_table[id].match | rs1 << 15 | rs2 << 20 | (bits & 31) << 7 | bits >> 5 << 25;
}

static inline uint32_t word_csr(enum insn_id id, unsigned rd, unsigned number, unsigned rs1)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | number << 20;
}

#endif
