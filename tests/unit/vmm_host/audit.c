/* The auditor must be able to fail: each kind of corruption is planted, and named. */
#include "../vmm/world.h"

#include <signal.h>

#include "audit.h"
#include "pmp.h"
#include "shadow_pages.h"

#define WINDOW 0x5000u
#define READ_ONLY 0x6000u
#define FRESH 0x7000u
#define OTHER 0x9000u

static struct audit *audit;
static struct shadows *shadows;

/* The guest has read and written a little; what it did is in its shadow. */
static void given_a_guest_that_ran(void)
{
    world_new();
    hosted_audit(w.hosted, 0);
    shadows = &w.vm->shadows;
    audit = audit_new(w.vm, 1);
    cr_assert_not_null(audit);
    usual_space(MODE_S);
    map(WINDOW, DATA, S_RWX);
    map(READ_ONLY, DATA + PAGE_SIZE, S_RX);
    map(FRESH, DATA + 2 * PAGE_SIZE, S_RWX & ~PTE_D);
    map(OTHER, DATA, S_RWX);
    static const uint64_t used[] = {WINDOW, READ_ONLY, FRESH, OTHER};
    for (unsigned i = 0; i < 4; i++) {
        w.hart->x[A1] = used[i];
        once(LD(A0, A1));
    }
    cr_assert_null(audit_check(audit), "%s", audit_check(audit));
    cr_assert_gt(audit_count(audit), 5, "it went along");
}

static void finish(void)
{
    audit_free(audit);
    world_end();
}

TestSuite(audit, .init = given_a_guest_that_ran, .fini = finish);

/* ---- where things are --------------------------------------------------------------------- */

static unsigned root(void)
{
    return w.vcpu->shadow->root;
}

/* The page of the leaf of `va`. */
static unsigned page_for(uint64_t va)
{
    unsigned page = root();
    for (int level = 2; level > 0; level--)
        page = page_below(shadows, page_table(shadows, page)[index_at(GVA(va), level)]);
    return page;
}

static uint64_t *leaf_at(uint64_t va)
{
    return &page_table(shadows, page_for(va))[index_at(GVA(va), 0)];
}

static struct beside *beside(uint64_t va)
{
    return page_beside(shadows, link_to(page_for(va), index_at(GVA(va), 0)));
}

static struct frame *frame(uint64_t gpa)
{
    return frame_of(shadows, GPA(gpa));
}

static uint64_t leaf_to(uint64_t hpa, uint64_t leaf)
{
    return hpa >> PAGE_SHIFT << PTE_PPN_SHIFT | (leaf & 0x3ff);
}

static gpa_t leaf_table(void)
{
    return GPA(entry_at(WINDOW, 0) & ~(uint64_t)(PAGE_SIZE - 1));
}

/* ---- what is planted ------------------------------------------------------------------------ */

static void grants_w(void)
{
    *leaf_at(READ_ONLY) |= PTE_W;
}

static void leads_elsewhere(void)
{
    *leaf_at(WINDOW) = leaf_to(hpa_of(DATA + 3 * PAGE_SIZE), *leaf_at(WINDOW));
}

static void leads_to_the_vmm(void)
{
    *leaf_at(WINDOW) = leaf_to(shadows->pool.a, *leaf_at(WINDOW));
}

static void is_not_for_u(void)
{
    *leaf_at(WINDOW) &= ~(uint64_t)PTE_U;
}

static void has_no_r(void)
{
    *leaf_at(WINDOW) &= ~(uint64_t)PTE_R;
}

static void is_clean_and_w(void)
{
    *leaf_at(FRESH) |= PTE_W;
}

static void vanishes(void)
{
    *leaf_at(WINDOW) = 0;
}

static void is_not_linked(void)
{
    page_table(shadows, page_for(WINDOW))[0x100] = *leaf_at(WINDOW);
    shadows->page[page_for(WINDOW)].used++;
}

static void list_ends_too_soon(void)
{
    beside(OTHER)->next = beside(WINDOW)->next = 0;
}

static void list_cannot_be_walked_back(void)
{
    bool is_first = frame(DATA)->first == link_to(page_for(OTHER), index_at(GVA(OTHER), 0));
    beside(is_first ? WINDOW : OTHER)->previous = 7;
}

static void list_is_another_frames(void)
{
    frame(DATA + 5 * PAGE_SIZE)->first = frame(DATA)->first;
    frame(DATA)->first = 0;
}

static void list_begins_twice(void)
{
    frame(DATA + 5 * PAGE_SIZE)->first = frame(DATA)->first;
}

static void list_is_a_ring(void)
{
    link_t first = frame(DATA)->first, second = page_beside(shadows, first)->next;
    page_beside(shadows, second)->next = first;
    page_beside(shadows, first)->previous = second;
    frame(DATA)->first = 0;
}

static void count_is_wrong(void)
{
    shadows->page[page_for(WINDOW)].used++;
}

static void parent_is_wrong(void)
{
    shadows->page[page_for(WINDOW)].parent = (uint16_t)root();
}

static void page_is_lost(void)
{
    shadows->free = shadows->page[shadows->free].next;
}

static void page_is_free_and_used(void)
{
    shadows->free = (uint16_t)page_for(WINDOW);
}

static void free_page_is_not_empty(void)
{
    shadows->touched = SHADOW_PAGES;
    page_table(shadows, shadows->free)[3] = 1;
}

static void pointer_leads_nowhere(void)
{
    page_table(shadows, root())[index_at(GVA(WINDOW), 2)] = leaf_to(hpa_of(DATA), PTE_V);
}

static void pointer_leads_to_a_page_in_use(void)
{
    uint64_t *table = page_table(shadows, root());
    table[0x1f0] = table[index_at(GVA(WINDOW), 2)];
    shadows->page[root()].used++;
}

static void reason_is_the_frames_alone(void)
{
    frame(DATA)->reasons |= SHADOW_LOGGED >> 8;
    chunk_of(shadows, GPA(DATA))->withheld++;
}

static void reason_is_the_leafs_alone(void)
{
    beside(FRESH)->reasons |= SHADOW_LOGGED;
}

static void withheld_is_miscounted(void)
{
    chunk_of(shadows, GPA(RAM_BASE + 0x200000))->withheld++;
}

static void owner_is_wrong(void)
{
    owner_set(&w.vm->owners, HPA(hpa_of(DATA + 9 * PAGE_SIZE)), OWNER_VMM, GPA(0));
}

static void owner_knows_another_address(void)
{
    owner_set(&w.vm->owners, HPA(hpa_of(DATA + 9 * PAGE_SIZE)), w.vm->number, GPA(DATA));
}

/* The guest's entry changes behind the shadow's back. */
static void table_changes(void)
{
    uint64_t *pte = (uint64_t *)(void *)hw_frame(w.vm->hw, HPA(hpa_of(entry_at(WINDOW, 0))));
    *pte = entry(DATA + 3 * PAGE_SIZE, S_RWX);
}

static void mirror_is_not_listed(void)
{
    frame(leaf_table().a)->mirrors = 0;
}

static void table_is_not_traced(void)
{
    frame(leaf_table().a)->reasons = 0;
    chunk_of(shadows, leaf_table())->withheld--;
}

static void mirror_is_of_another_table(void)
{
    unsigned page = page_for(WINDOW);
    page_unmirror(shadows, page);
    page_mirror(shadows, page, GPA(DATA + 4 * PAGE_SIZE));
}

static void data_is_traced(void)
{
    shadow_withhold(shadows, GPA(DATA), SHADOW_TRACED);
}

Test(audit, each_kind_of_corruption_is_named)
{
    enum { ANY, TRACES, EXACT, COHERENT };
    static const struct {
        void (*plant)(void);
        const char *name;
        int under;
    } rows[] = {
        {grants_w, "leaf that the guest's tables", ANY},
        {leads_elsewhere, "leaf that the guest's tables", ANY},
        {leads_to_the_vmm, "a frame that is not the VM's", ANY},
        {is_not_for_u, "would not take", ANY},
        {has_no_r, "W and no R", ANY},
        {is_clean_and_w, "in spite of a reason", ANY},
        {vanishes, "counts its entries wrong", ANY},
        {is_not_linked, "leaf", ANY},
        {list_ends_too_soon, "reverse map does not know", ANY},
        {list_cannot_be_walked_back, "walked back", ANY},
        {list_is_another_frames, "that its guest page does not know", ANY},
        {list_begins_twice, "begins with what is no leaf of it", ANY},
        {list_is_a_ring, "reverse map does not know", ANY},
        {count_is_wrong, "counts its entries wrong", ANY},
        {parent_is_wrong, "stands elsewhere", ANY},
        {page_is_lost, "a page that is lost", ANY},
        {page_is_free_and_used, "a free page that is in use", ANY},
        {free_page_is_not_empty, "a free page that is not empty", ANY},
        {pointer_leads_nowhere, "a pointer to what is no table", ANY},
        {pointer_leads_to_a_page_in_use, "in use twice", ANY},
        {reason_is_the_frames_alone, "in spite of a reason", ANY},
        {reason_is_the_leafs_alone, "reasons are not its frame's", ANY},
        {withheld_is_miscounted, "count wrong what is withheld", ANY},
        {owner_is_wrong, "a guest frame on a frame that is not", ANY},
        {owner_knows_another_address, "under another address", ANY},
        {table_changes, "tables do not allow", COHERENT},
        {mirror_is_not_listed, "a mirror that its table does not know", TRACES},
        {table_is_not_traced, "a table that is not traced", TRACES},
        {mirror_is_of_another_table, "a mirror of what is no table", EXACT},
        {data_is_traced, "traced and no table", ANY},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool traces = shadow_policies[world_shadow()]->traces;
        bool is_exact = traces && !getenv("WORLD_STALE");
        if ((rows[i].under == TRACES && !traces) || (rows[i].under == EXACT && !is_exact) ||
            (rows[i].under == COHERENT && !world_is_coherent()))
            continue;
        rows[i].plant();
        const char *wrong = audit_check(audit);
        cr_expect(wrong && strstr(wrong, rows[i].name), "row %u, %s: %s", i, rows[i].name, wrong);
        finish();
        memset(&w, 0, sizeof w);
        given_a_guest_that_ran();
    }
}

static void fence(bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    w.vm->auditor->fenced(audit, all_va, GVA(va), all_asids, asid);
}

/* What may legally be old is not blamed, until a fence covers it. */
Test(audit, a_leaf_that_is_older_than_its_table_is_excused_until_its_fence)
{
    if (world_is_coherent())
        return; /* nothing may be old: see above */
    table_changes();
    cr_expect_null(audit_check(audit));
    fence(false, WINDOW + PAGE_SIZE, true, 0);
    fence(false, WINDOW, false, 5);
    fence(true, 0, false, 5);
    cr_expect_null(audit_check(audit), "they cover something else");
    poke(entry_at(WINDOW, 0), 8, entry(DATA, S_RWX));
    fence(true, 0, true, 0);
    cr_expect_null(audit_check(audit), "what was put back is right");
}

/* The shadow does not hear of these fences: one finding each ends the program. */
Test(audit, a_leaf_that_outlives_a_fence_of_its_address_ends_the_program, .signal = SIGABRT)
{
    table_changes();
    fence(false, WINDOW + 8, true, 0);
}

Test(audit, a_leaf_that_outlives_a_fence_of_its_asid_ends_the_program, .signal = SIGABRT)
{
    table_changes();
    fence(true, 0, false, 0x10000);
}

Test(audit, a_leaf_that_outlives_a_fence_of_everything_ends_the_program, .signal = SIGABRT)
{
    table_changes();
    fence(true, 0, true, 0);
}

/* The fence comes first, while another space is active; then the table changes. Back in its own
 * space, the leaf would be older than any translation that hardware could have kept. */
Test(audit, a_leaf_that_outlives_a_fence_of_a_space_that_was_not_active_is_found, .signal = SIGABRT)
{
    uint64_t satp = w.hart->csr.satp;
    w.hart->csr.satp = 0;
    fence(true, 0, true, 0);
    table_changes();
    if (!world_is_coherent())
        cr_assert_null(audit_check(audit), "it can still be mended");
    w.hart->csr.satp = satp;
    w.vm->auditor->entering(audit, w.vcpu);
}

Test(audit, a_vcpu_on_the_shadow_of_another_view_ends_the_program, .signal = SIGABRT)
{
    w.hart->mode = MODE_U;
    w.vm->auditor->entering(audit, w.vcpu); /* it still has the shadow of S */
}

Test(audit, a_guest_that_is_audited_runs_as_ever)
{
    program(CODE, LD(A0, A1), SD(A2, A3), SFENCE_ALL, LD(A5, A1), LOOP);
    map(0xa000, leaf_table().a, S_RWX);
    w.hart->x[A1] = WINDOW;
    w.hart->x[A3] = 0xa000 + (entry_at(WINDOW, 0) & (PAGE_SIZE - 1));
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    poke(DATA + PAGE_SIZE, 8, 2);
    w.hart->pc = CODE;
    run(5);
    cr_expect_eq(w.hart->x[A5], 2);
    cr_expect_gt(audit_count(audit), 8);
}

/* The others of its entries are still the guest's to use. */
Test(audit, a_table_whose_first_entry_pmp_denies_is_a_table)
{
    struct pmp *pmp = &w.hart->csr.pmp;
    pmp->cfg[0] = (PMP_NAPOT | PMP_R | PMP_W | PMP_X) << 8 | PMP_NA4;
    pmp->addr[0] = leaf_table().a >> 2;
    pmp->addr[1] = PMP_ADDRESS;
    w.vm->port.changed(&w.vm->port, CHANGE_PROTECTION);
    w.hart->x[A1] = WINDOW;
    once(LD(A0, A1));
    cr_expect_neq(*leaf_at(WINDOW), 0);
    cr_expect_null(audit_check(audit), "%s", audit_check(audit));
}
