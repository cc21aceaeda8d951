/* The TLB: from virtual addresses to the host's, per address space.
 *
 * Entries are filled by sv39_walk, which also marks the frames that it read; they are dropped by
 * the stores that change those frames. A fence has nothing left to do (coherent machine). */
#include "engine.h"

#include <assert.h>
#include <string.h>

#include "pmp.h"

static void drop_guards(struct cpu *cpu, unsigned i)
{
    cpu->guards[0][i].entry.tag = cpu->guards[1][i].entry.tag = TAG_NONE;
}

static_assert(TAG_NONE == UINT64_MAX, "an empty entry can be all ones");

void tlb_clear(struct cpu *cpu)
{
    memset(cpu->loads, 0xff, sizeof cpu->loads);
    memset(cpu->stores, 0xff, sizeof cpu->stores);
    memset(cpu->fetches, 0xff, sizeof cpu->fetches);
    memset(cpu->store_frames, 0xff, sizeof cpu->store_frames);
    for (unsigned i = 0; i < TLB_SIZE && cpu->triggers; i++)
        drop_guards(cpu, i);
    cpu->space_count = 0;
    for (unsigned i = 0; i <= MODE_M; i++)
        cpu->space_tags[i].data = TAG_NONE;
    for (unsigned i = 0; i < SPACES; i++)
        cpu->spaces[i].mode = SPACE_UNUSED;
}

/* Lab 3, exercise 7. What an entry for the page of `va` is known by: the number of the page, and
 * above it that of the space, without which two programs' pages at one address would be taken for
 * each other. `space` is ready to be added (cpu_space_tag). */
static uint64_t tag_of(uint64_t va, uint64_t space)
{
    return va >> PAGE_SHIFT | space;
}

/* Lab 3, exercise 7. Keeps a translation of the page of `va`, which lies in `frame`, for the loads
 * or for the stores of its space, in the place that tlb_index() says.
 *
 * It was walked for one kind of access, and holds for no other: what may be loaded need not be
 * stored to, and before a first store D is to be set (Privileged 4.3.1, P17). So loads and stores
 * have a table each, cpu->loads and cpu->stores. Beside each entry of the latter, store_frames says
 * which frame it writes, so that tlb_mark() finds it when that frame becomes one that is not to be
 * stored to unheard, a page table above all. */
static void keep(struct cpu *cpu, uint64_t va, struct tlb_entry entry, uint64_t frame,
                 bool is_store)
{
    unsigned i = tlb_index(va);
    if (is_store) {
        cpu->stores[i] = entry;
        cpu->store_frames[i] = (uint32_t)frame;
    } else {
        cpu->loads[i] = entry;
    }
}

/* Lab 3, exercise 7. Drops the translations of one page in all spaces: whatever stands where
 * tlb_index() puts `va`.
 *
 * A tag of TAG_NONE makes an entry empty: of loads, of stores, of fetches. store_frames is
 * UINT32_MAX beside an empty entry of stores, and drop_guards() does the same for the pages of a
 * debugger. */
static void drop_page(struct cpu *cpu, uint64_t va)
{
    unsigned i = tlb_index(va);
    cpu->loads[i].tag = cpu->stores[i].tag = cpu->fetches[i].tag = TAG_NONE;
    cpu->store_frames[i] = UINT32_MAX;
    drop_guards(cpu, i);
}

/* Lab 3, exercise 7. Drops those of all pages in [va, va + size), and of all addresses when size is
 * 0. `va` and `size` are multiples of PAGE_SIZE. Where there are as many pages as the TLB has
 * places, tlb_clear() is as good and quicker: dropping too much is never wrong. */
static void drop_range(struct cpu *cpu, uint64_t va, uint64_t size)
{
    if (size / PAGE_SIZE >= TLB_SIZE || size == 0) {
        tlb_clear(cpu);
        return;
    }
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        drop_page(cpu, va + at);
}

/* Makes sure that two more spaces can be numbered: when most numbers are in use, all entries go. */
static void make_room(struct cpu *cpu)
{
    if (cpu->space_count + 2 > SPACES / 2)
        tlb_clear(cpu);
}

/* The number of a space, ready to be added to a tag. */
uint64_t cpu_space_tag(struct cpu *cpu, struct space space)
{
    space = space_canonical(space);
    uint64_t mixed = (space.satp ^ space.satp >> 44 ^ (uint64_t)space.mode << 3 ^
                      (uint64_t)space.sum << 5 ^ (uint64_t)space.mxr << 6) *
                     0x9e3779b97f4a7c15;
    unsigned slot = (unsigned)(mixed >> 55) % (SPACES - 1);
    while (cpu->spaces[slot].mode != SPACE_UNUSED) {
        if (space_equal(&cpu->spaces[slot], &space))
            return (uint64_t)slot << SPACE_SHIFT;
        slot = (slot + 1) % (SPACES - 1); /* the last number is never used: TAG_NONE is its */
    }
    cpu->space_count++;
    cpu->spaces[slot] = space;
    return (uint64_t)slot << SPACE_SHIFT;
}

static struct space_tags find_tags(struct cpu *cpu, const struct hart *hart)
{
    struct space fetching = space_of_fetch(hart);
    fetching.sum = fetching.mxr = false; /* they are about loads and stores */
    make_room(cpu);
    return (struct space_tags){.satp = hart->csr.satp,
                               .status = hart->csr.mstatus & SPACE_STATUS,
                               .data = cpu_space_tag(cpu, space_of_data(hart)),
                               .fetch = cpu_space_tag(cpu, fetching)};
}

/* The numbers of the spaces of a hart. Traps and CSR writes ask for them, and they mostly are what
 * they were in this mode. */
struct space_tags cpu_space_tags(struct cpu *cpu, const struct hart *hart)
{
    struct space_tags *tags = &cpu->space_tags[hart->mode];
    bool is_known = tags->data != TAG_NONE && tags->satp == hart->csr.satp &&
                    tags->status == (hart->csr.mstatus & SPACE_STATUS);
    if (!is_known) {
        struct space_tags found = find_tags(cpu, hart);
        *tags = found;
    }
    return *tags;
}

/* From now on, stores to the frame take the slow way. */
void tlb_mark(struct cpu *cpu, uint64_t frame, enum frame_mark mark)
{
    if (!cpu->ram->marks[frame])
        for (unsigned i = 0; i < TLB_SIZE; i++)
            if (cpu->store_frames[i] == frame)
                cpu->stores[i].tag = TAG_NONE;
    cpu->ram->marks[frame] |= (uint8_t)mark;
}

/* What a table of `level` that is met on the way to `va` maps in all. */
static uint64_t table_va(uint64_t va, int level)
{
    return va & ~(level_size(level + 1) - 1);
}

/* Every walk marks the frames that it read, with what they are tables of. */
void table_walked(struct port *port, uint64_t va, const struct walk *walk)
{
    struct cpu *cpu = (struct cpu *)port;
    for (int i = 0; i < walk->steps; i++) {
        int level = SV39_LEVELS - 1 - i;
        uint64_t frame = (walk->step[i].pte_pa - cpu->ram->base) >> PAGE_SHIFT;
        struct table *table = &cpu->tables[frame];
        uint64_t region = table_va(va, level);
        if (!(cpu->ram->marks[frame] & FRAME_WALKED)) {
            tlb_mark(cpu, frame, FRAME_WALKED);
            *table = (struct table){.va = region, .level = (uint8_t)level};
        } else if (table->va != region || table->level != level) {
            table->is_shared = true;
        }
        table->stores = 0;
    }
    if (cpu->watch)
        cpu->watch->walked(cpu->watch->owner, va, walk);
}

/* Nothing is derived from an invalid entry, nor from a leaf that was never used: A is set before a
 * leaf is cached. */
static bool is_used(uint64_t pte)
{
    return pte & PTE_V && (!pte_is_leaf(pte) || pte & PTE_A);
}

/* Lab 3, exercise 7. The entry at `pa` (or at the last multiple of 8 before it) of a frame that
 * walks have read is about to change from `old` to `new`: drops, by drop_range, all translations
 * that were derived from it.
 *
 * From what no walk can have used (is_used) nothing was derived, and if nothing changes, all holds;
 * any other change drops, whatever it changes. `table` says what the frame is a table of: its first
 * entry maps level_size(table->level) bytes from table->va on, as a leaf does, or as a pointer to
 * tables that do; the others follow. But where is_shared, it was met at several addresses, and what
 * it maps can be anywhere.
 *
 * Whoever watches (cpu->watch, where it is not NULL) is told of each change that drops: replaced()
 * gets its owner, and the address of the entry. */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (!is_used(old) || old == new)
        return;
    uint64_t span = table->is_shared ? 0 : level_size(table->level);
    uint64_t va = table->is_shared ? 0 : table->va + (pa & (PAGE_SIZE - 1)) / 8 * span;
    drop_range(cpu, va, span);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}

/* For all that an observer knows, every entry of the frame is replaced. */
static void tell_all_replaced(struct cpu *cpu, uint64_t frame)
{
    uint64_t pa = cpu->ram->base + (frame << PAGE_SHIFT);
    for (uint64_t end = pa + PAGE_SIZE; pa < end; pa += 8) {
        uint64_t pte;
        memcpy(&pte, ram_at(cpu->ram, pa, 8), 8);
        if (is_used(pte))
            cpu->watch->replaced(cpu->watch->owner, pa);
    }
}

/* Forgets that the frame is a table: drops all that was derived from it. */
void table_dropped(struct cpu *cpu, uint64_t frame)
{
    struct table *table = &cpu->tables[frame];
    if (table->is_shared)
        drop_range(cpu, 0, 0);
    else
        drop_range(cpu, table->va, level_size(table->level + 1));
    cpu->ram->marks[frame] &= (uint8_t)~FRAME_WALKED;
    if (cpu->watch)
        tell_all_replaced(cpu, frame);
}

void cpu_no_table(struct cpu *cpu, uint64_t pa)
{
    cpu->ram->marks[(pa - cpu->ram->base) >> PAGE_SHIFT] &= (uint8_t)~FRAME_WALKED;
}

/* A store of `size` bytes to one entry of a walked frame, before it happens. */
void table_stored(struct cpu *cpu, uint64_t pa, unsigned size, uint64_t value)
{
    uint64_t frame = (pa - cpu->ram->base) >> PAGE_SHIFT;
    struct table *table = &cpu->tables[frame];
    uint64_t old, new;
    uint8_t *entry = ram_at(cpu->ram, pa & ~(uint64_t)7, 8);
    memcpy(&old, entry, 8);
    new = old;
    memcpy((uint8_t *)&new + (pa & 7), &value, size);
    entry_changes(cpu, table, pa, old, new);
    if (!cpu->watch && ++table->stores > WALK_PATIENCE)
        table_dropped(cpu, frame);
}

/* Walks for `va` and checks that it came to RAM, of which the PMP allows the whole page: entries of
 * the TLB are for pages. */
static bool walk_to_ram(struct cpu *cpu, struct space space, uint64_t va, enum access why,
                        uint64_t *pa)
{
    struct walk walk;
    *pa = va;
    if (!space_is_bare(space)) {
        if (sv39_walk(space, &cpu->port, va, why, &walk) != WALK_OK)
            return false;
        *pa = walk.pa;
    }
    return ram_at(cpu->ram, *pa, 1) &&
           pmp_allows(space.pmp, space.mode, *pa & ~(uint64_t)(PAGE_SIZE - 1), PAGE_SIZE,
                      pmp_needs(why));
}

/* The bytes at `va` of a page that triggers watch, for an access that meets none of them. NULL: it
 * does, and the reference step tells them; or the page is not known here. */
static inline uint8_t *reach_guarded(const struct cpu *cpu, uint64_t tag, uint64_t va,
                                     unsigned size, bool is_store)
{
    const struct guard *guard = &cpu->guards[is_store][tlb_index(va)];
    uint64_t first = va & (PAGE_SIZE - 1), last = first + size - 1;
    bool is_near =
        (guard->watched >> (first >> GUARD_SHIFT) | guard->watched >> (last >> GUARD_SHIFT)) & 1 &&
        first <= guard->high && guard->low <= last;
    if (guard->entry.tag != tag || (is_store && cpu->ram->marks[guard->frame]))
        return NULL;
    uint64_t pa = cpu->ram->base + (guard->frame << PAGE_SHIFT) + first;
    if (is_near && trigger_meets(cpu->triggers, va, pa, size, is_store))
        return NULL;
    return (uint8_t *)(uintptr_t)(va + guard->entry.addend);
}

/* The bytes at `va` in the host for one load or store that the TLB missed, which is filled. NULL:
 * it faults, or is a device's, or crosses a page, or changes a marked frame; the reference step
 * does it then. */
uint8_t *cpu_reach(struct cpu *cpu, const struct hart *hart, uint64_t va, unsigned size,
                   enum access why, uint64_t data_space)
{
    uint64_t pa, tag = tag_of(va, data_space);
    bool is_store = why == ACCESS_STORE;
    bool must_trap = va & (size - 1) && !isa_has(hart->isa, EXT_Zicclsm);
    if (must_trap || (va & (PAGE_SIZE - 1)) + size > PAGE_SIZE)
        return NULL;
    uint8_t *host = cpu->triggers ? reach_guarded(cpu, tag, va, size, is_store) : NULL;
    if (host)
        return host;
    struct space space = space_of_data(hart);
    if (!walk_to_ram(cpu, space, va, why, &pa))
        return NULL;
    uint64_t frame = (pa - cpu->ram->base) >> PAGE_SHIFT;
    host = ram_at(cpu->ram, pa, size);
    if (is_store && cpu->ram->marks[frame])
        return NULL;
    struct tlb_entry entry = {.tag = tag, .addend = (uint64_t)(uintptr_t)host - va};
    struct guard guard = {.entry = entry, .frame = frame};
    if (cpu->triggers && trigger_guards(cpu->triggers, va, pa, &guard, is_store)) {
        cpu->guards[is_store][tlb_index(va)] = guard;
        return trigger_meets(cpu->triggers, va, pa, size, is_store) ? NULL : host;
    }
    keep(cpu, va, entry, frame, is_store);
    return host;
}

/* The code of the page that `va` lies in, for a fetch that the TLB missed. NULL: it faults, or is
 * not RAM. */
struct code *cpu_fetch_page(struct cpu *cpu, const struct hart *hart, uint64_t va)
{
    struct space space = space_of_fetch(hart);
    uint64_t pa;
    space.sum = space.mxr = false; /* they are about loads and stores */
    if (!walk_to_ram(cpu, space, va, ACCESS_FETCH, &pa))
        return NULL;
    struct code *code = code_of_frame(cpu, (pa - cpu->ram->base) >> PAGE_SHIFT);
    if (!code)
        return NULL;
    struct fetch_entry *entry = &cpu->fetches[tlb_index(va)];
    entry->tag = tag_of(va, cpu_space_tag(cpu, space));
    entry->code = code;
    return code;
}

/* What an entry says, taken apart again. */
static void read_entry(const struct cpu *cpu, const struct tlb_entry *entry,
                       struct cpu_translation *translation)
{
    const uint64_t pages = ((uint64_t)1 << (64 - PAGE_SHIFT)) - 1;
    const struct space *space = &cpu->spaces[entry->tag >> SPACE_SHIFT];
    uint64_t va = (entry->tag & pages) << PAGE_SHIFT;
    const uint8_t *host = (const uint8_t *)(uintptr_t)(va + entry->addend);
    *translation = (struct cpu_translation){
        .va = va,
        .pa = cpu->ram->base + (uint64_t)(host - cpu->ram->bytes),
        .satp = space->satp,
        .mode = space->mode,
    };
}

bool cpu_translation(const struct cpu *cpu, unsigned n, struct cpu_translation *translation)
{
    for (unsigned i = 0; i < TLB_SIZE; i++) {
        const struct tlb_entry *load = &cpu->loads[i], *store = &cpu->stores[i];
        bool is_one = load->tag == store->tag; /* for both kinds of access */
        for (int is_store = 0; is_store < 2; is_store++) {
            const struct tlb_entry *entry = is_store ? store : load;
            if (entry->tag == TAG_NONE || (is_store && is_one) || n--)
                continue;
            read_entry(cpu, entry, translation);
            translation->loads = !is_store;
            translation->stores = is_store || is_one;
            return true;
        }
    }
    return false;
}
