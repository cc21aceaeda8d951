/* Shadow page tables: what is filled, what is dropped, and that the reverse map knows it all. */
#include "fake_hw.h"

#include "sv39.h"

#define SATP_1 (SATP_SV39 | 0x80001)
#define SATP_SV39 ((uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT)
#define RWX (PTE_R | PTE_W | PTE_X)
#define LEAF (PTE_V | PTE_A | PTE_D | PTE_U)
#define KIB4 0
#define MIB2 1
#define GIB1 2
#define HIGH 0xffffffc000000000 /* the first address of the upper half */

enum { ENTRIES = 512 };

static struct hw hw;
static struct vm *vm;
static struct shadows *shadows;

static void given_a_vm(void)
{
    vm = vm_of(&hw, GUEST_BYTES);
    shadows = &vm->shadows;
    forget_fences(&hw);
}

static void finish(void)
{
    vm_end(vm);
}

TestSuite(shadow, .init = given_a_vm, .fini = finish);

static struct view view_of(uint64_t satp, enum mode mode, bool sum, bool mxr)
{
    return (struct view){.space = {.satp = satp, .mode = mode, .sum = sum, .mxr = mxr}};
}

static struct view user(void)
{
    return view_of(SATP_1, MODE_U, false, false);
}

/* Fills `gva` in a view: the guest's leaf of `level` leads to gpa. */
static void fill(struct view view, uint64_t gva, uint64_t gpa, uint64_t flags, int level)
{
    struct p2m_entry memory;
    uint64_t page = gpa & ~(level_size(level) - 1);
    cr_assert(p2m_lookup(&vm->p2m, GPA(gpa), &memory));
    struct walk walk = {
        .pa = gpa, .pte = page >> PAGE_SHIFT << PTE_PPN_SHIFT | LEAF | flags, .level = level};
    shadow_fill(shadows, shadow_of(shadows, view), GVA(gva), &walk, &memory);
}

static uint64_t entry_of(struct view view, uint64_t gva, int *level)
{
    return shadow_lookup(shadows, shadow_of(shadows, view), GVA(gva), level, NULL);
}

static bool maps(struct view view, uint64_t gva)
{
    int level;
    return entry_of(view, gva, &level) != 0;
}

static uint64_t hpa_of(uint64_t gpa)
{
    struct p2m_entry memory;
    cr_assert(p2m_lookup(&vm->p2m, GPA(gpa), &memory));
    return memory.hpa.a;
}

/* ---- the independent checker ------------------------------------------------------------ */

/* It knows the layout that shadow.h describes, and shares no code with shadow.c. */
static uint64_t *table(unsigned page)
{
    return (uint64_t *)(void *)hw_frame(&hw, HPA(shadows->pool.a + page * 2ul * PAGE_SIZE));
}

static uint64_t *links(unsigned page) /* next in bits 23:0, previous in 47:24, then the reasons */
{
    return (uint64_t *)(void *)hw_frame(&hw, HPA(shadows->pool.a + (page * 2ul + 1) * PAGE_SIZE));
}

/* Of a frame, or, behind all frames and the one for a device, of 2 MiB. */
static uint32_t head(uint64_t index)
{
    uint32_t link;
    index += index >= shadows->parts.frames;
    memcpy(&link, hw_frame(&hw, HPA(shadows->heads.a + index * 8)), 4);
    return link;
}

/* The page that the first entry of `page` leads to. */
static unsigned below(unsigned page)
{
    return (unsigned)((pte_pa(table(page)[0]) - shadows->pool.a) / (2 * PAGE_SIZE));
}

struct census {
    bool page[SHADOW_PAGES];
    bool leaf[SHADOW_PAGES * ENTRIES];
    unsigned pages, leaves;
    const char *wrong;
};

static void blame(struct census *census, const char *what)
{
    if (!census->wrong)
        census->wrong = what;
}

static void count_page(struct census *census, unsigned page)
{
    if (page >= SHADOW_PAGES || census->page[page])
        blame(census, "a page that is in use twice");
    else
        census->page[page] = true;
    census->pages++;
}

static void check_leaf(struct census *census, uint64_t pte, int level, unsigned number)
{
    hpa_t hpa = HPA(pte_pa(pte));
    if (level > 1 || hpa.a & (level_size(level) - 1))
        blame(census, "a leaf of a wrong level or alignment");
    if (owner_of(&vm->owners, hpa) != vm->number)
        blame(census, "a leaf to a frame that is not the VM's");
    if ((pte & (PTE_U | PTE_A | PTE_D | PTE_V)) != (PTE_U | PTE_A | PTE_D | PTE_V))
        blame(census, "a leaf that the hart would not take or would change");
    census->leaf[number] = true;
    census->leaves++;
}

static void take_census(struct census *census, unsigned page, int level)
{
    count_page(census, page);
    if (census->wrong)
        return;
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t pte = table(page)[i];
        if (pte & RWX)
            check_leaf(census, pte, level, page * ENTRIES + i);
        else if (pte && level == 0)
            blame(census, "a pointer at level 0");
        else if (pte)
            take_census(census, (unsigned)((pte_pa(pte) - shadows->pool.a) / (2 * PAGE_SIZE)),
                        level - 1);
    }
}

/* One list of the reverse map: each link is a leaf that leads to this guest page, found once. */
static void check_list(struct census *census, uint64_t index)
{
    int level = index < shadows->parts.frames ? 0 : 1;
    uint64_t gpa =
        RAM_BASE + (level ? (index - shadows->parts.frames) * level_size(1) : index * PAGE_SIZE);
    uint32_t previous = 0;
    for (uint32_t link = head(index); link && !census->wrong;) {
        unsigned page = (link - 1) / ENTRIES, at = (link - 1) % ENTRIES;
        if (link > SHADOW_PAGES * ENTRIES || !census->leaf[link - 1])
            blame(census, "a link to what is no leaf, or in two lists");
        else if (pte_pa(table(page)[at]) != hpa_of(gpa))
            blame(census, "a leaf in the list of another guest page");
        else if ((links(page)[at] >> 24 & 0xffffff) != previous)
            blame(census, "a list that cannot be walked back");
        if (census->wrong)
            return;
        census->leaf[link - 1] = false;
        census->leaves--;
        previous = link;
        link = links(page)[at] & 0xffffff;
    }
}

static bool is_zero(const void *bytes)
{
    const uint8_t *b = bytes;
    return b[0] == 0 && memcmp(b, b + 1, PAGE_SIZE - 1) == 0;
}

/* What is wrong with the shadows, or NULL. */
static const char *shadow_check(void)
{
    static struct census census;
    memset(&census, 0, sizeof census);
    for (unsigned i = 0; i < SHADOWS; i++)
        if (shadows->shadow[i].is_used)
            take_census(&census, shadows->shadow[i].root, SV39_LEVELS - 1);
    uint64_t lists = shadows->parts.frames + (shadows->parts.frames + ENTRIES - 1) / ENTRIES;
    for (uint64_t i = 0; i < lists && !census.wrong; i++)
        check_list(&census, i);
    if (census.leaves)
        blame(&census, "a leaf that the reverse map does not know");
    unsigned page = shadows->free;
    for (; page != PAGE_NONE && !census.wrong; page = shadows->page[page].next) {
        count_page(&census, page);
        if (!census.wrong && (!is_zero(table(page)) || !is_zero(links(page))))
            blame(&census, "a free page that is not empty");
    }
    if (census.pages != SHADOW_PAGES)
        blame(&census, "a page that is lost");
    return census.wrong;
}

#define EXPECT_SOUND()                                                                             \
    do {                                                                                           \
        const char *wrong_ = shadow_check();                                                       \
        cr_expect_null(wrong_, "%s", wrong_);                                                      \
    } while (0)

Test(shadow, the_checker_sees_planted_faults)
{
    int level;
    fill(user(), 0x1000, RAM_BASE, RWX, KIB4);
    fill(user(), 0x2000, RAM_BASE, RWX, KIB4);
    fill(user(), 0x3000, RAM_BASE + PAGE_SIZE, RWX, KIB4);
    EXPECT_SOUND();
    struct shadow *shadow = shadow_of(shadows, user());
    unsigned leaves = below(below(shadow->root)); /* level 0 */
    uint64_t good = table(leaves)[1];
    cr_assert_eq(good, shadow_lookup(shadows, shadow, GVA(0x1000), &level, NULL));
    struct {
        void *at;
        uint64_t with;
        const char *what;
    } faults[] = {
        {&table(leaves)[1], 0, "an entry that vanished"},
        {&table(leaves)[1], table(leaves)[3], "an entry that leads elsewhere"},
        {&table(leaves)[4], good, "an entry that nobody linked"},
        {&table(leaves)[1], good & ~(uint64_t)PTE_U, "an entry that is not for U"},
        {&table(leaves)[1], shadows->pool.a >> PAGE_SHIFT << PTE_PPN_SHIFT | (good & 0x3ff),
         "a frame of the VMM"},
        {&links(leaves)[2], 0, "a list that ends too soon"},
        {&links(leaves)[1], 7, "a list that leads elsewhere"},
    };
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint64_t saved;
        memcpy(&saved, faults[i].at, 8);
        memcpy(faults[i].at, &faults[i].with, 8);
        cr_expect_not_null(shadow_check(), "%s", faults[i].what);
        memcpy(faults[i].at, &saved, 8);
        EXPECT_SOUND();
    }
    shadows->free = shadows->page[shadows->free].next;
    cr_expect_not_null(shadow_check(), "a page that is lost");
}

/* ---- permissions ------------------------------------------------------------------------ */

Test(shadow, permissions_are_the_meet_of_guest_view_and_p2m)
{
    enum { R = PTE_R, W = PTE_W, X = PTE_X, U = PTE_U, D = PTE_D };
    enum { CLEAN = SHADOW_CLEAN, HELD = SHADOW_HELD, TRACED = SHADOW_TRACED };
    enum { LOGGED = SHADOW_LOGGED, SHARED = SHADOW_SHARED };
    static const struct {
        enum mode mode;
        bool sum, mxr;
        unsigned guest, p2m, reasons, expected;
    } rows[] = {
        /* U sees its own pages as they are */
        {MODE_U, 0, 0, U | R, R | W | X, 0, R},
        {MODE_U, 0, 0, U | X, R | W | X, 0, X},
        {MODE_U, 0, 0, U | R | X, R | W | X, 0, R | X},
        {MODE_U, 0, 0, U | D | R | W, R | W | X, 0, R | W},
        {MODE_U, 0, 0, U | D | R | W | X, R | W | X, 0, R | W | X},
        /* MXR reads what may be executed, and no more (P07) */
        {MODE_U, 0, 1, U | X, R | W | X, 0, R | X},
        {MODE_U, 0, 1, U | R, R | W | X, 0, R},
        {MODE_S, 0, 1, X, R | W | X, 0, R | X},
        {MODE_S, 1, 1, U | X, R | W | X, 0, R},
        /* S never executes U pages (P06) */
        {MODE_S, 1, 0, U | D | R | W | X, R | W | X, 0, R | W},
        {MODE_S, 1, 0, U | R | X, R | W | X, 0, R},
        {MODE_S, 0, 0, R | X, R | W | X, 0, R | X},
        {MODE_S, 1, 0, D | R | W | X, R | W | X, 0, R | W | X},
        /* what is clean is not written without an exit (P17) */
        {MODE_U, 0, 0, U | R | W, R | W | X, 0, R | CLEAN},
        {MODE_S, 0, 0, R | W | X, R | W | X, 0, R | X | CLEAN},
        {MODE_S, 1, 1, U | R | W | X, R | W | X, 0, R | CLEAN},
        /* what the p2m withholds is held, with the reason beside it (P18) */
        {MODE_U, 0, 0, U | D | R | W, R, 0, R | HELD},
        {MODE_U, 0, 0, U | D | R | W | X, R | W, 0, R | W},
        {MODE_U, 0, 0, U | R | W | X, R, 0, R | HELD | CLEAN},
        {MODE_U, 0, 0, U | R, R, 0, R},
        {MODE_U, 0, 0, U | R | W, R, 0, R | HELD | CLEAN},
        /* of what is withheld there, only a page that the guest may write tells */
        {MODE_U, 0, 0, U | D | R | W, R | W | X, TRACED, R | TRACED},
        {MODE_U, 0, 0, U | R | W, R | W | X, TRACED | LOGGED, R | CLEAN | TRACED | LOGGED},
        {MODE_U, 0, 0, U | R | X, R | W | X, TRACED | LOGGED | SHARED, R | X},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(shadow_perms(view_of(SATP_1, rows[i].mode, rows[i].sum, rows[i].mxr),
                                  PTE_V | PTE_A | rows[i].guest, rows[i].p2m, rows[i].reasons),
                     rows[i].expected, "row %u", i);
}

/* Every combination: a shadow grants exactly what sv39_may allows, but for a store to a clean page.
 */
Test(shadow, a_view_is_granted_what_its_walk_would_allow_and_no_more)
{
    static const enum access accesses[] = {ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE};
    static const unsigned needs[] = {PTE_X, PTE_R, PTE_W};
    for (unsigned bits = 0; bits < 1 << 8; bits++) {
        struct view view =
            view_of(SATP_1, bits & 1 ? MODE_S : MODE_U, bits & 1 && bits & 2, bits & 4);
        uint64_t pte = PTE_V | PTE_A | (bits & 8 ? PTE_R : 0) | (bits & 16 ? PTE_W : 0) |
                       (bits & 32 ? PTE_X : 0) | (bits & 64 ? PTE_U : 0) | (bits & 128 ? PTE_D : 0);
        if ((pte & PTE_W && !(pte & PTE_R)) || !(pte & RWX))
            continue; /* no leaf */
        bool is_reachable = false;
        for (unsigned i = 0; i < 3; i++)
            is_reachable |= sv39_may(view.space, pte, accesses[i]);
        uint64_t perms = shadow_perms(view, pte, RWX, 0);
        for (unsigned i = 0; i < 3 && is_reachable; i++) {
            bool may = sv39_may(view.space, pte, accesses[i]);
            may = may && (accesses[i] != ACCESS_STORE || pte & PTE_D);
            cr_expect_eq((perms & needs[i]) != 0, may, "bits %02x access %u", bits, i);
        }
    }
}

/* Whatever order reasons come and go in: W is there just when none is left (P18). */
Test(shadow, p18_no_mechanism_undoes_another)
{
    static const unsigned reasons[] = {SHADOW_TRACED, SHADOW_LOGGED, SHADOW_SHARED};
    struct view other = view_of(SATP_1, MODE_S, true, false);
    const gpa_t frame = GPA(RAM_BASE + 0x3000);
    fill(user(), 0x1000, frame.a, RWX, KIB4);
    fill(other, 0x1000, frame.a, PTE_R, KIB4); /* never to be written */
    unsigned set = 0;
    for (unsigned i = 0, random = 1; i < 200; i++) {
        int level;
        unsigned beside, which = (random = random * 1103515245 + 12345) >> 16 & 3;
        if (which == 3) /* filled anew, under what is in force */
            fill(user(), 0x1000, frame.a, RWX, KIB4);
        else if ((set ^= reasons[which]) & reasons[which])
            shadow_withhold(shadows, frame, reasons[which]);
        else
            shadow_give_back(shadows, frame, reasons[which]);
        uint64_t pte =
            shadow_lookup(shadows, shadow_of(shadows, user()), GVA(0x1000), &level, &beside);
        cr_assert_eq((pte & PTE_W) != 0, set == 0, "after %u", i);
        cr_assert_eq(beside, set, "after %u", i);
        cr_assert_eq(shadow_withheld(shadows, frame), set, "after %u", i);
        pte = shadow_lookup(shadows, shadow_of(shadows, other), GVA(0x1000), &level, &beside);
        cr_assert_eq(pte & PTE_W, 0, "after %u", i);
    }
    EXPECT_SOUND();
}

Test(shadow, p18_what_the_guest_may_not_write_stays_so_when_a_reason_goes)
{
    int level;
    unsigned beside;
    fill(user(), 0x1000, RAM_BASE, PTE_R | PTE_X, KIB4);
    shadow_withhold(shadows, GPA(RAM_BASE), SHADOW_LOGGED);
    shadow_give_back(shadows, GPA(RAM_BASE), SHADOW_LOGGED);
    shadow_lookup(shadows, shadow_of(shadows, user()), GVA(0x1000), &level, &beside);
    cr_expect_eq(entry_of(user(), 0x1000, &level) & PTE_W, 0);
    cr_expect_eq(beside, 0);
}

Test(shadow, p18_a_page_of_2_mib_goes_to_pieces_when_a_frame_of_it_is_withheld)
{
    int level;
    fill(user(), 0x200000, RAM_BASE + 0x200000, RWX, MIB2);
    shadow_withhold(shadows, GPA(RAM_BASE + 0x3ff000), SHADOW_TRACED);
    cr_expect_eq(entry_of(user(), 0x3ff000, &level) & PTE_W, 0);
    fill(user(), 0x200000, RAM_BASE + 0x200000, RWX, MIB2);
    cr_expect_eq(entry_of(user(), 0x200000, &level) & PTE_W, PTE_W);
    cr_expect_eq(level, 0);
    EXPECT_SOUND();
    shadow_fence(shadows, true, GVA(0), true, 0);
    shadow_give_back(shadows, GPA(RAM_BASE + 0x3ff000), SHADOW_TRACED);
    fill(user(), 0x200000, RAM_BASE + 0x200000, RWX, MIB2);
    entry_of(user(), 0x200000, &level);
#ifndef HOSTILE
    cr_expect_eq(level, 1);
#endif
}

/* ---- filling ---------------------------------------------------------------------------- */

Test(shadow, a_fill_of_a_small_page_maps_it_alone)
{
    int level;
    fill(user(), 0x5123, RAM_BASE + 0x7000, PTE_R, KIB4);
    uint64_t pte = entry_of(user(), 0x5fff, &level);
    cr_expect_eq(pte_pa(pte), hpa_of(RAM_BASE + 0x7000));
    cr_expect_eq(pte & 0x3ff, PTE_V | PTE_R | PTE_U | PTE_A | PTE_D);
    cr_expect_eq(level, 0);
    cr_expect_not(maps(user(), 0x4fff));
    cr_expect_not(maps(user(), 0x6000));
    cr_expect(is_fenced(&hw, GVA(0x5000)), "hardware may have cached that there was nothing");
    EXPECT_SOUND();
}

Test(shadow, a_large_guest_page_stays_large_where_its_frames_do)
{
    int level;
    fill(user(), 0x212345, RAM_BASE + 0x612345, RWX, MIB2);
    uint64_t pte = entry_of(user(), 0x3fffff, &level);
#ifdef HOSTILE /* single frames */
    cr_expect_eq(pte, 0);
    pte = entry_of(user(), 0x212000, &level);
    cr_expect_eq(level, 0);
    cr_expect_eq(pte_pa(pte), hpa_of(RAM_BASE + 0x612000));
#else
    cr_expect_eq(level, 1);
    cr_expect_eq(pte_pa(pte), hpa_of(RAM_BASE + 0x600000));
#endif
    EXPECT_SOUND();
}

Test(shadow, a_guest_page_of_1_gib_is_filled_by_the_largest_that_its_frames_allow)
{
    int level;
    fill(user(), 0x40000000 + 0x234567, RAM_BASE + 0x234567, RWX, GIB1);
    uint64_t pte = entry_of(user(), 0x40000000 + 0x234567, &level);
    uint64_t size = level_size(level);
    cr_expect_eq(pte_pa(pte), hpa_of((RAM_BASE + 0x234567) & ~(size - 1)));
    cr_expect_not(maps(user(), 0x40000000), "the rest of it comes when it is used");
    EXPECT_SOUND();
}

Test(shadow, a_small_page_takes_the_place_of_a_large_one)
{
    int level;
    fill(user(), 0x200000, RAM_BASE + 0x200000, RWX, MIB2);
    fill(user(), 0x201000, RAM_BASE + 0x5000, PTE_R, KIB4);
    cr_expect_eq(pte_pa(entry_of(user(), 0x201000, &level)), hpa_of(RAM_BASE + 0x5000));
#ifndef HOSTILE
    cr_expect_not(maps(user(), 0x200000), "the large one is gone");
#endif
    cr_expect(is_fenced(&hw, GVA(0x200000)));
    EXPECT_SOUND();
}

Test(shadow, a_large_page_comes_in_pieces_where_small_ones_are_in_use)
{
    int level;
    fill(user(), 0x201000, RAM_BASE + 0x5000, RWX, KIB4);
    fill(user(), 0x202000, RAM_BASE + 0x402000, RWX, MIB2);
    cr_expect_eq(pte_pa(entry_of(user(), 0x202000, &level)), hpa_of(RAM_BASE + 0x402000));
    cr_expect_eq(level, 0);
    cr_expect(maps(user(), 0x201000));
    EXPECT_SOUND();
}

Test(shadow, a_second_fill_of_an_address_replaces_the_first)
{
    int level;
    fill(user(), 0x1000, RAM_BASE, PTE_R, KIB4);
    fill(user(), 0x1000, RAM_BASE + 0x1000, PTE_R | PTE_W, KIB4);
    cr_expect_eq(pte_pa(entry_of(user(), 0x1000, &level)), hpa_of(RAM_BASE + 0x1000));
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE)), 0);
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE + 0x1000)), 1);
    EXPECT_SOUND();
}

/* ---- fences ----------------------------------------------------------------------------- */

Test(shadow, p15_a_fence_of_one_address_drops_all_pieces_of_its_superpage)
{
    fill(user(), 0x600000, RAM_BASE, RWX, KIB4);          /* of a neighbour: to stay */
    fill(user(), 0x201000, RAM_BASE + 0x5000, RWX, KIB4); /* so that the large one is in pieces */
    fill(user(), 0x202000, RAM_BASE + 0x402000, RWX, MIB2);
    fill(user(), 0x2ff000, RAM_BASE + 0x4ff000, RWX, MIB2);
    forget_fences(&hw);
    shadow_fence(shadows, false, GVA(0x300000), true, 0); /* a piece that was never filled */
    cr_expect_not(maps(user(), 0x202000));
    cr_expect_not(maps(user(), 0x2ff000));
    cr_expect(maps(user(), 0x600000));
    cr_expect(is_fenced(&hw, GVA(0x202000)));
    cr_expect(is_fenced(&hw, GVA(0x2ff000)));
    EXPECT_SOUND();
}

Test(shadow, p15_a_fence_inside_1_gib_drops_its_pieces_of_every_size)
{
    fill(user(), 0x40201000, RAM_BASE + 0x201000, RWX, GIB1);
    fill(user(), 0x40800000, RAM_BASE + 0x800000, RWX, GIB1);
    shadow_fence(shadows, false, GVA(0x7ffff000), true, 0);
    cr_expect_not(maps(user(), 0x40201000));
    cr_expect_not(maps(user(), 0x40800000));
    EXPECT_SOUND();
}

Test(shadow, a_fence_of_one_small_page_drops_that_alone)
{
    fill(user(), 0x1000, RAM_BASE, RWX, KIB4);
    fill(user(), 0x2000, RAM_BASE, RWX, KIB4);
    shadow_fence(shadows, false, GVA(0x1abc), true, 0);
    cr_expect_not(maps(user(), 0x1000));
    cr_expect(maps(user(), 0x2000));
    EXPECT_SOUND();
}

Test(shadow, a_fence_names_the_asid_in_every_mode_of_it)
{
    uint64_t asid7 = SATP_1 | (uint64_t)7 << SATP_ASID_SHIFT;
    for (int all_va = 0; all_va < 2; all_va++) {
        struct view views[] = {view_of(asid7, MODE_U, false, false),
                               view_of(asid7, MODE_S, false, false),
                               view_of(asid7, MODE_S, true, true), user()};
        for (unsigned i = 0; i < 4; i++)
            fill(views[i], 0x1000, RAM_BASE, RWX, KIB4);
        /* bits above the ASID's sixteen are ignored (Privileged 4.2.1) */
        shadow_fence(shadows, all_va, GVA(0x1000), false, 0x10007);
        for (unsigned i = 0; i < 3; i++)
            cr_expect_not(maps(views[i], 0x1000), "view %u, all_va %d", i, all_va);
        cr_expect(maps(views[3], 0x1000), "another ASID, all_va %d", all_va);
        EXPECT_SOUND();
    }
}

Test(shadow, a_fence_of_everything_empties_each_shadow_before_its_next_use)
{
    struct view other = view_of(SATP_1 + 1, MODE_U, false, false);
    fill(user(), 0x1000, RAM_BASE, RWX, KIB4);
    fill(other, 0x1000, RAM_BASE, RWX, KIB4);
    forget_fences(&hw);
    shadow_fence(shadows, true, GVA(0), true, 0);
    cr_expect_not(maps(user(), 0x1000));
    cr_expect(hw.is_all_fenced);
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE)), 1, "the other waits for its use");
    cr_expect_not(maps(other, 0x1000));
    fill(user(), 0x1000, RAM_BASE, RWX, KIB4);
    cr_expect(maps(user(), 0x1000), "once is enough");
    EXPECT_SOUND();
}

/* A freestanding hart ignores a fence of an address that is not canonical (Privileged 4.2.1). */
Test(shadow, the_hardware_is_told_of_the_upper_half_in_canonical_addresses)
{
    static const uint64_t addresses[] = {HIGH, HIGH + 0x40201000, 0xfffffffffffff000};
    for (unsigned i = 0; i < 3; i++) {
        fill(user(), addresses[i], RAM_BASE, RWX, KIB4);
        forget_fences(&hw);
        cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE)), 1);
        cr_expect(is_fenced(&hw, GVA(addresses[i])), "%lx", addresses[i]);
    }
}

/* ---- views ------------------------------------------------------------------------------ */

Test(shadow, p02_views_that_differ_in_anything_have_shadows_of_their_own)
{
    struct view views[] = {
        user(),
        view_of(SATP_1 + 1, MODE_U, false, false),
        view_of(SATP_1 | (uint64_t)1 << SATP_ASID_SHIFT, MODE_U, false, false),
        view_of(SATP_1, MODE_U, false, true),
        view_of(SATP_1, MODE_S, false, false),
        view_of(SATP_1, MODE_S, true, false),
        view_of(SATP_1, MODE_S, false, true),
        view_of(SATP_1, MODE_S, true, true),
        (struct view){.space = {.mode = MODE_M}},
    };
    enum { VIEWS = sizeof views / sizeof *views };
    for (unsigned i = 0; i < VIEWS; i++)
        for (unsigned j = 0; j < i; j++)
            cr_expect_neq(shadow_of(shadows, views[i]), shadow_of(shadows, views[j]), "%u %u", i,
                          j);
    struct shadow *shadow = shadow_of(shadows, views[3]);
    cr_expect_eq(shadow_of(shadows, views[3]), shadow, "found again");
}

Test(shadow, the_satp_of_a_shadow_leads_to_its_root)
{
    struct shadow *a = shadow_of(shadows, user());
    uint64_t satp = shadow_satp(shadows, a);
    cr_expect_eq(satp >> SATP_MODE_SHIFT, SATP_MODE_SV39);
    cr_expect_eq((uint8_t *)table(a->root), hw_frame(&hw, HPA((satp & SATP_PPN) << PAGE_SHIFT)));
}

static struct view nth(unsigned n)
{
    return view_of(SATP_SV39 | (0x80000 + n), MODE_U, false, false);
}

/* Three pages for each of so many addresses, and there are more views than have room. */
Test(shadow, when_the_pool_is_empty_who_was_not_used_for_longest_gives_up_its_pages)
{
    enum { ADDRESSES = SHADOW_PAGES > 1000 ? 64 : 1, VIEWS = SHADOW_PAGES / (2 * ADDRESSES) };
    for (unsigned n = 0; n < VIEWS; n++) {
        if (n == VIEWS - 1) /* the first, of all, is used once more */
            cr_expect(maps(nth(0), 0));
        for (uint64_t i = 0; i < ADDRESSES; i++)
            fill(nth(n), i << 30, RAM_BASE, RWX, KIB4);
    }
    cr_expect_eq(shadows->stats.recycled, 1);
    for (uint64_t i = 0; i < ADDRESSES; i++)
        cr_expect(maps(nth(VIEWS - 1), i << 30) && maps(nth(0), i << 30));
    EXPECT_SOUND();
    cr_expect_not(maps(nth(1), 0));
}

Test(shadow, of_what_is_not_mapped_there_are_no_reasons)
{
    int level;
    unsigned beside = 1;
    fill(user(), 0x1000, RAM_BASE, RWX, KIB4);
    shadow_lookup(shadows, shadow_of(shadows, user()), GVA(0x2000), &level, &beside);
    cr_expect_eq(beside, 0);
}

/* As many as the pool has roots for. */
static unsigned room(void)
{
    unsigned pairs = SHADOW_PAGES / 3; /* root and one table of each lower level */
    return pairs < SHADOWS ? pairs : SHADOWS;
}

Test(shadow, the_shadow_that_was_not_used_for_longest_is_given_up)
{
    for (unsigned i = 0; i < room(); i++)
        fill(nth(i), 0x1000, RAM_BASE, RWX, KIB4);
    shadow_of(shadows, nth(0)); /* now the second is the oldest */
    fill(nth(room()), 0x1000, RAM_BASE, RWX, KIB4);
    cr_expect_eq(shadows->stats.recycled, 1);
    cr_expect(maps(nth(0), 0x1000));
    cr_expect(maps(nth(room()), 0x1000));
    for (unsigned i = 2; i < room(); i++)
        cr_expect(maps(nth(i), 0x1000), "shadow %u", i);
    cr_expect_eq(shadows->stats.recycled, 1);
    cr_expect_not(maps(nth(1), 0x1000));
    EXPECT_SOUND();
}

Test(shadow, an_empty_pool_recycles_and_never_fails)
{
    int level;
    for (unsigned i = 0; i < 3 * SHADOW_PAGES; i++) {
        uint64_t gva = (uint64_t)i << 21; /* a table of its own each */
        fill(user(), gva, RAM_BASE + 0x1000, RWX, KIB4);
        cr_assert_eq(pte_pa(entry_of(user(), gva, &level)), hpa_of(RAM_BASE + 0x1000));
    }
    cr_expect_geq(shadows->stats.cleared, 2);
    EXPECT_SOUND();
    for (unsigned i = 0; i < 3 * SHADOWS; i++)
        fill(nth(i), HIGH, RAM_BASE, RWX, KIB4);
    cr_expect(maps(nth(3 * SHADOWS - 1), HIGH));
    EXPECT_SOUND();
}

Test(shadow, four_pages_far_apart_fit_at_once_even_into_the_smallest_pool)
{
    static const uint64_t apart[] = {0x1ff000, 0x40000000, HIGH, 0xffffffff80000000};
    for (unsigned i = 0; i < 4; i++)
        fill(user(), apart[i], RAM_BASE, RWX, KIB4);
    for (unsigned i = 0; i < 4; i++)
        cr_expect(maps(user(), apart[i]), "%lx", apart[i]);
}

Test(shadow, dropping_a_frame_finds_it_in_all_views_and_both_sizes)
{
    struct view other = view_of(SATP_1 + 1, MODE_S, true, false);
    fill(user(), 0x1000, RAM_BASE + 0x3000, RWX, KIB4);
    fill(user(), 0x2000, RAM_BASE + 0x3000, RWX, KIB4);
    fill(user(), 0x4000, RAM_BASE + 0x4000, RWX, KIB4);
    fill(other, 0x203000, RAM_BASE + 0x3000, RWX, MIB2);
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE + 0x3abc)), 3);
    cr_expect_not(maps(user(), 0x1000));
    cr_expect_not(maps(user(), 0x2000));
    cr_expect(maps(user(), 0x4000));
    cr_expect_not(maps(other, 0x203000));
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE + 0x3000)), 0);
    EXPECT_SOUND();
}

Test(shadow, a_reset_forgets_all_and_leaves_nothing_behind)
{
    for (unsigned i = 0; i < 3; i++)
        fill(nth(i), 0x1000 * i, RAM_BASE, RWX, KIB4);
    shadow_reset(shadows);
    EXPECT_SOUND();
    cr_expect(hw.is_all_fenced);
    cr_expect_eq(shadow_drop_frame(shadows, GPA(RAM_BASE)), 0);
    for (unsigned i = 0; i < 3; i++)
        cr_expect_not(maps(nth(i), 0x1000 * i));
}

/* ---- at random -------------------------------------------------------------------------- */

static uint64_t seed;

static uint64_t random_below(uint64_t n)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (seed >> 33) % n;
}

static uint64_t random_gva(void)
{
    static const uint64_t regions[] = {0, 0x40000000, HIGH, 0xffffffffffe00000};
    return regions[random_below(4)] + random_below(16) * PAGE_SIZE * (random_below(2) ? 1 : 37);
}

static void random_fill(void)
{
    int level = (int)random_below(8) / 6; /* small ones, mostly */
    uint64_t gva = random_gva();
    uint64_t gpa = RAM_BASE + random_below(4) * level_size(1) + (gva & (level_size(1) - 1));
    struct view view = view_of(SATP_SV39 | random_below(3) << SATP_ASID_SHIFT | random_below(40),
                               random_below(2) ? MODE_S : MODE_U, false, random_below(2));
    fill(view, gva, gpa, random_below(2) ? RWX : PTE_R, level);
    cr_assert(maps(view, gva));
}

static void random_fence(void)
{
    gva_t gva = GVA(random_gva());
    uint64_t asid = random_below(3);
    bool all_va = random_below(8) == 0, all_asids = random_below(2);
    shadow_fence(shadows, all_va, gva, all_asids, asid);
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        int level;
        uint64_t its = shadow->view.space.satp >> SATP_ASID_SHIFT & 0xffff;
        bool is_named = shadow->is_used && (all_asids || its == asid);
        if (is_named && shadow->epoch == shadows->epoch)
            cr_assert(!all_va && !shadow_lookup(shadows, shadow, gva, &level, NULL));
    }
}

Test(shadow, tables_and_reverse_map_agree_after_whatever_happens)
{
    seed = 1;
    for (unsigned i = 0; i < 6000; i++) {
        gpa_t gpa = GPA(RAM_BASE + random_below(4) * level_size(1) + random_below(16) * PAGE_SIZE);
        if (random_below(10) < 8) {
            random_fill();
        } else if (random_below(3)) {
            random_fence();
        } else {
            shadow_drop_frame(shadows, gpa);
            cr_assert_eq(shadow_drop_frame(shadows, gpa), 0);
        }
        if (i % 300 == 299) {
            const char *wrong = shadow_check();
            cr_assert_null(wrong, "after %u: %s", i, wrong);
        }
    }
    cr_expect_gt(shadows->stats.recycled, 10, "the pool was under pressure");
}
