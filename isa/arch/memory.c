/* Memory as a hart sees it: translate, then ask the port; split what crosses a page. */
#include "memory.h"

#include "pmp.h"
#include "sv39.h"

static bool fail(struct trap *trap, uint64_t cause, uint64_t va)
{
    *trap = (struct trap){.cause = cause, .tval = va};
    return false;
}

/* Lab 3, exercise 6. The physical address of `va` for one access of the hart.
 *
 * Fetches are made in space_of_fetch(hart), all other accesses in space_of_data(hart). In a bare
 * space (space_is_bare) *pa is `va`, and nothing is walked. Else sv39_walk says: the address, which
 * goes to *pa, and true; or a page fault or access fault, and false: then *trap is filled by fail()
 * with the cause that this kind of fault has for this kind of access (page_fault_of,
 * access_fault_of), and tval is `va` (Privileged 4.3.2, 3.1.16, P09). */
bool memory_translate(const struct hart *hart, struct port *port, uint64_t va, enum access why,
                      uint64_t *pa, struct trap *trap)
{
    struct space space = why == ACCESS_FETCH ? space_of_fetch(hart) : space_of_data(hart);
    struct walk walk;
    *pa = va;
    if (space_is_bare(space))
        return true;
    switch (sv39_walk(space, port, va, why, &walk)) {
    case WALK_OK:
        *pa = walk.pa;
        return true;
    case WALK_PAGE_FAULT:
        return fail(trap, page_fault_of(why), va);
    case WALK_ACCESS_FAULT:
        break;
    }
    return fail(trap, access_fault_of(why), va);
}

/* Translates one part of an access, and asks the PMP for it. */
static bool reach(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                  enum access why, uint64_t *pa, struct trap *trap)
{
    enum mode mode = why == ACCESS_FETCH ? hart->mode : space_of_data(hart).mode;
    if (!memory_translate(hart, port, va, why, pa, trap))
        return false;
    return pmp_allows(&hart->csr.pmp, mode, *pa, size, pmp_needs(why)) ||
           fail(trap, access_fault_of(why), va);
}

/* How many of the `size` bytes at `va` lie in its page. */
static unsigned bytes_in_page(uint64_t va, unsigned size)
{
    uint64_t room = PAGE_SIZE - (va & (PAGE_SIZE - 1));
    return room < size ? (unsigned)room : size;
}

/* LR, SC and AMO always, loads and stores where the hardware does no others. The trap goes before
 * any page or access fault of the same access, as on Spike, QEMU and Sail; the manual leaves it
 * open (Privileged 3.1.15, table 3.7). */
static bool must_be_aligned(const struct hart *hart, enum access why)
{
    return why == ACCESS_LR || why == ACCESS_AMO || !isa_has(hart->isa, EXT_Zicclsm);
}

static uint64_t misaligned_of(enum access why)
{
    return access_is_write(why) ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED;
}

/* The access split into two parts, the first `first` bytes long (all of it where it crosses no
 * page), and the physical address of each. */
struct split {
    unsigned first;
    uint64_t pa[2];
};

static bool split_access(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                         enum access why, struct split *split, struct trap *trap)
{
    if (va & (size - 1) && must_be_aligned(hart, why))
        return fail(trap, misaligned_of(why), va);
    split->first = bytes_in_page(va, size);
    if (!reach(hart, port, va, split->first, why, &split->pa[0], trap))
        return false;
    return split->first == size ||
           reach(hart, port, va + split->first, size - split->first, why, &split->pa[1], trap);
}

/* Reads `count` bytes one at a time: a part of a page-crossing access. Devices take no misaligned
 * access, so the parts must be RAM, which ACCESS_LR asks for. */
static bool load_part(struct port *port, uint64_t pa, unsigned count, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t byte;
        if (!port->load(port, pa + i, 1, ACCESS_LR, &byte))
            return false;
        *value |= byte << 8 * i;
    }
    return true;
}

static bool store_part(struct port *port, uint64_t pa, unsigned count, uint64_t value)
{
    for (unsigned i = 0; i < count; i++)
        if (!port->store(port, pa + i, 1, ACCESS_AMO, value >> 8 * i & 0xff))
            return false;
    return true;
}

/* Reads both parts of a page-crossing access. */
static bool load_split(struct port *port, const struct split *split, uint64_t va, unsigned size,
                       enum access why, uint64_t *value, struct trap *trap)
{
    uint64_t low, high;
    if (!load_part(port, split->pa[0], split->first, &low))
        return fail(trap, access_fault_of(why), va);
    if (!load_part(port, split->pa[1], size - split->first, &high))
        return fail(trap, access_fault_of(why), va + split->first);
    *value = low | high << 8 * split->first;
    return true;
}

bool memory_load(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                 enum access why, uint64_t *value, struct trap *trap)
{
    struct split split;
    if (!split_access(hart, port, va, size, why, &split, trap))
        return false;
    if (split.first < size)
        return load_split(port, &split, va, size, why, value, trap);
    return port->load(port, split.pa[0], size, why, value) || fail(trap, access_fault_of(why), va);
}

bool memory_store(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                  enum access why, uint64_t value, struct trap *trap)
{
    struct split split;
    if (!split_access(hart, port, va, size, why, &split, trap))
        return false;
    if (split.first == size)
        return port->store(port, split.pa[0], size, why, value) ||
               fail(trap, access_fault_of(why), va);
    uint64_t old;
    if (!load_split(port, &split, va, size, why, &old, trap))
        return false;
    if (!store_part(port, split.pa[0], split.first, value))
        return fail(trap, access_fault_of(why), va);
    if (store_part(port, split.pa[1], size - split.first, value >> 8 * split.first))
        return true;
    store_part(port, split.pa[0], split.first, old); /* nothing is left half done (P30) */
    return fail(trap, access_fault_of(why), va + split.first);
}

/* Fetches one 16-bit parcel. */
static bool fetch_parcel(const struct hart *hart, struct port *port, uint64_t va, uint64_t *parcel,
                         struct trap *trap)
{
    uint64_t pa;
    if (!reach(hart, port, va, 2, ACCESS_FETCH, &pa, trap))
        return false;
    return port->load(port, pa, 2, ACCESS_FETCH, parcel) || fail(trap, CAUSE_INSN_ACCESS_FAULT, va);
}

bool memory_fetch(const struct hart *hart, struct port *port, uint32_t *word, struct trap *trap)
{
    uint64_t low, high;
    if (!fetch_parcel(hart, port, hart->pc, &low, trap))
        return false;
    *word = (uint32_t)low;
    if (!insn_is_long(*word))
        return true;
    if (!fetch_parcel(hart, port, hart->pc + 2, &high, trap))
        return false;
    *word |= (uint32_t)high << 16;
    return true;
}

bool memory_touches(const struct hart *hart, const struct insn *insn, struct touch *touch)
{
    enum { LOAD = 0x03, LOAD_FP = 0x07, STORE = 0x23, STORE_FP = 0x27, AMO = 0x2f };
    if (insn->id == INSN_ILLEGAL)
        return false;
    uint32_t match = insn_table[insn->id].match;
    *touch = (struct touch){.va = hart->x[insn->rs1], .size = 1u << (match >> 12 & 3)};
    if ((match & 0x7f) != AMO)
        touch->va += (uint64_t)insn->imm;
    switch (match & 0x7f) {
    case LOAD:
    case LOAD_FP:
        touch->why = ACCESS_LOAD;
        break;
    case STORE:
    case STORE_FP:
        touch->why = ACCESS_STORE;
        break;
    case AMO:
        touch->why = insn_table[insn->id].format == FMT_LR ? ACCESS_LR : ACCESS_AMO;
        break;
    default:
        return false;
    }
    return true;
}
