/* The auditor's books. It knows the layout that shadow.h and shadow_pages.h describe, and nothing
 * of how it came to be. */
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_walk.h"
#include "shadow_pages.h"

enum {
    LEAVES = SHADOW_PAGES * ENTRIES,
    LONG = 1024, /* of so many times, owners and free pages are gone through once */
    RWX = PTE_R | PTE_W | PTE_X,
};

/* The verdict on a leaf: what the guest's tables allowed when it was last found right. */
struct verdict {
    uint64_t hpa;
    unsigned perms;
    bool is_known;
    bool is_due; /* a fence has covered it since its address space was last active */
};

struct audit {
    struct vm *vm;
    struct vm_auditor watch;
    uint64_t every, entries, count;
    struct verdict *verdict;   /* by leaf */
    bool *is_leaf, *is_in_use; /* by leaf, by page */
    link_t *first;             /* leaves that say that they begin a list */
    unsigned pages, leaves, firsts;
    char text[512]; /* the first thing that is wrong; empty: nothing */
};

static void blame(struct audit *audit, const char *what, uint64_t where)
{
    if (!audit->text[0])
        snprintf(audit->text, sizeof audit->text, "%s: %" PRIx64, what, where);
}

static void give_up_if_wrong(const struct audit *audit)
{
    if (!audit->text[0])
        return;
    fprintf(stderr, "trapeze: audit: %s (after %" PRIu64 " entries of the guest)\n", audit->text,
            audit->entries);
    abort();
}

/* ---- leaves ------------------------------------------------------------------------------ */

static bool is_right(const struct audit *audit, const struct audit_word *word, uint64_t leaf)
{
    uint64_t hpa, mask = ~(uint64_t)(PAGE_SIZE - 1);
    if (leaf & RWX & ~word->perms)
        return false;
    audit_p2m(audit->vm, word->gpa & mask, &hpa);
    return hpa == pte_pa(leaf);
}

/* What holds of a leaf whatever the tables say: the p2m's word, and the reasons. */
static void check_grant(struct audit *audit, uint64_t leaf, int level, unsigned number)
{
    const struct vm *vm = audit->vm;
    hpa_t hpa = HPA(pte_pa(leaf));
    uint64_t gva = page_entry_gva(&vm->shadows, number / ENTRIES, number % ENTRIES).a, at;
    if (level > 1 || hpa.a & (level_size(level) - 1))
        blame(audit, "a leaf of a wrong level or alignment", gva);
    if ((leaf & (PTE_U | PTE_A | PTE_D | PTE_V)) != (PTE_U | PTE_A | PTE_D | PTE_V))
        blame(audit, "a leaf that the hart would not take or would change", gva);
    if (leaf & PTE_W && !(leaf & PTE_R))
        blame(audit, "a leaf with W and no R", gva);
    if (owner_of(&vm->owners, hpa) != vm->number) {
        blame(audit, "a leaf to a frame that is not the VM's", gva);
        return;
    }
    uint64_t gpa = owner_gpa(&vm->owners, hpa).a;
    unsigned perms = audit_p2m(vm, gpa, &at);
    if (at != hpa.a)
        blame(audit, "a leaf to a frame that the p2m has elsewhere", gva);
    if (leaf & RWX & ~perms)
        blame(audit, "a leaf that grants more than the p2m", gva);
    uint64_t last = level_size(level) - PAGE_SIZE;
    if (last)
        audit_p2m(vm, gpa + last, &at);
    if (at != hpa.a + last)
        blame(audit, "a leaf that is larger than its frames", gva);
    unsigned beside = page_beside(&vm->shadows, number + 1)->reasons;
    unsigned withheld = level ? chunk_of(&vm->shadows, GPA(gpa))->withheld != 0
                              : frame_of(&vm->shadows, GPA(gpa))->reasons;
    if (leaf & PTE_W && (beside || withheld))
        blame(audit, "a leaf that grants W in spite of a reason", gva);
    if (level == 0 && beside && (beside & ~(unsigned)(SHADOW_CLEAN | SHADOW_HELD)) != withheld << 8)
        blame(audit, "a leaf whose reasons are not its frame's", gva);
    if (leaf & PTE_W && platform_is_reserved(&vm->platform, vm->platform.s.turn, gpa))
        blame(audit, "a leaf that lets stores go by that break a reservation", gva);
}

/* True when a vcpu is in the address space, so that hardware could translate ahead in it. */
static bool is_active(const struct audit *audit, const struct shadow *shadow)
{
    for (unsigned i = 0; i < audit->vm->platform.harts; i++)
        if (audit_view(&audit->vm->vcpu[i]).space.satp == shadow->view.space.satp)
            return true;
    return false;
}

/* The leaf is right, as the tables stand. */
static void approve(struct audit *audit, const struct shadow *shadow, struct verdict *verdict,
                    const struct audit_word *word, uint64_t leaf)
{
    verdict->is_due = verdict->is_known && verdict->is_due && !is_active(audit, shadow);
    verdict->is_known = true;
    verdict->hpa = pte_pa(leaf);
    verdict->perms = word->perms;
}

/* What the tables must say of a leaf, now or since the last fence. Where its space is not active,
 * what is old can still be brought up to date before it is. */
static void check_age(struct audit *audit, const struct shadow *shadow, uint64_t leaf,
                      unsigned number)
{
    const struct shadows *shadows = &audit->vm->shadows;
    struct verdict *verdict = &audit->verdict[number];
    uint64_t gva = page_entry_gva(shadows, number / ENTRIES, number % ENTRIES).a;
    int level = shadows->page[number / ENTRIES].level;
    struct audit_word word = audit_guest(audit->vm, shadow->view, gva, level);
    bool is_coherent = shadow_is_coherent(shadows);
    if (is_right(audit, &word, leaf)) {
        approve(audit, shadow, verdict, &word, leaf);
        if (page_beside(shadows, number + 1)->reasons && !word.may_write && is_coherent)
            blame(audit, "a leaf with a reason where the guest's grants no W", gva);
        return;
    }
    if (is_coherent || !verdict->is_known)
        blame(audit, "a leaf that the guest's tables do not allow", gva);
    else if (verdict->hpa != pte_pa(leaf) || leaf & RWX & ~verdict->perms)
        blame(audit, "a leaf that the guest's tables never allowed", gva);
    else if (verdict->is_due && is_active(audit, shadow))
        blame(audit, "a leaf that is older than a fence that covers it", gva);
}

/* ---- fences ------------------------------------------------------------------------------ */

/* What the guest's fence names. */
struct named {
    bool all_va, all_asids;
    uint64_t gva, asid;
};

static void fence_page(struct audit *audit, const struct shadow *shadow, unsigned page,
                       const struct named *named)
{
    const struct shadows *shadows = &audit->vm->shadows;
    uint64_t size = level_size(shadows->page[page].level);
    for (unsigned i = 0, left = shadows->page[page].used; left && i < ENTRIES; i++) {
        uint64_t pte = page_table(shadows, page)[i];
        left -= pte != 0;
        bool is_named = named->all_va || named->gva - page_entry_gva(shadows, page, i).a < size;
        if (!pte || !is_named)
            continue;
        if (is_pointer(pte)) {
            fence_page(audit, shadow, page_below(shadows, pte), named);
            continue;
        }
        audit->verdict[page * ENTRIES + i].is_due = true;
        check_age(audit, shadow, pte, page * ENTRIES + i);
    }
}

/* What is left after a fence that named it, in the active space, must be right; in another, when
 * that is active again. */
static void fenced(void *owner, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    struct audit *audit = owner;
    const struct shadows *shadows = &audit->vm->shadows;
    struct named named = {all_va, all_asids, gva.a, asid & 0xffff};
    audit->text[0] = 0;
    for (unsigned i = 0; i < SHADOWS; i++) {
        const struct shadow *shadow = &shadows->shadow[i];
        if (shadow->is_used && shadow->epoch == shadows->epoch &&
            (all_asids || shadow_asid(shadow) == named.asid))
            fence_page(audit, shadow, shadow->root, &named);
    }
    give_up_if_wrong(audit);
}

/* ---- pages -------------------------------------------------------------------------------- */

/* The first entry from `index` on that is not 0, or ENTRIES. Most are, and at every exit all are
 * looked at: sanitizers would take the most of its time. */
__attribute__((no_sanitize("address"))) static unsigned next_entry(const uint64_t *table,
                                                                   unsigned index)
{
    while (index < ENTRIES && !table[index])
        index++;
    return index;
}

static void check_page(struct audit *audit, const struct shadow *shadow, unsigned page, int level,
                       unsigned parent);

static void check_entry(struct audit *audit, const struct shadow *shadow, unsigned page,
                        unsigned index)
{
    const struct shadows *shadows = &audit->vm->shadows;
    int level = shadows->page[page].level;
    unsigned number = page * ENTRIES + index;
    uint64_t pte = page_table(shadows, page)[index];
    if (pte & RWX) {
        audit->is_leaf[number] = true;
        audit->leaves++;
        if (!page_beside(shadows, number + 1)->previous)
            audit->first[audit->firsts++] = number + 1;
        check_grant(audit, pte, level, number);
        if (shadow->epoch == shadows->epoch) /* else it is emptied before it is used */
            check_age(audit, shadow, pte, number);
        return;
    }
    uint64_t below = (pte_pa(pte) - shadows->pool.a) / (2 * PAGE_SIZE);
    if (level == 0 || pte_pa(pte) < shadows->pool.a || below >= SHADOW_PAGES ||
        pte_pa(pte) != page_hpa(shadows, (unsigned)below).a || (pte & 0x3ff) != PTE_V)
        blame(audit, "a pointer to what is no table", page_entry_gva(shadows, page, index).a);
    else
        check_page(audit, shadow, (unsigned)below, level - 1, page);
}

/* The frame of a mirrored table knows of its mirrors, and is traced. */
static void check_mirror(struct audit *audit, const struct shadow *shadow, unsigned page)
{
    const struct shadows *shadows = &audit->vm->shadows;
    const struct shadow_page *of = &shadows->page[page];
    gpa_t gpa = GPA(shadows->parts.memory.a + (uint64_t)(of->table - 1) * PAGE_SIZE);
    unsigned mirror = frame_of(shadows, gpa)->mirrors;
    bool is_listed = false;
    for (unsigned i = 0; mirror && i < SHADOW_PAGES; i++) {
        is_listed |= mirror - 1 == page;
        mirror = shadows->page[mirror - 1].next_mirror;
    }
    if (!is_listed)
        blame(audit, "a mirror that its table does not know", of->gva.a);
    /* A table of the lowest level may run ahead, where that is the policy. */
    bool may_be_late = shadows->parts.policy == &shadow_unsync && of->level == 0;
    if (!(frame_of(shadows, gpa)->reasons & SHADOW_TRACED >> 8) &&
        !(may_be_late && frame_of(shadows, gpa)->is_late))
        blame(audit, "a table that is not traced", gpa.a);
    uint64_t table = audit_guest(audit->vm, shadow->view, page_entry_gva(shadows, page, 0).a, 0)
                         .table[of->level];
    if (of->used && table != gpa.a && shadow->epoch == shadows->epoch && !shadows->parts.is_stale)
        blame(audit, "a mirror of what is no table of its address space", of->gva.a);
}

static void check_page(struct audit *audit, const struct shadow *shadow, unsigned page, int level,
                       unsigned parent)
{
    const struct shadows *shadows = &audit->vm->shadows;
    const struct shadow_page *of = &shadows->page[page];
    const uint64_t *table = page_table(shadows, page);
    unsigned used = 0;
    if (audit->is_in_use[page]) {
        blame(audit, "a page that is in use twice", page);
        return;
    }
    audit->is_in_use[page] = true;
    audit->pages++;
    if (of->level != level || of->parent != parent || &shadows->shadow[of->shadow] != shadow)
        blame(audit, "a page that stands elsewhere than it says", of->gva.a);
    for (unsigned i = next_entry(table, 0); i < ENTRIES && !audit->text[0];
         i = next_entry(table, i + 1)) {
        used++;
        check_entry(audit, shadow, page, i);
    }
    if (used != of->used)
        blame(audit, "a page that counts its entries wrong", of->gva.a);
    if (of->table)
        check_mirror(audit, shadow, page);
}

static bool is_zero(const void *bytes)
{
    const uint8_t *b = bytes;
    return b[0] == 0 && memcmp(b, b + 1, PAGE_SIZE - 1) == 0;
}

static void check_free_pages(struct audit *audit, bool with_contents)
{
    const struct shadows *shadows = &audit->vm->shadows;
    unsigned page = shadows->free, count = 0;
    for (; page != PAGE_NONE && !audit->text[0]; page = shadows->page[page].next, count++) {
        if (page >= SHADOW_PAGES || audit->is_in_use[page]) {
            blame(audit, "a free page that is in use", page);
            return;
        }
        audit->is_in_use[page] = true;
        audit->pages++;
        if (with_contents && page < shadows->touched &&
            (!is_zero(page_table(shadows, page)) ||
             !is_zero(page_beside(shadows, link_to(page, 0)))))
            blame(audit, "a free page that is not empty", page);
        if (shadows->page[page].table)
            blame(audit, "a free page that mirrors a table", page);
    }
    if (audit->pages != SHADOW_PAGES || count != shadows->free_count)
        blame(audit, "a page that is lost", audit->pages);
}

/* ---- the reverse map ----------------------------------------------------------------------- */

/* Takes the leaves of one list, which must all map the guest page at `gpa`, from those found. */
static void check_list(struct audit *audit, link_t link, uint64_t gpa, int level)
{
    const struct shadows *shadows = &audit->vm->shadows;
    for (link_t previous = 0; link && !audit->text[0];
         previous = link, link = page_beside(shadows, link)->next) {
        if (link > LEAVES || !audit->is_leaf[link - 1]) {
            blame(audit, "a link to what is no leaf, or in two lists", gpa);
            return;
        }
        unsigned page = page_of_link(link);
        hpa_t hpa = HPA(pte_pa(page_table(shadows, page)[index_of_link(link)]));
        if (owner_gpa(&audit->vm->owners, hpa).a != gpa || shadows->page[page].level != level)
            blame(audit, "a leaf in the list of another guest page", gpa);
        if (page_beside(shadows, link)->previous != previous)
            blame(audit, "a list that cannot be walked back", gpa);
        audit->is_leaf[link - 1] = false;
        audit->leaves--;
    }
}

/* Each leaf found before stands in just one list, which begins where its guest page says. */
static void check_lists(struct audit *audit)
{
    const struct shadows *shadows = &audit->vm->shadows;
    for (unsigned i = 0; i < audit->firsts && !audit->text[0]; i++) {
        unsigned page = page_of_link(audit->first[i]);
        int level = shadows->page[page].level;
        hpa_t hpa = HPA(pte_pa(page_table(shadows, page)[index_of_link(audit->first[i])]));
        gpa_t gpa = owner_gpa(&audit->vm->owners, hpa);
        link_t head = level ? chunk_of(shadows, gpa)->first : frame_of(shadows, gpa)->first;
        if (head != audit->first[i])
            blame(audit, "a leaf that its guest page does not know", gpa.a);
        check_list(audit, head, gpa.a, level);
    }
    if (audit->leaves)
        blame(audit, "a leaf that the reverse map does not know", audit->leaves);
}

/* ---- frames -------------------------------------------------------------------------------- */

/* The owner array and the p2m agree on the frame. */
static void check_owner(struct audit *audit, uint64_t gpa)
{
    const struct vm *vm = audit->vm;
    uint64_t hpa;
    struct p2m_entry entry;
    if (!audit_p2m(vm, gpa, &hpa))
        return;
    unsigned reasons = shadow_withheld(&vm->shadows, GPA(gpa)) & ~(unsigned)SHADOW_TRACED;
    if (!p2m_lookup(&vm->p2m, GPA(gpa), &entry) || entry.reasons != reasons)
        blame(audit, "a frame whose reasons are not the p2m's", gpa);
    if (owner_of(&vm->owners, HPA(hpa)) != vm->number)
        blame(audit, "a guest frame on a frame that is not the VM's", gpa);
    else if (owner_gpa(&vm->owners, HPA(hpa)).a != gpa)
        blame(audit, "a frame that its owner knows under another address", gpa);
}

/* After check_lists, whoever knows of leaves and is not known to one is wrong: a list begins with a
 * leaf, and lists are taken apart. */
static void check_head(struct audit *audit, link_t head, uint64_t gpa)
{
    const struct shadows *shadows = &audit->vm->shadows;
    if (!head)
        return;
    uint64_t leaf =
        head > LEAVES ? 0 : page_table(shadows, page_of_link(head))[index_of_link(head)];
    if (!(leaf & RWX) || owner_gpa(&audit->vm->owners, HPA(pte_pa(leaf))).a != gpa)
        blame(audit, "a list that begins with what is no leaf of it", gpa);
}

/* One frame of the guest; true: something is withheld. */
static bool check_frame(struct audit *audit, uint64_t gpa)
{
    const struct frame *frame = frame_of(&audit->vm->shadows, GPA(gpa));
    check_head(audit, frame->first, gpa);
    if (frame->reasons & SHADOW_TRACED >> 8 && !frame->mirrors)
        blame(audit, "a frame that is traced and no table", gpa);
    return frame->reasons != 0;
}

/* 2 MiB of the guest, or what there is of them. What is known of their frames is a page, and of
 * most frames nothing is. */
static void check_chunk(struct audit *audit, uint64_t first, bool with_owners)
{
    const struct shadows *shadows = &audit->vm->shadows;
    uint64_t base = shadows->parts.memory.a + first * PAGE_SIZE, withheld = 0;
    uint64_t left = shadows->parts.frames - first, count = left < ENTRIES ? left : ENTRIES;
    _Static_assert(sizeof(struct frame) * ENTRIES == PAGE_SIZE, "a page is of one chunk");
    bool is_blank = count == ENTRIES && is_zero(frame_of(shadows, GPA(base)));
    for (uint64_t i = 0; i < count && !is_blank; i++)
        withheld += check_frame(audit, base + i * PAGE_SIZE);
    for (uint64_t i = 0; i < count && with_owners; i++)
        check_owner(audit, base + i * PAGE_SIZE);
    check_head(audit, chunk_of(shadows, GPA(base))->first, base);
    if (chunk_of(shadows, GPA(base))->withheld != withheld)
        blame(audit, "2 MiB that count wrong what is withheld in them", base);
}

static void check_frames(struct audit *audit, bool with_owners)
{
    const struct shadows *shadows = &audit->vm->shadows;
    for (uint64_t i = 0; i < shadows->parts.frames && !audit->text[0]; i += ENTRIES)
        check_chunk(audit, i, with_owners);
    if (audit->vm->config.passes_uart)
        check_head(audit, frame_of(shadows, GPA(UART_BASE))->first, UART_BASE);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void check(struct audit *audit, bool is_long)
{
    const struct shadows *shadows = &audit->vm->shadows;
    audit->text[0] = 0;
    audit->pages = audit->leaves = audit->firsts = 0;
    memset(audit->is_in_use, 0, SHADOW_PAGES * sizeof *audit->is_in_use);
    for (unsigned i = 0; i < SHADOWS; i++)
        if (shadows->shadow[i].is_used)
            check_page(audit, &shadows->shadow[i], shadows->shadow[i].root, SV39_LEVELS - 1,
                       PAGE_NONE);
    if (!audit->text[0])
        check_free_pages(audit, is_long);
    if (!audit->text[0])
        check_lists(audit);
    if (!audit->text[0])
        check_frames(audit, is_long);
    audit->count++;
    if (audit->text[0]) /* it was left half way */
        memset(audit->is_leaf, 0, LEAVES * sizeof *audit->is_leaf);
}

const char *audit_check(struct audit *audit)
{
    check(audit, true);
    return audit->text[0] ? audit->text : NULL;
}

/* The vcpu is to run on the shadow of its view, which is up to date. */
static void check_vcpu(struct audit *audit, const struct vcpu *vcpu)
{
    const struct shadow *shadow = vcpu->shadow;
    struct view view = audit_view(vcpu);
    bool is_its = space_equal(&shadow->view.space, &view.space) &&
                  shadow->view.fetches_only == view.fetches_only &&
                  shadow->view.protection == view.protection;
    if (!shadow->is_used || !is_its || shadow->epoch != audit->vm->shadows.epoch)
        blame(audit, "a vcpu on the shadow of another view", vcpu->hart.pc);
    if ((vcpu->run.satp & SATP_PPN) << PAGE_SHIFT != page_hpa(&audit->vm->shadows, shadow->root).a)
        blame(audit, "a vcpu on tables that are not its shadow's", vcpu->hart.pc);
}

static void entering(void *owner, const struct vcpu *vcpu)
{
    struct audit *audit = owner;
    if (audit->entries++ % audit->every)
        return;
    check(audit, audit->count % LONG == 0);
    check_vcpu(audit, vcpu);
    give_up_if_wrong(audit);
}

/* There is one state of the tables that can explain a new leaf: the present one. */
static void filled(void *owner, const struct shadow *shadow, gva_t gva)
{
    struct audit *audit = owner;
    const struct shadows *shadows = &audit->vm->shadows;
    unsigned page = shadow->root;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        unsigned index = index_at(gva, level);
        uint64_t pte = page_table(shadows, page)[index];
        if (pte & RWX) {
            audit->verdict[page * ENTRIES + index].is_known = false;
            check_age(audit, shadow, pte, page * ENTRIES + index);
            give_up_if_wrong(audit);
            return;
        }
        page = page_below(shadows, pte);
    }
}

struct audit *audit_new(struct vm *vm, uint64_t every)
{
    struct audit *audit = calloc(1, sizeof *audit);
    if (!audit)
        return NULL;
    *audit = (struct audit){.vm = vm,
                            .every = every,
                            .verdict = calloc(LEAVES, sizeof *audit->verdict),
                            .is_leaf = calloc(LEAVES, sizeof *audit->is_leaf),
                            .first = calloc(LEAVES, sizeof *audit->first),
                            .is_in_use = calloc(SHADOW_PAGES, sizeof *audit->is_in_use)};
    if (!audit->verdict || !audit->is_leaf || !audit->first || !audit->is_in_use) {
        audit_free(audit);
        return NULL;
    }
    audit->watch = (struct vm_auditor){
        .owner = audit, .filled = filled, .fenced = fenced, .entering = entering};
    vm->auditor = &audit->watch;
    return audit;
}

void audit_free(struct audit *audit)
{
    if (!audit)
        return;
    if (audit->vm->auditor == &audit->watch)
        audit->vm->auditor = NULL;
    free(audit->verdict);
    free(audit->is_leaf);
    free(audit->first);
    free(audit->is_in_use);
    free(audit);
}

uint64_t audit_count(const struct audit *audit)
{
    return audit->count;
}
