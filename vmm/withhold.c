/* Dirty logging, copy on write and holes: what is withheld, and given. */
#include "withhold.h"

#include "vm.h"

#define PAGE(gpa) GPA((gpa).a & ~(uint64_t)(PAGE_SIZE - 1))

/* ---- frames ------------------------------------------------------------------------------ */

void withhold_init(struct vm *vm)
{
    struct withhold *w = &vm->withhold;
    *w = (struct withhold){.next = vm->owners.base};
    for (uint64_t i = 0; i < vm->owners.frames; i++)
        w->free += owner_of(&vm->owners, HPA(vm->owners.base.a + i * PAGE_SIZE)) == OWNER_FREE;
}

/* A free frame, which reads zero, for the guest's page at `gpa`. There is one: it was promised. */
static hpa_t take_frame(struct vm *vm, gpa_t gpa)
{
    struct withhold *w = &vm->withhold;
    uint64_t end = vm->owners.base.a + vm->owners.frames * PAGE_SIZE;
    while (owner_of(&vm->owners, w->next) != OWNER_FREE)
        w->next = w->next.a + PAGE_SIZE < end ? HPA(w->next.a + PAGE_SIZE) : vm->owners.base;
    owner_set(&vm->owners, w->next, vm->number, gpa);
    hw_clear(vm->hw, w->next);
    w->free--;
    w->promised--;
    return w->next;
}

static void free_frame(struct vm *vm, hpa_t hpa)
{
    owner_set(&vm->owners, hpa, OWNER_FREE, GPA(0));
    vm->withhold.free++;
}

static bool promise_frame(struct vm *vm)
{
    if (vm->withhold.promised == vm->withhold.free)
        return false;
    vm->withhold.promised++;
    return true;
}

/* ---- reasons ----------------------------------------------------------------------------- */

static void add(struct vm *vm, gpa_t gpa, unsigned reason)
{
    struct p2m_entry entry;
    p2m_lookup(&vm->p2m, gpa, &entry);
    vm->withhold.withheld += entry.reasons == 0;
    p2m_reason(&vm->p2m, gpa, entry.reasons | reason);
    shadow_withhold(&vm->shadows, gpa, reason);
}

static void take_back(struct vm *vm, gpa_t gpa, unsigned reason)
{
    struct p2m_entry entry;
    if (!p2m_lookup(&vm->p2m, gpa, &entry) || !(entry.reasons & reason))
        return;
    vm->withhold.withheld -= entry.reasons == reason;
    p2m_reason(&vm->p2m, gpa, entry.reasons & ~reason);
    shadow_give_back(&vm->shadows, gpa, reason);
}

void withhold_again(struct vm *vm)
{
    struct p2m_entry entry;
    for (uint64_t at = 0; vm->withhold.withheld && at < vm->platform.ram_size; at += PAGE_SIZE)
        if (p2m_lookup(&vm->p2m, GPA(RAM_BASE + at), &entry) && entry.reasons)
            shadow_withhold(&vm->shadows, GPA(RAM_BASE + at), entry.reasons);
}

/* ---- dirty logging ------------------------------------------------------------------------- */

/* Lab 7, exercise 6. Begins or ends the log of written frames. A frame is clean while it has the
 * reason SHADOW_LOGGED: whoever stores first takes it back. So a log that begins adds the reason
 * (add) to each page of the guest's memory (ram_size bytes from RAM_BASE) that the p2m has; a hole
 * is written when it is filled, so it counts as written. One that ends takes the reason back from
 * all (take_back). vm->is_logging says which it is. */
void withhold_log(struct vm *vm, bool is_on)
{
    struct p2m_entry entry;
    vm->is_logging = is_on;
    for (uint64_t at = 0; at < vm->platform.ram_size; at += PAGE_SIZE) {
        gpa_t gpa = GPA(RAM_BASE + at);
        if (is_on && p2m_lookup(&vm->p2m, gpa, &entry))
            add(vm, gpa, SHADOW_LOGGED);
        else
            take_back(vm, gpa, SHADOW_LOGGED);
    }
}

/* Lab 7, exercise 6. True when the log is on and the page of `gpa`, memory that the p2m has, was
 * written since the log began or this was last asked; it is clean from now on. */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    if (!vm->is_logging || !p2m_lookup(&vm->p2m, PAGE(gpa), &entry) ||
        entry.reasons & SHADOW_LOGGED)
        return false;
    add(vm, PAGE(gpa), SHADOW_LOGGED);
    return true;
}

/* ---- copy on write ------------------------------------------------------------------------- */

bool withhold_share(struct vm *vm, gpa_t gpa, hpa_t *hpa)
{
    struct p2m_entry entry;
    if (!p2m_lookup(&vm->p2m, PAGE(gpa), &entry) || entry.reasons & SHADOW_SHARED ||
        !promise_frame(vm))
        return false;
    add(vm, PAGE(gpa), SHADOW_SHARED);
    *hpa = entry.hpa;
    return true;
}

/* The page goes to another frame, `to`; whoever maps it finds out at the next access. */
static void move(struct vm *vm, gpa_t gpa, hpa_t to, unsigned reasons)
{
    struct p2m_entry entry;
    p2m_lookup(&vm->p2m, gpa, &entry);
    shadow_drop_frame(&vm->shadows, gpa);
    hw_write(vm->hw, to, hw_frame(vm->hw, entry.hpa), PAGE_SIZE);
    p2m_map(&vm->p2m, gpa, to, 0, entry.perms);
    p2m_reason(&vm->p2m, gpa, reasons);
    owner_set(&vm->owners, entry.hpa, OWNER_VMM, GPA(0)); /* the other has it alone */
}

static void unshare(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    p2m_lookup(&vm->p2m, gpa, &entry);
    move(vm, gpa, take_frame(vm, gpa), entry.reasons);
    take_back(vm, gpa, SHADOW_SHARED);
}

void withhold_release(struct vm *vm, gpa_t gpa, hpa_t hpa)
{
    struct p2m_entry entry;
    if (p2m_lookup(&vm->p2m, PAGE(gpa), &entry) && entry.hpa.a == hpa.a) {
        take_back(vm, PAGE(gpa), SHADOW_SHARED);
        vm->withhold.promised--;
    } else {
        free_frame(vm, hpa);
    }
}

/* ---- holes --------------------------------------------------------------------------------- */

bool withhold_punch(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    gpa = PAGE(gpa);
    if (!p2m_lookup(&vm->p2m, gpa, &entry) || entry.reasons & SHADOW_SHARED)
        return false;
    take_back(vm, gpa, SHADOW_LOGGED);
    shadow_no_table(&vm->shadows, gpa);
    shadow_drop_frame(&vm->shadows, gpa);
    p2m_punch(&vm->p2m, gpa);
    hw_clear(vm->hw, entry.hpa);
    free_frame(vm, entry.hpa);
    vm->withhold.promised++; /* what it gave, it may have back */
    return true;
}

static bool fill_hole(struct vm *vm, gpa_t gpa)
{
    unsigned perms = p2m_hole(&vm->p2m, gpa);
    if (!perms)
        return false;
    p2m_map(&vm->p2m, gpa, take_frame(vm, gpa), 0, perms);
    return true;
}

bool withhold_claim(struct vm *vm, gpa_t gpa, bool is_write)
{
    struct p2m_entry entry;
    if (!p2m_lookup(&vm->p2m, gpa, &entry))
        return fill_hole(vm, PAGE(gpa));
    if (!is_write || !entry.reasons)
        return true;
    if (entry.reasons & SHADOW_SHARED)
        unshare(vm, PAGE(gpa));
    take_back(vm, PAGE(gpa), SHADOW_LOGGED);
    return true;
}
