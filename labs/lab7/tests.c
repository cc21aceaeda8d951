/* Lab 7: coherence. Who maps a frame, why nobody may write it unheard, and what a store to a table
 * undoes. */
#include "lab_vm.h"
#include "shadow_mirror.h"

#define REVERSE "vmm/shadow_frames.c, vmm/shadow_pages.h"
#define WITHHELD "vmm/shadow_frames.c, vmm/p2m.h; ARCHITECTURE.md, The VMM: reasons"
#define HOLDS "vmm/shadow_mirror.c; Privileged 4.3.1, 4.3.2"
#define FOLLOW "vmm/shadow_mirror.c; ARCHITECTURE.md, The VMM"
#define TRACE "vmm/shadow_trace.c; ARCHITECTURE.md, The VMM"
#define LOG "vmm/withhold.c, vmm/withhold.h"

#define LEAF (PTE_V | PTE_A | PTE_D | PTE_U)

static const struct view of_u = {.space = {.satp = SATP_OF(1, TABLES), .mode = MODE_U}};
static const struct view of_s = {
    .space = {.satp = SATP_OF(1, TABLES), .mode = MODE_S, .sum = true}};

static void given_a_guest(void)
{
    given_vm(SHADOW_FLUSH, true);
}

/* The guest's leaf of `level` at gva leads to gpa, with `flags` besides LEAF. */
static void fill_as(struct view view, uint64_t gva, uint64_t gpa, uint64_t flags, int level)
{
    struct walk walk = {
        .pa = gpa, .pte = entry_to(gpa & ~(level_size(level) - 1), flags), .level = level};
    struct p2m_entry memory = {.hpa = HPA(hpa_of(gpa)), .perms = RWX, .level = level};
    shadow_fill(&vm.shadows, shadow_of(&vm.shadows, view), GVA(gva), &walk, &memory);
}

static void fill(struct view view, uint64_t gva, uint64_t gpa)
{
    fill_as(view, gva, gpa, LEAF | PTE_R | PTE_W, 0);
}

static uint64_t says(struct view view, uint64_t gva)
{
    int level;
    return shadow_says(shadow_of(&vm.shadows, view), gva, &level);
}

static bool maps(struct view view, uint64_t gva)
{
    return says(view, gva) != 0;
}

static uint64_t perms(struct view view, uint64_t gva)
{
    return says(view, gva) & RWX;
}

static unsigned reasons_of(struct view view, uint64_t gva)
{
    int level;
    unsigned reasons;
    shadow_lookup(&vm.shadows, shadow_of(&vm.shadows, view), GVA(gva), &level, &reasons);
    return reasons;
}

static void hear_of_fences(void)
{
    hardware.fences = 0;
    hardware.is_all_fenced = false;
}

/* ---- exercise 1: the reverse map ------------------------------------------------------------ */

/* The list that begins at `first` has `claimed` entries, there and back, and each maps the
 * machine's page at hpa. */
static void list_is(link_t first, uint64_t hpa, unsigned claimed)
{
    unsigned count = 0;
    link_t previous = 0;
    for (link_t link = first; link && count <= claimed; count++) {
        uint64_t pte = page_table(&vm.shadows, page_of_link(link))[index_of_link(link)];
        same_u64(hpa, pte_pa(pte), "what entry %u of the list maps", count);
        same_u64(previous, page_beside(&vm.shadows, link)->previous,
                 "the previous link of entry %u of the list", count);
        previous = link;
        link = page_beside(&vm.shadows, link)->next;
    }
    same_u64(claimed, count, "entries in the list");
}

static void list_of_frame_is(uint64_t gpa, unsigned claimed)
{
    list_is(frame_of(&vm.shadows, GPA(gpa))->first, hpa_of(gpa), claimed);
}

CLAIM(1, NOTHING, "a frame knows the entry that maps it", REVERSE)
{
    given_a_guest();
    list_of_frame_is(DATA, 0);
    fill(of_u, 0x5000, DATA);
    list_of_frame_is(DATA, 1);
    list_of_frame_is(DATA + PAGE_SIZE, 0);
}

CLAIM(1, NOTHING, "a frame knows all entries that map it, in every view", REVERSE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x7000, DATA);
    fill(of_u, 0x6000, DATA + PAGE_SIZE);
    fill(of_s, 0x5000, DATA);
    list_of_frame_is(DATA, 3);
    list_of_frame_is(DATA + PAGE_SIZE, 1);
}

CLAIM(1, NOTHING, "an entry of 2 MiB stands in the list of its 2 MiB", REVERSE)
{
    given_a_guest();
    fill_as(of_u, 0x600000, LARGE, LEAF | PTE_R, 1);
    list_is(chunk_of(&vm.shadows, GPA(LARGE + 0x1ff000))->first, hpa_of(LARGE), 1);
    list_of_frame_is(LARGE, 0);
}

CLAIM(1, NOTHING, "an entry leaves its list from any place in it", REVERSE)
{
    for (unsigned victim = 0; victim < 3; victim++) {
        given_a_guest();
        for (uint64_t i = 0; i < 3; i++)
            fill(of_u, 0x5000 + i * PAGE_SIZE, DATA);
        struct frame *frame = frame_of(&vm.shadows, GPA(DATA));
        link_t link = frame->first;
        for (unsigned i = 0; i < victim; i++)
            link = page_beside(&vm.shadows, link)->next;
        page_drop_entry(&vm.shadows, page_of_link(link), index_of_link(link));
        list_of_frame_is(DATA, 2);
    }
}

CLAIM(1, NOTHING, "nothing is left beside an entry that is gone", REVERSE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x6000, DATA);
    link_t link = frame_of(&vm.shadows, GPA(DATA))->first;
    page_drop_entry(&vm.shadows, page_of_link(link), index_of_link(link));
    static const struct beside nothing;
    holds(memcmp(page_beside(&vm.shadows, link), &nothing, sizeof nothing) == 0,
          "all that is beside it is 0", "something is not");
}

CLAIM(1, NOTHING, "an entry that is filled anew is in one list, the new frame's", REVERSE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x6000, DATA);
    fill(of_u, 0x5000, DATA + PAGE_SIZE);
    list_of_frame_is(DATA, 1);
    list_of_frame_is(DATA + PAGE_SIZE, 1);
}

/* How often the VMM looks at a frame to drop the first of `count` entries that map DATA. */
static uint64_t looks_for_one_of(unsigned count)
{
    given_a_guest();
    for (uint64_t i = 0; i < count; i++)
        fill(of_u, 0x5000 + i * PAGE_SIZE, DATA);
    unsigned page = page_of_link(frame_of(&vm.shadows, GPA(DATA))->first);
    uint64_t before = hardware.looks;
    page_drop_entry(&vm.shadows, page, 5); /* 0x5000: the list's last */
    uint64_t looks = hardware.looks - before;
    list_of_frame_is(DATA, count - 1);
    return looks;
}

CLAIM(1, NOTHING, "to leave a long list is no more work than to leave a short one", REVERSE)
{
    uint64_t few = looks_for_one_of(3), many = looks_for_one_of(300);
    same_u64(few, many, "looks at frames to drop an entry of 300, as of 3,");
}

CLAIM(1, NOTHING, "dropping a frame leaves no entry that maps it, in any view", REVERSE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x7000, DATA);
    fill(of_s, 0x5000, DATA);
    fill(of_u, 0x6000, DATA + PAGE_SIZE);
    hear_of_fences();
    same_u64(3, shadow_drop_frame(&vm.shadows, GPA(DATA)), "entries dropped");
    holds(!maps(of_u, 0x5000) && !maps(of_u, 0x7000) && !maps(of_s, 0x5000), "none is left",
          "one is");
    holds(is_fenced(0x5000) && is_fenced(0x7000), "the hardware is told", "it is not");
    holds(maps(of_u, 0x6000), "other frames are mapped as they were", "one is gone");
    list_of_frame_is(DATA, 0);
}

CLAIM(1, NOTHING, "dropping a frame drops the entries of 2 MiB that it lies in", REVERSE)
{
    given_a_guest();
    fill_as(of_u, 0x600000, LARGE, LEAF | PTE_R, 1);
    fill(of_s, 0x5000, LARGE + 0x9000);
    same_u64(2, shadow_drop_frame(&vm.shadows, GPA(LARGE + 0x9000)), "entries dropped");
    holds(!maps(of_u, 0x609000) && !maps(of_s, 0x5000), "none is left", "one is");
}

CLAIM(1, NOTHING, "there is nothing to drop of a frame that nobody maps", REVERSE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    same_u64(0, shadow_drop_frame(&vm.shadows, GPA(DATA + PAGE_SIZE)), "entries dropped");
    holds(maps(of_u, 0x5000), "the other is mapped as it was", "it is gone");
}

/* ---- exercise 2: write-protection, with reasons --------------------------------------------- */

static void withhold(uint64_t gpa, unsigned reason)
{
    shadow_withhold(&vm.shadows, GPA(gpa), reason);
}

static void give_back(uint64_t gpa, unsigned reason)
{
    shadow_give_back(&vm.shadows, GPA(gpa), reason);
}

static uint64_t withheld_in_2_mib(uint64_t gpa)
{
    return chunk_of(&vm.shadows, GPA(gpa))->withheld;
}

CLAIM(2, NEEDS(1), "what is withheld is writable in no view, and the hardware is told", WITHHELD)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_s, 0x6000, DATA);
    fill(of_u, 0x7000, DATA + PAGE_SIZE);
    hear_of_fences();
    withhold(DATA, SHADOW_LOGGED);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions of the first entry");
    same_u64(PTE_R, perms(of_s, 0x6000), "the permissions of the second, in another view");
    holds(is_fenced(0x5000) && is_fenced(0x6000), "the hardware is told of both", "it is not");
    same_u64(PTE_R | PTE_W, perms(of_u, 0x7000), "the permissions of another frame");
    same_u64(SHADOW_LOGGED, shadow_withheld(&vm.shadows, GPA(DATA)), "the frame's reasons");
}

CLAIM(2, NEEDS(1), "what is given back is writable again", WITHHELD)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_s, 0x6000, DATA);
    withhold(DATA, SHADOW_LOGGED);
    give_back(DATA, SHADOW_LOGGED);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x5000), "the permissions of the first entry");
    same_u64(PTE_R | PTE_W, perms(of_s, 0x6000), "the permissions of the second");
    same_u64(0, reasons_of(of_u, 0x5000), "the reasons beside the first");
    same_u64(0, shadow_withheld(&vm.shadows, GPA(DATA)), "the frame's reasons");
}

CLAIM(2, NEEDS(1), "who takes a reason back does not open what another withholds", WITHHELD)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    withhold(DATA, SHADOW_LOGGED);
    withhold(DATA, SHADOW_SHARED);
    same_u64(SHADOW_LOGGED | SHADOW_SHARED, reasons_of(of_u, 0x5000),
             "the reasons beside the entry");
    give_back(DATA, SHADOW_LOGGED);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions, while it is shared");
    same_u64(SHADOW_SHARED, reasons_of(of_u, 0x5000), "the reasons beside the entry then");
    give_back(DATA, SHADOW_SHARED);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x5000), "the permissions, without a reason");
}

CLAIM(2, NEEDS(1), "a page that the guest may not write does not become writable", WITHHELD)
{
    given_a_guest();
    fill_as(of_u, 0x5000, DATA, LEAF | PTE_R | PTE_X, 0);
    withhold(DATA, SHADOW_LOGGED);
    same_u64(0, reasons_of(of_u, 0x5000), "the reasons beside an entry without W");
    give_back(DATA, SHADOW_LOGGED);
    same_u64(PTE_R | PTE_X, perms(of_u, 0x5000), "the permissions afterwards");
}

CLAIM(2, NEEDS(1), "a page that is not dirty stays so", WITHHELD)
{
    given_a_guest();
    fill_as(of_u, 0x5000, DATA, (LEAF & ~(uint64_t)PTE_D) | PTE_R | PTE_W, 0);
    withhold(DATA, SHADOW_LOGGED);
    same_u64(SHADOW_CLEAN | SHADOW_LOGGED, reasons_of(of_u, 0x5000),
             "the reasons beside the entry");
    give_back(DATA, SHADOW_LOGGED);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions afterwards");
    same_u64(SHADOW_CLEAN, reasons_of(of_u, 0x5000), "the reasons beside the entry afterwards");
}

CLAIM(2, NEEDS(1), "entries of 2 MiB with a frame that is withheld come back in pieces", WITHHELD)
{
    given_a_guest();
    fill_as(of_u, 0x600000, LARGE, LEAF | PTE_R | PTE_W, 1);
    withhold(LARGE + 0x9000, SHADOW_LOGGED);
    holds(!maps(of_u, 0x600000), "the large entry is gone", "it is there");
    fill_as(of_u, 0x608000, LARGE + 0x8000, LEAF | PTE_R | PTE_W, 1);
    fill_as(of_u, 0x609000, LARGE + 0x9000, LEAF | PTE_R | PTE_W, 1);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x608000), "the permissions of another piece");
    same_u64(PTE_R, perms(of_u, 0x609000), "the permissions of the piece that is withheld");
}

CLAIM(2, NEEDS(1), "2 MiB count the frames that have reasons, not the reasons", WITHHELD)
{
    given_a_guest();
    withhold(LARGE, SHADOW_LOGGED);
    withhold(LARGE, SHADOW_SHARED);
    withhold(LARGE + PAGE_SIZE, SHADOW_LOGGED);
    same_u64(2, withheld_in_2_mib(LARGE), "frames with reasons");
    give_back(LARGE, SHADOW_LOGGED);
    same_u64(2, withheld_in_2_mib(LARGE), "frames with reasons, when one of two is given back");
    give_back(LARGE, SHADOW_SHARED);
    give_back(LARGE + PAGE_SIZE, SHADOW_LOGGED);
    same_u64(0, withheld_in_2_mib(LARGE), "frames with reasons, when all are");
}

CLAIM(2, NEEDS(1), "to withhold twice is to withhold once", WITHHELD)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    withhold(DATA, SHADOW_LOGGED);
    withhold(DATA, SHADOW_LOGGED);
    same_u64(1, withheld_in_2_mib(DATA), "frames with reasons");
    give_back(DATA, SHADOW_LOGGED);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x5000), "the permissions afterwards");
    same_u64(0, withheld_in_2_mib(DATA), "frames with reasons afterwards");
}

CLAIM(2, NEEDS(1), "to give back what is not withheld does nothing", WITHHELD)
{
    given_a_guest();
    fill_as(of_u, 0x5000, DATA, (LEAF & ~(uint64_t)PTE_D) | PTE_R | PTE_W, 0);
    withhold(DATA, SHADOW_SHARED);
    give_back(DATA, SHADOW_LOGGED);
    give_back(DATA + PAGE_SIZE, SHADOW_LOGGED);
    same_u64(SHADOW_CLEAN | SHADOW_SHARED, reasons_of(of_u, 0x5000),
             "the reasons beside the entry");
    same_u64(1, withheld_in_2_mib(DATA), "frames with reasons");
}

/* ---- exercise 3: what still holds ----------------------------------------------------------- */

/* Pages of the guest in the tables at TABLES, filled as a fault would fill them. */
static void touch(struct view view, uint64_t gva, enum access why)
{
    struct walk walk;
    struct p2m_entry memory;
    same_u64(WALK_OK, sv39_walk(view.space, &vm.port, gva, why, &walk), "the walk for 0x%lx", gva);
    p2m_lookup(&vm.p2m, GPA(walk.pa), &memory);
    shadow_fill(&vm.shadows, shadow_of(&vm.shadows, view), GVA(gva), &walk, &memory);
}

/* What each claim begins with: 0x5000, of U, is mapped to DATA with all rights, and in the shadow.
 */
static uint64_t leaf;

static void given_a_traced_guest(uint64_t flags)
{
    given_vm(SHADOW_TRACE, true);
    map(0x5000, DATA, flags);
    leaf = entry_in(TABLES, 0x5000, 0);
    touch(of_u, 0x5000, ACCESS_LOAD);
    holds(maps(of_u, 0x5000), "the page is in the shadow to begin with", "it is not");
}

/* The guest's entry changes unheard, and its table's mirrors are brought up to date. */
static void entry_becomes(uint64_t pte)
{
    poke(leaf, 8, pte);
    mirror_catch_up(&vm.shadows, GPA(leaf & ~(uint64_t)(PAGE_SIZE - 1)));
}

static void stays(const char *why)
{
    holds(maps(of_u, 0x5000), why, "the page is not in the shadow any more");
}

static void goes(const char *why)
{
    holds(!maps(of_u, 0x5000), why, "the page is in the shadow, with permissions 0x%lx",
          perms(of_u, 0x5000));
}

CLAIM(3, NEEDS(1, 2), "what is as it was stays", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, U_RWX));
    stays("the entry is the same");
}

CLAIM(3, NEEDS(1, 2), "what the guest does not map any more goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, U_RWX & ~(uint64_t)PTE_V));
    goes("V is 0");
}

CLAIM(3, NEEDS(1, 2), "what leads elsewhere goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA + PAGE_SIZE, U_RWX));
    goes("the entry leads to another page");
}

CLAIM(3, NEEDS(1, 2), "what leads to no memory goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(UART_BASE, U_RWX));
    goes("the entry leads to a device");
}

CLAIM(3, NEEDS(1, 2), "what grants more than the guest's entry does now goes", HOLDS)
{
    static const uint64_t less[] = {PTE_W, PTE_X, PTE_W | PTE_X};
    for (unsigned i = 0; i < 3; i++) {
        given_a_traced_guest(U_RWX);
        entry_becomes(entry_to(DATA, U_RWX & ~less[i]));
        goes("a permission was taken away");
    }
}

CLAIM(3, NEEDS(1, 2), "what grants less than the guest's entry does now stays", HOLDS)
{
    given_a_traced_guest(PTE_V | PTE_R | PTE_A | PTE_D | PTE_U);
    entry_becomes(entry_to(DATA, U_RWX));
    stays("permissions were added: a fault will ask for them");
    same_u64(PTE_R, perms(of_u, 0x5000), "its permissions");
}

CLAIM(3, NEEDS(1, 2), "when the guest takes D back, W goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, U_RWX & ~(uint64_t)PTE_D));
    goes("it has W, and D is 0");
}

CLAIM(3, NEEDS(1, 2), "what has no W does not care for D", HOLDS)
{
    given_a_traced_guest(PTE_V | PTE_R | PTE_X | PTE_A | PTE_D | PTE_U);
    entry_becomes(entry_to(DATA, PTE_V | PTE_R | PTE_X | PTE_A | PTE_U));
    stays("it grants no W");
}

CLAIM(3, NEEDS(1, 2), "when the guest takes A back, the page goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, U_RWX & ~(uint64_t)PTE_A));
    goes("A is 0, and the next use must set it");
}

CLAIM(3, NEEDS(1, 2), "what becomes the kernel's goes from the view of U", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, S_RWX));
    goes("U is 0");
}

CLAIM(3, NEEDS(1, 2), "what stays the user's stays in the view of S with SUM", HOLDS)
{
    given_a_traced_guest(U_RWX);
    touch(of_s, 0x5000, ACCESS_LOAD);
    entry_becomes(entry_to(DATA, U_RWX));
    holds(maps(of_s, 0x5000), "the entry is the same, and SUM is on", "it is gone");
}

CLAIM(3, NEEDS(1, 2), "what is malformed maps nothing", HOLDS)
{
    given_a_traced_guest(U_RWX);
    entry_becomes(entry_to(DATA, U_RWX) | (uint64_t)1 << 60);
    goes("a reserved bit is set");
    poke(leaf, 8, entry_to(DATA, U_RWX));
    touch(of_u, 0x5000, ACCESS_LOAD);
    entry_becomes(entry_to(DATA, PTE_V | PTE_A | PTE_D | PTE_U));
    goes("it is no leaf");
}

CLAIM(3, NEEDS(1, 2), "a misaligned page of 2 MiB maps nothing",
      "vmm/shadow_mirror.c; Privileged 4.3.2 step 6")
{
    given_vm(SHADOW_TRACE, true);
    p2m_map(&vm.p2m, GPA(LARGE), HPA(hpa_of(LARGE)), 1, RWX);
    map_in(TABLES, 0x600000, 1, LARGE, U_RWX);
    leaf = entry_in(TABLES, 0x600000, 1);
    touch(of_u, 0x600000, ACCESS_LOAD);
    entry_becomes(entry_to(LARGE, U_RWX));
    holds(maps(of_u, 0x600000), "the same page stays", "it is gone");
    entry_becomes(entry_to(LARGE + PAGE_SIZE, U_RWX));
    holds(!maps(of_u, 0x600000), "a misaligned one goes", "it is in the shadow");
}

CLAIM(3, NEEDS(1, 2), "a reason is a promise of W, which the guest must still grant", HOLDS)
{
    given_a_traced_guest(U_RWX);
    withhold(DATA, SHADOW_LOGGED);
    entry_becomes(entry_to(DATA, U_RWX & ~(uint64_t)PTE_W));
    give_back(DATA, SHADOW_LOGGED);
    same_u64(0, perms(of_u, 0x5000) & PTE_W,
             "W in the shadow, after the guest has taken it and the log has given it back");
}

CLAIM(3, NEEDS(1, 2), "a page that is withheld, and as it was, stays", HOLDS)
{
    given_a_traced_guest(U_RWX);
    withhold(DATA, SHADOW_LOGGED);
    entry_becomes(entry_to(DATA, U_RWX));
    stays("the guest still grants W");
}

CLAIM(3, NEEDS(1, 2), "a page that is not dirty is no promise, and stays", HOLDS)
{
    given_a_traced_guest(U_RWX & ~(uint64_t)PTE_D);
    same_u64(SHADOW_CLEAN, reasons_of(of_u, 0x5000), "the reasons beside it");
    entry_becomes(entry_to(DATA, U_RWX & ~(uint64_t)PTE_D));
    stays("D was 0 and is 0: the first store will fault and set it");
}

CLAIM(3, NEEDS(1, 2), "where the p2m has moved the page, the entry goes", HOLDS)
{
    given_a_traced_guest(U_RWX);
    p2m_map(&vm.p2m, GPA(DATA), HPA(hpa_of(DATA + PAGE_SIZE)), 0, RWX);
    entry_becomes(entry_to(DATA, U_RWX));
    goes("the guest's page is in another frame");
}

/* ---- exercise 4: following a store ---------------------------------------------------------- */

/* The guest's bytes at `gpa` change, and the mirrors are told of them. */
static void store(uint64_t gpa, unsigned size, uint64_t value)
{
    poke(gpa, size, value);
    mirror_wrote(&vm.shadows, GPA(gpa), size);
}

CLAIM(4, NEEDS(1, 2, 3), "what an entry made is dropped when it changes", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    map(0x6000, DATA + PAGE_SIZE, U_RWX);
    touch(of_u, 0x6000, ACCESS_LOAD);
    hear_of_fences();
    store(leaf, 8, 0);
    goes("its entry is 0");
    holds(is_fenced(0x5000), "the hardware is told", "it is not");
    holds(maps(of_u, 0x6000), "what another entry made stays", "it is gone");
}

CLAIM(4, NEEDS(1, 2, 3), "a store that changes nothing drops nothing", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    store(leaf, 8, entry_to(DATA, U_RWX));
    stays("the entry is the same");
    same_u64(0, vm.shadows.stats.followed, "stats.followed");
}

CLAIM(4, NEEDS(1, 2, 3), "a byte of an entry is a change of it", FOLLOW)
{
    for (unsigned byte = 0; byte < 8; byte++) {
        given_a_traced_guest(U_RWX);
        store(leaf + byte, 1, peek(leaf + byte, 1) ^ 0x11);
        goes("one of its bytes has changed");
    }
}

CLAIM(4, NEEDS(1, 2, 3), "a store over two entries is a change of both", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    map(0x6000, DATA + PAGE_SIZE, U_RWX);
    touch(of_u, 0x6000, ACCESS_LOAD);
    store(leaf + 4, 8, 0x10000000);
    goes("the upper half of its entry has changed");
    holds(!maps(of_u, 0x6000), "the lower half of the other has changed, too",
          "it is in the shadow");
}

CLAIM(4, NEEDS(1, 2, 3), "the last entry of a table is one of it", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    map(0x1ff000, DATA, U_RWX);
    touch(of_u, 0x1ff000, ACCESS_LOAD);
    uint64_t last = entry_in(TABLES, 0x1ff000, 0);
    same_u64(PAGE_SIZE - 8, last % PAGE_SIZE, "where the last entry lies in its table");
    store(last, 8, 0);
    holds(!maps(of_u, 0x1ff000), "the page is gone", "it is in the shadow");
    stays("another entry of the table is as it was");
}

CLAIM(4, NEEDS(1, 2, 3), "every view that mirrors a table follows it", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    touch(of_s, 0x5000, ACCESS_LOAD);
    store(leaf, 8, 0);
    goes("its entry is 0");
    holds(!maps(of_s, 0x5000), "the page is gone in the view of S, too", "it is in the shadow");
}

CLAIM(4, NEEDS(1, 2, 3), "a table that two address spaces share is followed in both", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    uint64_t root = next_table; /* of another process, which has the same table below */
    next_table += PAGE_SIZE;
    poke(root, 8, peek(entry_in(TABLES, 0x5000, 2), 8));
    struct view other = {.space = {.satp = SATP_OF(2, root), .mode = MODE_U}};
    touch(other, 0x5000, ACCESS_LOAD);
    store(leaf, 8, 0);
    goes("its entry is 0");
    holds(!maps(other, 0x5000), "the page is gone in the other space, too", "it is in the shadow");
}

CLAIM(4, NEEDS(1, 2), "a pointer that changes takes all with it that was below", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    map(0x6000, DATA + PAGE_SIZE, U_RWX);
    touch(of_u, 0x6000, ACCESS_LOAD);
    store(entry_in(TABLES, 0x5000, 2), 8, 0);
    goes("the way to its table is gone");
    holds(!maps(of_u, 0x6000), "so is the other page's", "it is in the shadow");
}

CLAIM(4, NEEDS(1, 2, 3),
      "a root that is in itself is a table at each level, and is followed at each", FOLLOW)
{
    given_a_traced_guest(U_RWX);
    uint64_t self = TABLES + 511 * 8; /* and 1 GiB besides, which read as 4 KiB is CODE */
    uint64_t through = 0xffffffffffe02000;
    poke(self, 8, entry_to(TABLES, PTE_V));
    poke(TABLES + 2 * 8, 8, entry_to(RAM_BASE, U_RWX));
    touch(of_u, through, ACCESS_LOAD);
    touch(of_u, 0x80000000, ACCESS_LOAD);
    holds(maps(of_u, through) && maps(of_u, 0x80000000), "both are in the shadow", "one is not");
    store(TABLES + 2 * 8, 8, 0);
    holds(!maps(of_u, through), "as a page of 4 KiB it is gone", "it is in the shadow");
    holds(!maps(of_u, 0x80000000), "as a page of 1 GiB it is gone", "it is in the shadow");
    store(self, 8, 0);
    stays("another entry is as it was");
}

/* ---- exercise 5: the policy that traces ----------------------------------------------------- */

static bool may_write(uint64_t gpa)
{
    return shadow_may_write(&vm.shadows, GPA(gpa));
}

static bool is_table(uint64_t gpa)
{
    return frame_of(&vm.shadows, GPA(gpa))->mirrors != 0;
}

CLAIM(5, NEEDS(1, 2), "a store to a table is emulated", TRACE)
{
    given_a_traced_guest(U_RWX);
    holds(!may_write(leaf), "the hart may not store to it by itself", "it may");
    holds(is_table(leaf), "it is a table still", "it is none");
    holds(may_write(DATA), "the hart may store to what is no table", "it may not");
}

CLAIM(5, NEEDS(1, 2), "what is written again and again, and never walked, is no table", TRACE)
{
    given_a_traced_guest(U_RWX);
    for (unsigned i = 0; i < MIRROR_PATIENCE; i++)
        holds(!may_write(leaf), "the VMM has patience", "store number %u is let through", i + 1);
    holds(may_write(leaf), "then the hart may store by itself", "it may not");
    holds(!is_table(leaf), "the frame has no mirrors", "it has");
    same_u64(0, shadow_withheld(&vm.shadows, GPA(leaf)) & SHADOW_TRACED, "that it is traced");
    goes("what was made from the table is not kept up to date any more");
    same_u64(1, vm.shadows.stats.untraced, "stats.untraced");
}

CLAIM(5, NEEDS(1, 2), "a walk of the table gives it its time back", TRACE)
{
    given_a_traced_guest(U_RWX);
    map(0x6000, DATA + PAGE_SIZE, U_RWX);
    for (unsigned i = 0; i < MIRROR_PATIENCE; i++)
        may_write(leaf);
    touch(of_u, 0x6000, ACCESS_LOAD);
    for (unsigned i = 0; i < MIRROR_PATIENCE; i++)
        holds(!may_write(leaf), "the VMM has patience anew", "store number %u is let through",
              i + 1);
}

CLAIM(5, NEEDS(1, 2), "what was taken for data, and is walked again, is a table again", TRACE)
{
    given_a_traced_guest(U_RWX);
    for (unsigned i = 0; i <= MIRROR_PATIENCE; i++)
        may_write(leaf);
    touch(of_u, 0x5000, ACCESS_LOAD);
    holds(is_table(leaf), "the frame has mirrors", "it has none");
    holds(!may_write(leaf), "a store to it is emulated", "the hart may do it");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "what an emulated store has changed is followed at once", TRACE)
{
    given_a_traced_guest(U_RWX);
    poke(leaf, 8, 0);
    shadow_wrote(&vm.shadows, GPA(leaf), 8);
    goes("its entry is 0");
    holds(is_table(leaf), "the table is one still", "it is none");
    same_u64(1, vm.shadows.stats.followed, "stats.followed");
}

CLAIM(5, NEEDS(1, 2, 3, 4), "a store of one byte is followed, too", TRACE)
{
    given_a_traced_guest(U_RWX);
    poke(leaf, 1, 0);
    shadow_wrote(&vm.shadows, GPA(leaf), 1);
    goes("V is 0");
    holds(is_table(leaf), "the table is one still", "it is none");
}

CLAIM(5, NEEDS(1, 2), "what a device has written over is no table", TRACE)
{
    given_a_traced_guest(U_RWX);
    for (unsigned i = 0; i < 64; i += 8)
        poke(leaf + i, 8, 0x2074786574202d2d);
    shadow_wrote(&vm.shadows, GPA(leaf), 64);
    holds(!is_table(leaf), "the frame has no mirrors", "it has");
    goes("what was made from the table is gone");
}

CLAIM(5, NEEDS(1, 2, 3),
      "where shadows are to be as old as is legal, a table runs ahead until a fence", TRACE)
{
    given_a_traced_guest(U_RWX);
    vm.shadows.parts.is_stale = true;
    poke(leaf, 8, 0);
    shadow_wrote(&vm.shadows, GPA(leaf), 8);
    stays("nobody has fenced");
    shadow_fence(&vm.shadows, true, GVA(0), true, 0);
    goes("the guest has fenced");
}

/* ---- exercise 6: a log of dirty pages ------------------------------------------------------- */

static bool was_written(uint64_t gpa)
{
    return withhold_was_written(&vm, GPA(gpa));
}

/* The guest, or a device for it, stores to its memory. */
static void guest_stores(uint64_t gpa)
{
    withhold_claim(&vm, GPA(gpa), true);
}

static void given_a_log(void)
{
    given_a_guest();
    withhold_log(&vm, true);
}

CLAIM(6, NEEDS(1, 2), "a log begins with all pages clean", LOG)
{
    given_a_log();
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE)
        holds(!was_written(gpa), "no page was written", "the page at 0x%lx was", gpa);
}

CLAIM(6, NEEDS(1, 2), "a page that was written is told once", LOG)
{
    given_a_log();
    guest_stores(DATA + 0x123);
    holds(was_written(DATA), "the page was written", "it was not");
    holds(!was_written(DATA), "it was not written since it was asked", "it was");
    guest_stores(DATA);
    holds(was_written(DATA + 0xfff), "it was written again", "it was not");
    holds(!was_written(DATA + PAGE_SIZE), "the page behind it was not", "it was");
}

CLAIM(6, NEEDS(1, 2), "a load writes nothing", LOG)
{
    given_a_log();
    withhold_claim(&vm, GPA(DATA), false);
    holds(!was_written(DATA), "the page was not written", "it was");
}

CLAIM(6, NEEDS(1, 2), "while a page is clean the hart may not store to it, and then it may", LOG)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    withhold_log(&vm, true);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions of a clean page");
    guest_stores(DATA);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x5000), "the permissions of one that was written");
    was_written(DATA);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions when that was asked");
}

CLAIM(6, NOTHING, "where nobody logs, nothing was written", LOG)
{
    given_a_guest();
    guest_stores(DATA);
    holds(!was_written(DATA), "there is no log", "the page was written");
    same_u64(0, vm.withhold.withheld, "frames with a reason in the p2m");
}

CLAIM(6, NEEDS(1, 2), "a log that ends gives everything back", LOG)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    withhold_log(&vm, true);
    withhold_log(&vm, false);
    same_u64(PTE_R | PTE_W, perms(of_u, 0x5000), "the permissions of a page");
    same_u64(0, vm.withhold.withheld, "frames with a reason in the p2m");
    guest_stores(DATA);
    holds(!was_written(DATA), "there is no log any more", "the page was written");
}

CLAIM(6, NEEDS(1, 2), "where there is no memory nothing was written", LOG)
{
    given_a_log();
    holds(!was_written(NOWHERE) && !was_written(UART_BASE) && !was_written(RAM_BASE + MEMORY),
          "none of these is memory", "one was written");
}

CLAIM(6, NEEDS(1, 2), "what is withheld for another reason stays so when the log ends", LOG)
{
    given_a_guest();
    hpa_t copy;
    fill(of_u, 0x5000, DATA);
    holds(withhold_share(&vm, GPA(DATA), &copy), "the page can be shared", "it cannot");
    withhold_log(&vm, true);
    withhold_log(&vm, false);
    same_u64(PTE_R, perms(of_u, 0x5000), "the permissions of a shared page");
    same_u64(SHADOW_SHARED, shadow_withheld(&vm.shadows, GPA(DATA)), "its reasons");
}

CLAIM(6, NEEDS(1, 2), "a hole that is filled was written", LOG)
{
    given_a_guest();
    withhold_punch(&vm, GPA(DATA));
    withhold_log(&vm, true);
    guest_stores(DATA);
    holds(was_written(DATA), "the page was written", "it was not");
    holds(!was_written(DATA), "and is clean now", "it is not");
}
