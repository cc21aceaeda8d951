/* Triggers: what a debugger stops at, and how the engine goes on at full speed where there is none.
 *
 * A place is an offset in a page, whichever page: blocks are decoded by physical page, and the one
 * that begins there asks. Of a watched page no translation stands in the TLB, so each access comes
 * to cpu_reach, which finds it in a second one (struct guard) and compares addresses. Only an
 * access that meets a range goes to the reference step, which is told of it here. */
#include "engine.h"

bool trigger_at(const struct triggers *triggers, unsigned offset, const struct insn *insn)
{
    unsigned halfword = offset / 2;
    return triggers->offsets[halfword / 64] >> halfword % 64 & 1 ||
           (triggers->system && insn_is_system((enum insn_id)insn->id));
}

/* The walker's own stores set A and D, and the instruction is not executed yet. */
static bool keep(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t value)
{
    (void)port, (void)pa, (void)size, (void)why, (void)value;
    return true;
}

/* Reads what the hart would, and changes nothing. */
static struct port looking(const struct cpu *cpu)
{
    struct port port = cpu->port;
    port.store = keep;
    port.walked = NULL;
    return port;
}

/* The port's functions find the cpu around it, so it is changed where it stands, and put back. */
static bool look_at_insn(struct cpu *cpu, const struct hart *hart, struct insn *insn)
{
    struct port own = cpu->port;
    struct trap trap;
    uint32_t word;
    cpu->port = looking(cpu);
    bool done = memory_fetch(hart, &cpu->port, &word, &trap);
    cpu->port = own;
    if (done)
        *insn = insn_decode(word, hart->isa);
    return done;
}

static bool look_up(struct cpu *cpu, const struct hart *hart, const struct touch *touch,
                    uint64_t *pa)
{
    struct port own = cpu->port;
    struct trap trap;
    cpu->port = looking(cpu);
    bool done = memory_translate(hart, &cpu->port, touch->va, touch->why, pa, &trap);
    cpu->port = own;
    return done;
}

bool trigger_stops(struct cpu *cpu, const struct hart *hart)
{
    struct insn insn = {.id = INSN_ILLEGAL};
    const struct triggers *triggers = cpu->triggers;
    if (triggers->system)
        look_at_insn(cpu, hart, &insn);
    if (!trigger_at(triggers, hart->pc & (PAGE_SIZE - 1), &insn))
        return false;
    cpu->has_stopped = triggers->reached(triggers->owner, hart);
    return cpu->has_stopped;
}

static bool overlaps(const struct trigger_range *range, uint64_t first, uint64_t last)
{
    return range->first <= last && first <= range->last;
}

/* In the write TLB stand atomics too, which also load. */
static bool concerns(const struct trigger_range *range, bool is_store)
{
    return is_store || range->loads;
}

/* True when [first, last] of the access, by one kind of address or the other, meets a range. */
static bool meets(const struct triggers *triggers, uint64_t va, uint64_t pa, uint64_t size,
                  bool is_store)
{
    for (unsigned i = 0; i < triggers->ranges; i++) {
        const struct trigger_range *range = &triggers->range[i];
        uint64_t first = range->is_physical ? pa : va;
        if (concerns(range, is_store) && overlaps(range, first, first + size - 1))
            return true;
    }
    return false;
}

/* Which bytes of the page are watched, as far as `guard` says it. False: none. */
bool trigger_guards(const struct triggers *triggers, uint64_t va, uint64_t pa, struct guard *guard,
                    bool is_store)
{
    const uint64_t in_page = PAGE_SIZE - 1;
    guard->watched = guard->high = 0;
    guard->low = in_page;
    for (unsigned i = 0; i < triggers->ranges; i++) {
        const struct trigger_range *range = &triggers->range[i];
        uint64_t page = (range->is_physical ? pa : va) & ~in_page;
        if (!concerns(range, is_store) || !overlaps(range, page, page | in_page))
            continue;
        uint64_t first = range->first > page ? range->first & in_page : 0;
        uint64_t last = range->last < (page | in_page) ? range->last & in_page : in_page;
        guard->low = first < guard->low ? first : guard->low;
        guard->high = last > guard->high ? last : guard->high;
        uint64_t to_last = UINT64_MAX >> (63 - (last >> GUARD_SHIFT));
        guard->watched |= to_last & UINT64_MAX << (first >> GUARD_SHIFT);
    }
    return guard->watched;
}

bool trigger_meets(const struct triggers *triggers, uint64_t va, uint64_t pa, unsigned size,
                   bool is_store)
{
    return meets(triggers, va, pa, size, is_store);
}

static bool is_meant(const struct trigger_range *range, enum access why)
{
    switch (why) {
    case ACCESS_LOAD:
    case ACCESS_LR:
        return range->loads;
    case ACCESS_STORE:
        return range->stores;
    case ACCESS_AMO:
        return true;
    case ACCESS_FETCH:
    case ACCESS_WALK:
        return false;
    }
    return false;
}

/* The reference step is about to execute the instruction at pc: tells its access to the ranges that
 * it meets. What crosses a page is compared by its first page, and by its virtual address. */
void trigger_step(struct cpu *cpu, const struct hart *hart)
{
    const struct triggers *triggers = cpu->triggers;
    struct insn insn;
    struct touch touch;
    uint64_t pa;
    if (!look_at_insn(cpu, hart, &insn) || !memory_touches(hart, &insn, &touch) ||
        !look_up(cpu, hart, &touch, &pa))
        return;
    for (unsigned i = 0; i < triggers->ranges; i++) {
        const struct trigger_range *range = &triggers->range[i];
        uint64_t first = range->is_physical ? pa : touch.va;
        if (is_meant(range, touch.why) && overlaps(range, first, first + touch.size - 1)) {
            cpu->has_stopped = triggers->touches(triggers->owner, hart, &touch);
            return;
        }
    }
}

void cpu_set_triggers(struct cpu *cpu, const struct triggers *triggers)
{
    cpu->triggers = triggers;
    cpu_drop(cpu); /* the guards, too, before they mean something again */
}
