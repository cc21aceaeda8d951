/* The auditor's own reading of the privileged manual: chapters 3.7 and 4.3. */
#include "audit_walk.h"

#include <string.h>

enum { R = PTE_R, W = PTE_W, X = PTE_X, RWX = R | W | X };
#define NONE (~(uint64_t)0)

static uint64_t word_at(const struct vm *vm, uint64_t hpa)
{
    uint64_t word;
    memcpy(&word, hw_frame(vm->hw, HPA(hpa)), 8);
    return word;
}

/* Withheld from lab 3. */
static uint64_t index_of(uint64_t address, int level)
{
    return address >> (12 + 9 * level) & 511;
}

static uint64_t frame_in(uint64_t pte)
{
    return (pte >> 10 & 0xfffffffffff) << 12;
}

/* Withheld from lab 6. */
unsigned audit_p2m(const struct vm *vm, uint64_t gpa, uint64_t *hpa)
{
    uint64_t table = vm->p2m.root.a;
    *hpa = NONE;
    if (vm->config.passes_uart && gpa >> 12 == UART_BASE >> 12) {
        *hpa = gpa;
        return R | W;
    }
    for (int level = 2; level >= 0 && gpa < (uint64_t)1 << 39; level--) {
        uint64_t pte = word_at(vm, table + 8 * index_of(gpa, level));
        if (!(pte & PTE_V))
            return 0;
        if (pte & RWX) {
            *hpa = frame_in(pte) + (gpa & (((uint64_t)4096 << 9 * level) - 1));
            return pte & RWX;
        }
        table = frame_in(pte);
    }
    return 0;
}

/* ---- 3.7: physical memory protection ------------------------------------------------------ */

/* The bytes [*from, *to) of entry `i`. */
static void pmp_range(const struct pmp *pmp, unsigned i, uint64_t *from, uint64_t *to)
{
    unsigned cfg = (unsigned)(pmp->cfg[i / 8] >> i % 8 * 8) & 0xff;
    uint64_t top = pmp->addr[i] * 4;
    *from = *to = 0;
    switch (cfg >> 3 & 3) {
    case 0: /* OFF */
        break;
    case 1: /* TOR */
        *from = i ? pmp->addr[i - 1] * 4 : 0;
        *to = top;
        break;
    case 2: /* NA4 */
        *from = top;
        *to = top + 4;
        break;
    case 3: { /* NAPOT: yy...y01...1 is 2^(ones + 3) bytes */
        unsigned ones = (unsigned)__builtin_ctzll(~pmp->addr[i] | (uint64_t)1 << 54);
        *from = pmp->addr[i] >> ones << ones << 2;
        *to = *from + ((uint64_t)8 << ones);
        break;
    }
    }
}

/* What `mode` may do with all of the `size` bytes at `pa`. */
static unsigned pmp_perms(const struct pmp *pmp, enum mode mode, uint64_t pa, uint64_t size)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        unsigned cfg = (unsigned)(pmp->cfg[i / 8] >> i % 8 * 8) & 0xff;
        uint64_t from, to;
        pmp_range(pmp, i, &from, &to);
        if (from >= to || pa + size <= from || pa >= to)
            continue;
        if (pa < from || pa + size > to)
            return 0;
        if (mode == MODE_M && !(cfg & 0x80))
            return RWX;
        return (cfg & 1 ? R : 0) | (cfg & 2 ? W : 0) | (cfg & 4 ? X : 0);
    }
    return mode == MODE_M ? RWX : 0;
}

/* ---- 4.3: Sv39 ------------------------------------------------------------------------------ */

/* Steps 5 and 6 of 4.3.2: what the leaf lets the view do, A and D aside. Withheld from lab 3.
 * Withheld from lab 6. */
static unsigned leaf_perms(const struct space *space, uint64_t pte)
{
    unsigned perms = pte & RWX;
    bool is_user = pte & PTE_U;
    if (space->mode == MODE_U)
        perms = is_user ? perms : 0;
    else if (is_user)
        perms = space->sum ? perms & ~(unsigned)X : 0;
    bool reads_code =
        space->mxr && pte & X && (space->mode == MODE_U ? is_user : !is_user || space->sum);
    return perms | (reads_code ? R : 0);
}

/* Steps 3, 4 and 6: entries that are not to be used. Withheld from lab 3. */
static bool is_bad(uint64_t pte, int level)
{
    bool is_leaf = pte & RWX;
    if (!(pte & PTE_V) || (pte & W && !(pte & R)) || pte >> 54)
        return true;
    if (!is_leaf)
        return level == 0 || pte & (PTE_D | PTE_A | PTE_U);
    return frame_in(pte) % ((uint64_t)4096 << 9 * level) != 0;
}

/* The steps in order, as far as a page of `smallest` level. Withheld from lab 3. */
static struct audit_word walk(const struct vm *vm, struct view view, const struct pmp *pmp,
                              uint64_t gva, int smallest)
{
    struct audit_word word = {.table = {NONE, NONE, NONE}};
    uint64_t table = (view.space.satp & 0xfffffffffff) << 12, hpa;
    if ((uint64_t)((int64_t)(gva << 25) >> 25) != gva)
        return word;
    for (int level = 2; level >= 0; level--) {
        uint64_t at = table + 8 * index_of(gva, level);
        word.table[level] = table; /* of which PMP may deny this entry, and no other */
        if (!audit_p2m(vm, at, &hpa) || !(pmp_perms(pmp, MODE_S, at, 8) & R))
            return word;
        uint64_t pte = word_at(vm, hpa);
        if (is_bad(pte, level) || (pte & RWX && level < smallest))
            return word;
        if (!(pte & RWX)) {
            table = frame_in(pte);
            continue;
        }
        unsigned perms = pte & PTE_A ? leaf_perms(&view.space, pte) : 0;
        word.may_write = perms & W;
        word.perms = pte & PTE_D ? perms : perms & ~(unsigned)W;
        word.gpa = frame_in(pte) + (gva & (((uint64_t)4096 << 9 * level) - 1));
        return word;
    }
    return word;
}

/* Whose PMP the view was filled by. */
static const struct pmp *pmp_of(const struct vm *vm, struct view view)
{
    return &vm->vcpu[view.protection ? view.protection - 1 : 0].hart.csr.pmp;
}

struct audit_word audit_guest(const struct vm *vm, struct view view, uint64_t gva, int level)
{
    const struct pmp *pmp = pmp_of(vm, view);
    bool is_bare = view.space.mode == MODE_M || view.space.satp >> 60 == 0;
    struct audit_word word = {
        .perms = RWX, .may_write = true, .gpa = gva, .table = {NONE, NONE, NONE}};
    if (!is_bare)
        word = walk(vm, view, pmp, gva, level);
    uint64_t size = (uint64_t)4096 << 9 * level;
    word.perms &= pmp_perms(pmp, view.space.mode, word.gpa & ~(size - 1), size);
    if (view.fetches_only) /* 3.1.6.3 */
        word.perms &= X;
    word.may_write &= !view.fetches_only;
    return word;
}

/* Withheld from lab 6. */
struct view audit_view(const struct vcpu *vcpu)
{
    const struct hart *hart = &vcpu->hart;
    uint64_t status = hart->csr.mstatus;
    struct view view = {.space = {.mode = hart->mode}};
    if (!vcpu->vm->platform.has_firmware)
        view.protection = vcpu->index + 1;
    view.fetches_only = hart->mode == MODE_M && status >> 17 & 1 && (status >> 11 & 3) != MODE_M;
    if (hart->mode == MODE_M || hart->csr.satp >> 60 == 0)
        return view;
    view.space.satp = hart->csr.satp;
    view.space.sum = hart->mode == MODE_S && status >> 18 & 1;
    view.space.mxr = status >> 19 & 1;
    return view;
}
