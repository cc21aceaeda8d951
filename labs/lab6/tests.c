/* Lab 6: shadow page tables. Where a guest's page is, who may see it, and for how long. */
#include "lab_vm.h"

#define P2M "vmm/p2m.c, vmm/p2m.h"
#define VIEWS "vmm/vcpu.c, isa/arch/sv39.h; Privileged 3.1.6.3"
#define PERMS "vmm/shadow.c, vmm/shadow.h; Privileged 4.3.1"
#define FILL "vmm/shadow.c, vmm/shadow_pages.h"
#define FAULT "vmm/fault.c; ARCHITECTURE.md, The VMM"
#define FENCE "vmm/shadow_flush.c; Privileged 4.2.1"

static void given_a_guest(void)
{
    given_vm(SHADOW_FLUSH, true);
}

/* ---- exercise 1: from gpa to hpa ------------------------------------------------------------ */

/* The VM's 2 MiB at LARGE are one page of the p2m, in any build. */
static void given_a_large_page(void)
{
    p2m_map(&vm.p2m, GPA(LARGE), HPA(hpa_of(LARGE)), 1, RWX);
}

static bool look_up(uint64_t gpa, struct p2m_entry *entry)
{
    *entry = (struct p2m_entry){.hpa = HPA(0xdead), .perms = 0xdead, .level = 99};
    return p2m_lookup(&vm.p2m, GPA(gpa), entry);
}

static void given_memory_at(uint64_t gpa, struct p2m_entry *entry)
{
    holds(look_up(gpa, entry), "the gpa is the VM's memory",
          "p2m_lookup of 0x%lx says that it is not", gpa);
}

CLAIM(1, NOTHING, "a guest's page is in the machine where the p2m has it", P2M)
{
    given_a_guest();
    struct p2m_entry entry;
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + MEMORY; gpa += 37 * PAGE_SIZE) {
        given_memory_at(gpa, &entry);
        same_u64(hpa_of(gpa), entry.hpa.a, "the hpa of gpa 0x%lx", gpa);
    }
}

CLAIM(1, NOTHING, "a byte keeps its place in its page of 4 KiB", P2M)
{
    given_a_guest();
    p2m_map(&vm.p2m, GPA(DATA), HPA(hpa_of(DATA)), 0, RWX);
    struct p2m_entry entry;
    given_memory_at(DATA + 0xabc, &entry);
    same_u64(hpa_of(DATA + 0xabc), entry.hpa.a, "the hpa of gpa 0x%lx",
             (unsigned long)(DATA + 0xabc));
    same_u64(0, (uint64_t)entry.level, "the leaf's level");
}

CLAIM(1, NOTHING, "a byte keeps its place in its page of 2 MiB", P2M)
{
    given_a_guest();
    given_a_large_page();
    struct p2m_entry entry;
    given_memory_at(LARGE + 0x123456, &entry);
    same_u64(hpa_of(LARGE) + 0x123456, entry.hpa.a, "the hpa of gpa 0x%lx",
             (unsigned long)(LARGE + 0x123456));
    same_u64(1, (uint64_t)entry.level, "the leaf's level");
}

CLAIM(1, NOTHING, "permissions are the leaf's, and nothing else of it", P2M)
{
    given_a_guest();
    struct p2m_entry entry;
    p2m_map(&vm.p2m, GPA(DATA), HPA(hpa_of(DATA)), 0, PTE_R | PTE_X);
    given_memory_at(DATA, &entry);
    same_u64(PTE_R | PTE_X, entry.perms, "the permissions of a page without W");
    given_memory_at(DATA + PAGE_SIZE, &entry);
    same_u64(RWX, entry.perms, "the permissions of the page behind it");
}

CLAIM(1, NOTHING, "where the VM has no memory there is nothing", P2M)
{
    static const uint64_t gpas[] = {0, NOWHERE, UART_BASE, RAM_BASE - 1, RAM_BASE + MEMORY};
    given_a_guest();
    for (unsigned i = 0; i < 5; i++) {
        struct p2m_entry entry;
        holds(!look_up(gpas[i], &entry), "a gpa outside memory has no entry",
              "p2m_lookup of 0x%lx gives hpa 0x%lx", gpas[i], entry.hpa.a);
        same_u64(0xdead, entry.hpa.a, "*entry, which was not to be written");
    }
}

CLAIM(1, NOTHING, "a gpa of more than 39 bits is not taken for the one of its low bits", P2M)
{
    given_a_guest();
    for (unsigned bit = 39; bit < 64; bit++) {
        struct p2m_entry entry;
        uint64_t gpa = DATA | (uint64_t)1 << bit;
        holds(!look_up(gpa, &entry), "there is no way to such a gpa",
              "p2m_lookup of 0x%lx gives hpa 0x%lx", gpa, entry.hpa.a);
    }
}

CLAIM(1, NOTHING, "a hole is no memory, but it is remembered what it was", P2M)
{
    given_a_guest();
    struct p2m_entry entry;
    p2m_punch(&vm.p2m, GPA(DATA));
    holds(!look_up(DATA, &entry), "a hole has no entry", "p2m_lookup gives hpa 0x%lx", entry.hpa.a);
    same_u64(RWX, p2m_hole(&vm.p2m, GPA(DATA)), "the permissions of the hole");
    same_u64(0, p2m_hole(&vm.p2m, GPA(NOWHERE)), "what p2m_hole says of no memory");
    same_u64(0, p2m_hole(&vm.p2m, GPA(DATA + PAGE_SIZE)), "what p2m_hole says of memory");
}

CLAIM(1, NOTHING, "reasons are those of the page, and do not disturb its address", P2M)
{
    given_a_guest();
    struct p2m_entry entry;
    p2m_reason(&vm.p2m, GPA(DATA), SHADOW_LOGGED | SHADOW_SHARED);
    given_memory_at(DATA, &entry);
    same_u64(SHADOW_LOGGED | SHADOW_SHARED, entry.reasons, "the reasons");
    same_u64(hpa_of(DATA), entry.hpa.a, "the hpa");
    same_u64(RWX, entry.perms, "the permissions");
    given_memory_at(DATA + PAGE_SIZE, &entry);
    same_u64(0, entry.reasons, "the reasons of the page behind it");
}

/* ---- exercise 2: views ---------------------------------------------------------------------- */

static const struct shadow *shadow_now(const struct vcpu *of)
{
    return shadow_of(&vm.shadows, vcpu_view(of));
}

static void given_paging(void)
{
    given_a_guest();
    page_in(MODE_S);
}

CLAIM(2, NOTHING, "the guest's kernel and its programs have shadows of their own", VIEWS)
{
    given_paging();
    const struct shadow *kernel = shadow_now(vcpu);
    hart->mode = MODE_U;
    holds(shadow_now(vcpu) != kernel, "S and U of one address space have two shadows",
          "they share one: a program reaches what is the kernel's");
}

CLAIM(2, NOTHING, "each root has a shadow of its own, and it is found again", VIEWS)
{
    given_paging();
    const struct shadow *first = shadow_now(vcpu);
    hart->csr.satp = SATP_OF(1, TABLES + PAGE_SIZE);
    holds(shadow_now(vcpu) != first, "two roots have two shadows", "they share one");
    hart->csr.satp = SATP_OF(1, TABLES);
    holds(shadow_now(vcpu) == first, "going back to a root finds its shadow", "there is a new one");
}

CLAIM(2, NOTHING, "a root under another ASID is another address space", VIEWS)
{
    given_paging();
    const struct shadow *first = shadow_now(vcpu);
    hart->csr.satp = SATP_OF(2, TABLES);
    holds(shadow_now(vcpu) != first, "two ASIDs have two shadows", "they share one");
}

CLAIM(2, NOTHING, "SUM makes another view of S", VIEWS)
{
    given_paging();
    const struct shadow *without = shadow_now(vcpu);
    hart->csr.mstatus |= MSTATUS_SUM;
    holds(shadow_now(vcpu) != without, "S with and without SUM have two shadows", "they share one");
}

CLAIM(2, NOTHING, "MXR makes another view of U, too", VIEWS)
{
    given_paging();
    hart->mode = MODE_U;
    const struct shadow *without = shadow_now(vcpu);
    hart->csr.mstatus |= MSTATUS_MXR;
    holds(shadow_now(vcpu) != without, "U with and without MXR have two shadows", "they share one");
}

CLAIM(2, NOTHING, "SUM makes no difference to U", VIEWS)
{
    given_paging();
    hart->mode = MODE_U;
    const struct shadow *without = shadow_now(vcpu);
    hart->csr.mstatus |= MSTATUS_SUM;
    holds(shadow_now(vcpu) == without, "U with and without SUM share a shadow", "they have two");
}

CLAIM(2, NOTHING, "where the guest does not page, only its mode matters", VIEWS)
{
    given_a_guest();
    const struct shadow *bare = shadow_now(vcpu);
    hart->csr.mstatus |= MSTATUS_SUM | MSTATUS_MXR;
    holds(shadow_now(vcpu) == bare, "S without paging has one shadow", "SUM or MXR makes another");
    page_in(MODE_S);
    holds(shadow_now(vcpu) != bare, "with paging it is another", "it is the same");
}

CLAIM(2, NOTHING, "the whole satp is in the view, as the guest wrote it", VIEWS)
{
    given_paging();
    hart->csr.satp = SATP_OF(0x1234, TABLES);
    same_u64(SATP_OF(0x1234, TABLES), vcpu_view(vcpu).space.satp, "space.satp of the view");
    same_u64(MODE_S, vcpu_view(vcpu).space.mode, "space.mode of the view");
}

CLAIM(2, NOTHING, "under MPRV the view is for fetches only", VIEWS)
{
    given_vm(SHADOW_FLUSH, false);
    page_in(MODE_M);
    holds(!vcpu_view(vcpu).fetches_only, "in M without MPRV it is for all",
          "it is for fetches only");
    hart->csr.mstatus |= MSTATUS_MPRV; /* and MPP is U */
    holds(vcpu_view(vcpu).fetches_only, "in M with MPRV it is for fetches only", "it is for all");
    same_u64(MODE_M, vcpu_view(vcpu).space.mode, "space.mode, of fetches");
    hart->csr.mstatus |= MSTATUS_MPP;
    holds(!vcpu_view(vcpu).fetches_only, "where MPP is M, too, it is for all",
          "it is for fetches only");
}

CLAIM(2, NOTHING, "vcpus share a shadow unless each has a PMP of its own", VIEWS)
{
    given_a_guest();
    holds(shadow_now(vcpu) == shadow_now(&vm.vcpu[1]),
          "under built-in firmware two vcpus share one", "they have two");
    vm.platform.has_firmware = false;
    holds(shadow_now(vcpu) != shadow_now(&vm.vcpu[1]), "with a PMP of their own they have two",
          "they share one");
    same_u64(1, vcpu_view(vcpu).protection, "`protection` of the first vcpu's view");
}

/* ---- exercise 3: combining ------------------------------------------------------------------ */

#define USED (PTE_V | PTE_A | PTE_D)

static const struct view of_s = {.space = {.satp = SATP_OF(1, TABLES), .mode = MODE_S}};
static const struct view of_s_sum = {
    .space = {.satp = SATP_OF(1, TABLES), .mode = MODE_S, .sum = true}};
static const struct view of_u = {.space = {.satp = SATP_OF(1, TABLES), .mode = MODE_U}};
static const struct view of_u_mxr = {
    .space = {.satp = SATP_OF(1, TABLES), .mode = MODE_U, .mxr = true}};

static void grants(uint64_t claimed, struct view view, uint64_t pte, unsigned p2m, unsigned reasons)
{
    same_u64(claimed, shadow_perms(view, pte, p2m, reasons),
             "shadow_perms of a guest's leaf 0x%lx, a p2m of 0x%x and reasons 0x%x", pte, p2m,
             reasons);
}

CLAIM(3, NOTHING, "no more is granted than the guest's leaf grants", PERMS)
{
    static const unsigned leaves[] = {PTE_R, PTE_X, PTE_R | PTE_X, PTE_R | PTE_W, RWX};
    for (unsigned i = 0; i < 5; i++)
        grants(leaves[i], of_u, USED | PTE_U | leaves[i], RWX, 0);
}

CLAIM(3, NOTHING, "no more is granted than the p2m grants", PERMS)
{
    grants(PTE_R, of_u, USED | PTE_U | PTE_R | PTE_X, PTE_R | PTE_W, 0);
    grants(PTE_X, of_u, USED | PTE_U | PTE_R | PTE_X, PTE_X, 0);
    grants(0, of_u, USED | PTE_U | PTE_R, 0, 0);
}

CLAIM(3, NOTHING, "nothing but permissions and reasons is in the result", PERMS)
{
    uint64_t pte = DATA >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_RSW | PTE_G | USED | PTE_U | RWX;
    grants(RWX, of_u, pte, RWX, 0);
}

CLAIM(3, NOTHING, "S executes no page of its user, whatever SUM says", PERMS)
{
    grants(PTE_R | PTE_W, of_s_sum, USED | PTE_U | RWX, RWX, 0);
    grants(RWX, of_s_sum, USED | RWX, RWX, 0);
    grants(RWX, of_u, USED | PTE_U | RWX, RWX, 0);
}

CLAIM(3, NOTHING, "MXR makes readable what is executable, and only in a view that has it", PERMS)
{
    grants(PTE_R | PTE_X, of_u_mxr, USED | PTE_U | PTE_X, RWX, 0);
    grants(PTE_X, of_u, USED | PTE_U | PTE_X, RWX, 0);
    grants(PTE_R, of_u_mxr, USED | PTE_U | PTE_R, RWX, 0);
}

CLAIM(3, NOTHING, "a user's page that S may not execute can be readable by MXR all the same", PERMS)
{
    struct view view = of_s_sum;
    view.space.mxr = true;
    grants(PTE_R, view, USED | PTE_U | PTE_X, RWX, 0);
}

CLAIM(3, NOTHING, "what MXR makes readable is the p2m's to grant, too", PERMS)
{
    grants(PTE_X, of_u_mxr, USED | PTE_U | PTE_X, PTE_X, 0);
}

CLAIM(3, NOTHING, "a page that is not dirty is not writable yet, and the reason is kept", PERMS)
{
    grants(PTE_R | PTE_X | SHADOW_CLEAN, of_u, PTE_V | PTE_A | PTE_U | RWX, RWX, 0);
    grants(RWX, of_u, USED | PTE_U | RWX, RWX, 0);
}

CLAIM(3, NOTHING, "where the p2m withholds W, the reason is that it is held", PERMS)
{
    grants(PTE_R | SHADOW_HELD, of_u, USED | PTE_U | PTE_R | PTE_W, PTE_R | PTE_X, 0);
}

CLAIM(3, NOTHING, "each reason withholds W, and all of them are kept", PERMS)
{
    uint64_t pte = PTE_U | PTE_R | PTE_W;
    grants(PTE_R | SHADOW_LOGGED, of_u, USED | pte, RWX, SHADOW_LOGGED);
    grants(PTE_R | SHADOW_TRACED | SHADOW_SHARED, of_u, USED | pte, RWX,
           SHADOW_TRACED | SHADOW_SHARED);
    grants(PTE_R | SHADOW_CLEAN | SHADOW_HELD | SHADOW_LOGGED, of_u, PTE_V | PTE_A | pte, PTE_R,
           SHADOW_LOGGED);
}

CLAIM(3, NOTHING, "a page that the guest may not write has no reasons: nothing is withheld", PERMS)
{
    grants(PTE_R, of_u, PTE_V | PTE_A | PTE_U | PTE_R, RWX, SHADOW_LOGGED | SHADOW_TRACED);
    grants(PTE_R | PTE_X, of_u, PTE_V | PTE_A | PTE_U | PTE_R | PTE_X, PTE_R | PTE_X, 0);
}

CLAIM(3, NOTHING, "in a view for fetches only X is left, and no reason", PERMS)
{
    struct view view = {.space = {.mode = MODE_M}, .fetches_only = true};
    grants(PTE_X, view, USED | RWX, RWX, SHADOW_LOGGED);
    grants(0, view, USED | PTE_R | PTE_W, RWX, 0);
}

/* ---- exercise 4: filling -------------------------------------------------------------------- */

static uint64_t page_base(uint64_t address, int level)
{
    return address & ~(level_size(level) - 1);
}

/* The guest's leaf of `level` takes gva to gpa, and the p2m has that in a page of `p2m_level`. */
static void fill_as(struct view view, uint64_t gva, uint64_t gpa, int level, int p2m_level)
{
    struct walk walk = {.pa = gpa,
                        .pte = entry_to(page_base(gpa, level), USED | PTE_U | PTE_R | PTE_W),
                        .level = level};
    struct p2m_entry memory = {.hpa = HPA(hpa_of(gpa)), .perms = RWX, .level = p2m_level};
    shadow_fill(&vm.shadows, shadow_of(&vm.shadows, view), GVA(gva), &walk, &memory);
}

static void fill(struct view view, uint64_t gva, uint64_t gpa)
{
    fill_as(view, gva, gpa, 0, 0);
}

static uint64_t says(struct view view, uint64_t gva, int *level)
{
    return shadow_says(shadow_of(&vm.shadows, view), gva, level);
}

static bool maps(struct view view, uint64_t gva)
{
    int level;
    return says(view, gva, &level) != 0;
}

CLAIM(4, NEEDS(3), "after a fill the hart finds the machine's frame", FILL)
{
    given_a_guest();
    int level;
    fill(of_u, 0x12345, DATA + 0x345);
    same_u64(hpa_of(DATA), pte_pa(says(of_u, 0x12345, &level)),
             "the frame that 0x12345 is mapped to");
    same_u64(0, (uint64_t)level, "the level of the entry");
}

CLAIM(4, NEEDS(3), "a fill maps one page and no other", FILL)
{
    given_a_guest();
    fill(of_u, 0x12000, DATA);
    holds(!maps(of_u, 0x11000) && !maps(of_u, 0x13000), "the pages beside it are not mapped",
          "one of them is");
    holds(!maps(of_u, 0x12000 + MIB2) && !maps(of_u, 0x12000 + 512 * MIB2),
          "nor those at the same place elsewhere", "one of them is");
    holds(!maps(of_s, 0x12000), "nor the same page in another view", "it is");
}

CLAIM(4, NEEDS(3), "addresses of both halves are filled where they belong", FILL)
{
    given_a_guest();
    int level;
    uint64_t high = 0xffffffc000005000;
    fill(of_u, 0x5000, DATA);
    fill(of_u, high, DATA + PAGE_SIZE);
    same_u64(hpa_of(DATA), pte_pa(says(of_u, 0x5000, &level)), "the frame of 0x5000");
    same_u64(hpa_of(DATA + PAGE_SIZE), pte_pa(says(of_u, high, &level)), "the frame of 0x%lx",
             high);
}

CLAIM(4, NEEDS(3), "an entry grants what shadow_perms says of it", FILL)
{
    given_a_guest();
    int level;
    fill(of_u, 0x5000, DATA);
    same_u64(PTE_R | PTE_W, says(of_u, 0x5000, &level) & RWX,
             "the permissions of a guest's R and W");
    struct walk walk = {.pa = DATA, .pte = entry_to(DATA, PTE_V | PTE_A | PTE_U | RWX)};
    struct p2m_entry memory = {.hpa = HPA(hpa_of(DATA)), .perms = PTE_R | PTE_W};
    shadow_fill(&vm.shadows, shadow_of(&vm.shadows, of_u), GVA(0x6000), &walk, &memory);
    same_u64(PTE_R, says(of_u, 0x6000, &level) & RWX,
             "the permissions of a page that is not dirty, where the p2m has no X");
}

CLAIM(4, NEEDS(3), "what is withheld of the guest's frame is withheld in the entry", FILL)
{
    given_a_guest();
    int level;
    unsigned reasons;
    shadow_withhold(&vm.shadows, GPA(DATA), SHADOW_LOGGED);
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x6000, DATA + PAGE_SIZE);
    same_u64(PTE_R, says(of_u, 0x5000, &level) & RWX, "the permissions of a logged frame");
    shadow_lookup(&vm.shadows, shadow_of(&vm.shadows, of_u), GVA(0x5000), &level, &reasons);
    same_u64(SHADOW_LOGGED, reasons, "the reasons beside the entry");
    same_u64(PTE_R | PTE_W, says(of_u, 0x6000, &level) & RWX, "the permissions of the next");
}

CLAIM(4, NEEDS(3), "a page of 2 MiB stays large where the machine's frames do", FILL)
{
    given_a_guest();
    int level;
    fill_as(of_u, 0x600000 + 0x7123, LARGE + 0x7123, 1, 1);
    same_u64(hpa_of(LARGE), pte_pa(says(of_u, 0x600000, &level)), "where 0x600000 is mapped to");
    same_u64(1, (uint64_t)level, "the level of the entry");
    holds(maps(of_u, 0x600000 + MIB2 - 1), "its last byte is mapped, too", "it is not");
}

CLAIM(4, NEEDS(3), "a guest's page of 2 MiB in small frames comes in pieces", FILL)
{
    given_a_guest();
    int level;
    fill_as(of_u, 0x600000 + 0x7123, LARGE + 0x7123, 1, 0);
    same_u64(hpa_of(LARGE + 0x7000), pte_pa(says(of_u, 0x607000, &level)),
             "where 0x607000 is mapped to");
    same_u64(0, (uint64_t)level, "the level of the entry");
    holds(!maps(of_u, 0x600000), "the other pieces are not there yet", "one of them is");
}

CLAIM(4, NEEDS(3), "a guest's page of 4 KiB is no larger for being in a large frame", FILL)
{
    given_a_guest();
    int level;
    fill_as(of_u, 0x5123, LARGE + 0x9123, 0, 1);
    same_u64(hpa_of(LARGE + 0x9000), pte_pa(says(of_u, 0x5000, &level)),
             "where 0x5000 is mapped to");
    same_u64(0, (uint64_t)level, "the level of the entry");
    holds(!maps(of_u, 0x6000), "its neighbour is not mapped", "it is");
}

CLAIM(4, NEEDS(3), "a guest that does not page has large pages, too", FILL)
{
    given_a_guest();
    int level;
    struct view bare = {.space = {.mode = MODE_S}};
    struct walk walk = {.pa = LARGE + 0x5000, .pte = USED | RWX, .level = 2};
    struct p2m_entry memory = {.hpa = HPA(hpa_of(LARGE + 0x5000)), .perms = RWX, .level = 1};
    shadow_fill(&vm.shadows, shadow_of(&vm.shadows, bare), GVA(LARGE + 0x5000), &walk, &memory);
    same_u64(hpa_of(LARGE), pte_pa(says(bare, LARGE, &level)), "where 0x%lx is mapped to",
             (unsigned long)LARGE);
    same_u64(1, (uint64_t)level, "the level of the entry");
}

CLAIM(4, NEEDS(3), "a large page of which a frame is withheld comes in pieces", FILL)
{
    given_a_guest();
    int level;
    shadow_withhold(&vm.shadows, GPA(LARGE + 0x9000), SHADOW_LOGGED);
    fill_as(of_u, 0x605000, LARGE + 0x5000, 1, 1);
    fill_as(of_u, 0x609000, LARGE + 0x9000, 1, 1);
    same_u64(PTE_R | PTE_W, says(of_u, 0x605000, &level) & RWX, "the permissions of a free frame");
    same_u64(0, (uint64_t)level, "the level of its entry");
    same_u64(PTE_R, says(of_u, 0x609000, &level) & RWX, "the permissions of the withheld frame");
}

CLAIM(4, NEEDS(3), "a large page does not swallow small ones that are in use", FILL)
{
    given_a_guest();
    int level;
    fill(of_u, 0x601000, DATA);
    fill_as(of_u, 0x605000, LARGE + 0x5000, 1, 1);
    same_u64(hpa_of(DATA), pte_pa(says(of_u, 0x601000, &level)), "where 0x601000 is mapped to");
    same_u64(hpa_of(LARGE + 0x5000), pte_pa(says(of_u, 0x605000, &level)),
             "where 0x605000 is mapped to");
}

CLAIM(4, NEEDS(3), "where small pages were, and are no more, a large one may be", FILL)
{
    given_a_guest();
    int level;
    fill(of_u, 0x601000, DATA);
    shadow_drop_frame(&vm.shadows, GPA(DATA));
    fill_as(of_u, 0x605000, LARGE + 0x5000, 1, 1);
    same_u64(hpa_of(LARGE), pte_pa(says(of_u, 0x600000, &level)), "where 0x600000 is mapped to");
    same_u64(1, (uint64_t)level, "the level of the entry");
}

CLAIM(4, NEEDS(3), "filling again replaces what was there", FILL)
{
    given_a_guest();
    int level;
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x5000, DATA + PAGE_SIZE);
    same_u64(hpa_of(DATA + PAGE_SIZE), pte_pa(says(of_u, 0x5000, &level)),
             "where 0x5000 is mapped to");
    same_u64(0, shadow_drop_frame(&vm.shadows, GPA(DATA)), "entries that map the first frame");
    same_u64(2, vm.shadows.stats.fills, "stats.fills");
}

CLAIM(4, NEEDS(3), "when the pool is empty, other shadows give up their pages, and no fill fails",
      FILL)
{
    given_a_guest();
    uint64_t last = 0;
    fill(of_s_sum, 0x5000, DATA);
    for (unsigned i = 0; i < SHADOW_PAGES + 8; i++) {
        last = 0x5000 + i * MIB2;
        fill(of_u, last, DATA);
        holds(maps(of_u, last), "each fill maps its page", "fill number %u does not", i + 1);
    }
    holds(vm.shadows.stats.recycled > 0, "the shadow not used for longest gave up its pages",
          "none did");
}

CLAIM(4, NEEDS(3), "room is made for both tables that a fill may need", FILL)
{
    given_a_guest();
    fill(of_s_sum, 0x5000, DATA);
    for (unsigned i = 0; vm.shadows.free_count != 1 && i < 2 * SHADOW_PAGES; i++)
        fill(of_u, 0x5000 + i * MIB2, DATA);
    same_u64(1, vm.shadows.free_count, "free pages, before a fill that needs two");
    fill(of_u, 0xffffffc000005000, DATA);
    holds(maps(of_u, 0xffffffc000005000), "the page is mapped", "it is not");
}

/* ---- exercise 5: whose fault ---------------------------------------------------------------- */

/* A page fault of the hart at `gva`, in the present space of the guest. */
static enum outcome fault(uint64_t cause, uint64_t gva, struct trap *trap)
{
    struct view view = {.space = {.mode = hart->mode}};
    if (hart->csr.satp)
        view.space.satp = hart->csr.satp;
    *trap = (struct trap){.cause = cause, .tval = gva};
    vcpu->shadow = shadow_of(&vm.shadows, view);
    return exit_page_fault(vcpu, trap);
}

static void found(enum exit_reason claimed)
{
    same_text(exit_text[claimed], exit_text[vcpu->last_found], "what it was found to be");
}

CLAIM(5, NEEDS(1, 3, 4), "what the shadow only lacks is filled, and the guest sees nothing", FAULT)
{
    given_paging();
    map(0x5000, DATA, S_RWX);
    struct trap trap;
    int level;
    struct hart before = *hart;
    same_u64(RESUME_SAME, fault(CAUSE_LOAD_PAGE_FAULT, 0x5008, &trap), "the outcome");
    found(EXIT_FILL);
    same_u64(hpa_of(DATA), pte_pa(shadow_says(vcpu->shadow, 0x5000, &level)),
             "where the shadow maps 0x5000 to");
    holds(memcmp(&before, hart, sizeof before) == 0, "the guest is as it was", "it has changed");
}

CLAIM(5, NEEDS(1, 3, 4), "a guest that does not page finds its memory at its address", FAULT)
{
    given_a_guest();
    struct trap trap;
    int level;
    same_u64(RESUME_SAME, fault(CAUSE_STORE_PAGE_FAULT, DATA, &trap), "the outcome");
    found(EXIT_FILL);
    uint64_t pte = shadow_says(vcpu->shadow, DATA, &level);
    same_u64(hpa_of(DATA), pte_pa(pte) | (level ? DATA & (MIB2 - 1) : 0),
             "where DATA is mapped to");
    same_u64(RWX, pte & RWX, "its permissions");
}

CLAIM(5, NEEDS(1), "what the guest's tables do not map is its own page fault", FAULT)
{
    static const uint64_t causes[] = {CAUSE_INSN_PAGE_FAULT, CAUSE_LOAD_PAGE_FAULT,
                                      CAUSE_STORE_PAGE_FAULT};
    given_paging();
    for (unsigned i = 0; i < 3; i++) {
        struct trap trap;
        same_u64(REFLECT, fault(causes[i], 0x7010, &trap), "the outcome of cause %lu", causes[i]);
        found(EXIT_GUEST_FAULT);
        same_u64(causes[i], trap.cause, "the cause that the guest sees");
        same_u64(0x7010, trap.tval, "the tval that the guest sees");
    }
}

CLAIM(5, NEEDS(1), "a program that touches its kernel's page has a page fault of its own", FAULT)
{
    given_paging();
    map(0x5000, DATA, S_RWX);
    hart->mode = MODE_U;
    struct trap trap;
    same_u64(REFLECT, fault(CAUSE_LOAD_PAGE_FAULT, 0x5000, &trap), "the outcome of a load in U");
    found(EXIT_GUEST_FAULT);
    same_u64(CAUSE_LOAD_PAGE_FAULT, trap.cause, "the cause that the guest sees");
}

CLAIM(5, NEEDS(1), "a table outside memory is an access fault, of the access that was made",
      "vmm/fault.c; Privileged 4.3.2 step 2")
{
    static const uint64_t rows[][2] = {{CAUSE_INSN_PAGE_FAULT, CAUSE_INSN_ACCESS_FAULT},
                                       {CAUSE_LOAD_PAGE_FAULT, CAUSE_LOAD_ACCESS_FAULT},
                                       {CAUSE_STORE_PAGE_FAULT, CAUSE_STORE_ACCESS_FAULT}};
    given_paging();
    hart->csr.satp = SATP_OF(1, NOWHERE);
    for (unsigned i = 0; i < 3; i++) {
        struct trap trap;
        same_u64(REFLECT, fault(rows[i][0], 0x5000, &trap), "the outcome of cause %lu", rows[i][0]);
        same_u64(rows[i][1], trap.cause, "the cause that the guest sees");
        same_u64(0x5000, trap.tval, "the tval that the guest sees");
    }
}

CLAIM(5, NEEDS(1), "a device is no memory: the load is emulated", FAULT)
{
    given_paging();
    map(0x6000, UART_BASE, S_RWX);
    hart->x[A1] = 0x6005;
    vcpu->insn = LBU(A0, A1);
    struct trap trap;
    same_u64(RESUME_NEXT, fault(CAUSE_LOAD_PAGE_FAULT, 0x6005, &trap), "the outcome");
    found(EXIT_MMIO);
    same_u64(0x60, hart->x[A0], "the UART's line status");
}

CLAIM(5, NEEDS(1), "where there is neither memory nor device, the guest has an access fault", FAULT)
{
    given_paging();
    map(0x6000, NOWHERE, S_RWX);
    hart->x[A1] = 0x6000;
    vcpu->insn = LBU(A0, A1);
    struct trap trap;
    same_u64(REFLECT, fault(CAUSE_LOAD_PAGE_FAULT, 0x6000, &trap), "the outcome");
    same_u64(CAUSE_LOAD_ACCESS_FAULT, trap.cause, "the cause that the guest sees");
    same_u64(0x6000, trap.tval, "the tval that the guest sees");
}

CLAIM(5, NEEDS(1, 3, 4), "A is set at the first use, D at the first store, and W comes with D",
      FAULT)
{
    given_paging();
    map(0x5000, DATA, PTE_V | PTE_R | PTE_W);
    uint64_t at = entry_in(TABLES, 0x5000, 0);
    struct trap trap;
    int level;
    fault(CAUSE_LOAD_PAGE_FAULT, 0x5000, &trap);
    same_u64(PTE_A, peek(at, 8) & (PTE_A | PTE_D), "A and D in the guest's leaf after a load");
    same_u64(PTE_R, shadow_says(vcpu->shadow, 0x5000, &level) & RWX, "what the shadow grants then");
    same_u64(RESUME_SAME, fault(CAUSE_STORE_PAGE_FAULT, 0x5000, &trap), "the outcome of a store");
    same_u64(PTE_A | PTE_D, peek(at, 8) & (PTE_A | PTE_D), "A and D in the guest's leaf after it");
    same_u64(PTE_R | PTE_W, shadow_says(vcpu->shadow, 0x5000, &level) & RWX,
             "what the shadow grants then");
}

CLAIM(5, NEEDS(1), "a store that is refused leaves A and D as they were", FAULT)
{
    given_paging();
    map(0x5000, DATA, PTE_V | PTE_R);
    uint64_t at = entry_in(TABLES, 0x5000, 0), before = peek(at, 8);
    struct trap trap;
    same_u64(REFLECT, fault(CAUSE_STORE_PAGE_FAULT, 0x5000, &trap), "the outcome");
    same_u64(before, peek(at, 8), "the guest's leaf");
}

CLAIM(5, NEEDS(1), "under MPRV loads and stores are made by hand, in the space that they are for",
      FAULT)
{
    given_vm(SHADOW_FLUSH, false);
    pmp_open(&hart->csr.pmp);
    page_in(MODE_M);
    hart->csr.mstatus |= MSTATUS_MPRV | (uint64_t)MODE_S << MSTATUS_MPP_SHIFT;
    map(0x5000, DATA, S_RWX);
    poke(DATA, 1, 0x42);
    hart->x[A1] = 0x5000;
    vcpu->insn = LBU(A0, A1);
    struct trap trap;
    same_u64(RESUME_NEXT, fault(CAUSE_LOAD_PAGE_FAULT, 0x5000, &trap), "the outcome");
    found(EXIT_MPRV);
    same_u64(0x42, hart->x[A0], "what the load gives");
}

CLAIM(5, NEEDS(1, 3, 4), "under MPRV fetches are as ever: M's", FAULT)
{
    given_vm(SHADOW_FLUSH, false);
    pmp_open(&hart->csr.pmp);
    page_in(MODE_M);
    hart->csr.mstatus |= MSTATUS_MPRV | (uint64_t)MODE_S << MSTATUS_MPP_SHIFT;
    struct trap trap;
    same_u64(RESUME_SAME, fault(CAUSE_INSN_PAGE_FAULT, CODE, &trap),
             "the outcome of a fetch at CODE");
    found(EXIT_FILL);
}

CLAIM(5, NEEDS(1), "what the PMP allows of a part of a page is emulated, and the rest is refused",
      FAULT)
{
    given_vm(SHADOW_FLUSH, false);
    hart->mode = MODE_S;
    hart->csr.pmp.addr[0] = (DATA + 0x800) >> 2; /* all below, to S */
    hart->csr.pmp.cfg[0] = PMP_TOR | PMP_R | PMP_W | PMP_X;
    poke(DATA + 8, 1, 0x17);
    vcpu->insn = LBU(A0, A1);
    hart->x[A1] = DATA + 8;
    struct trap trap;
    same_u64(RESUME_NEXT, fault(CAUSE_LOAD_PAGE_FAULT, DATA + 8, &trap), "the outcome below");
    found(EXIT_PMP);
    same_u64(0x17, hart->x[A0], "what the load gives");
    hart->x[A1] = DATA + 0x800;
    same_u64(REFLECT, fault(CAUSE_LOAD_PAGE_FAULT, DATA + 0x800, &trap), "the outcome above");
    same_u64(CAUSE_LOAD_ACCESS_FAULT, trap.cause, "the cause that the guest sees");
}

#define SB(rs2, rs1) (0x00000023u | (rs1) << 15 | (rs2) << 20)

CLAIM(5, NEEDS(1), "a store where another vcpu has a reservation is told", FAULT)
{
    given_a_guest();
    vm.vcpu[1].hart.reservation = (struct reservation){.valid = true, .pa = DATA + 8};
    hart->x[A1] = DATA + 8;
    hart->x[A0] = 0x33;
    vcpu->insn = SB(A0, A1);
    struct trap trap;
    same_u64(RESUME_NEXT, fault(CAUSE_STORE_PAGE_FAULT, DATA + 8, &trap), "the outcome");
    found(EXIT_TOLD);
    same_u64(0x33, peek(DATA + 8, 1), "the byte in memory");
    holds(!vm.vcpu[1].hart.reservation.valid, "the other's reservation is broken", "it is valid");
}

CLAIM(5, NEEDS(1, 3, 4), "a store to a table that is traced is emulated", FAULT)
{
    given_vm(SHADOW_TRACE, true);
    page_in(MODE_S);
    map(0x5000, DATA, S_RWX);
    uint64_t leaf = entry_in(TABLES, 0x5000, 0);
    map(0x6000, page_base(leaf, 0), S_RWX);
    struct trap trap;
    fault(CAUSE_LOAD_PAGE_FAULT, 0x5000, &trap); /* the table is walked, and so traced */
    hart->x[A1] = 0x6000 + leaf % PAGE_SIZE + 7; /* a byte that was 0 and stays so */
    vcpu->insn = SB(ZERO, A1);
    same_u64(RESUME_NEXT, fault(CAUSE_STORE_PAGE_FAULT, hart->x[A1], &trap), "the outcome");
    found(EXIT_TRACED);
}

/* ---- exercise 6: fences --------------------------------------------------------------------- */

static const struct view of_other = {.space = {.satp = SATP_OF(2, TABLES), .mode = MODE_U}};

static void fence_of(uint64_t gva, uint64_t asid)
{
    shadow_fence(&vm.shadows, false, GVA(gva), false, asid);
}

CLAIM(6, NEEDS(3, 4), "a fence of an address drops what maps it, and the hardware is told", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    hardware.fences = 0;
    hardware.is_all_fenced = false;
    shadow_fence(&vm.shadows, false, GVA(0x5abc), true, 0);
    holds(!maps(of_u, 0x5000), "the page is not mapped any more", "it is");
    holds(is_fenced(0x5000), "the hardware may not use it either", "it was not told");
}

CLAIM(6, NEEDS(3, 4), "what a fence of an address does not name stays", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x6000, DATA);
    fill(of_u, 0x5000 + MIB2, DATA);
    fence_of(0x5000, 1);
    holds(maps(of_u, 0x6000) && maps(of_u, 0x5000 + MIB2), "other pages are mapped as they were",
          "one is gone");
}

CLAIM(6, NEEDS(3, 4), "a fence of an address drops it in every view of the address space", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_s_sum, 0x5000, DATA);
    fence_of(0x5000, 1);
    holds(!maps(of_u, 0x5000), "the page is gone in the view of U", "it is mapped");
    holds(!maps(of_s_sum, 0x5000), "the page is gone in the view of S", "it is mapped");
}

CLAIM(6, NEEDS(3, 4), "a fence of one ASID is none of another", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_other, 0x5000, DATA);
    fence_of(0x5000, 2);
    holds(maps(of_u, 0x5000), "the page of ASID 1 is mapped as it was", "it is gone");
    holds(!maps(of_other, 0x5000), "the page of ASID 2 is gone", "it is mapped");
}

CLAIM(6, NEEDS(3, 4), "a fence of all ASIDs is of each", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_other, 0x5000, DATA);
    shadow_fence(&vm.shadows, false, GVA(0x5000), true, 0);
    holds(!maps(of_u, 0x5000) && !maps(of_other, 0x5000), "the page is gone in both",
          "it is mapped");
}

CLAIM(6, NEEDS(3, 4), "bits of the register above the ASID mean nothing", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fence_of(0x5000, 0xabcd0001);
    holds(!maps(of_u, 0x5000), "the page of ASID 1 is gone", "it is mapped");
}

CLAIM(6, NEEDS(3, 4), "a fence of an address space is of all that is in it", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_u, 0x5000 + MIB2, DATA);
    fill(of_other, 0x5000, DATA);
    shadow_fence(&vm.shadows, true, GVA(0), false, 1);
    holds(!maps(of_u, 0x5000) && !maps(of_u, 0x5000 + MIB2), "nothing of ASID 1 is left",
          "something is");
    holds(maps(of_other, 0x5000), "the page of ASID 2 is mapped as it was", "it is gone");
}

CLAIM(6, NEEDS(3, 4), "a fence of everything leaves nothing", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fill(of_other, 0xffffffc000005000, DATA);
    shadow_fence(&vm.shadows, true, GVA(0), true, 0);
    holds(!maps(of_u, 0x5000) && !maps(of_other, 0xffffffc000005000), "nothing is left",
          "something is");
}

CLAIM(6, NEEDS(3, 4), "what is filled after a fence of an address space stays", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    shadow_fence(&vm.shadows, true, GVA(0), false, 1);
    fill(of_u, 0x6000, DATA);
    holds(maps(of_u, 0x6000), "the new page is mapped", "it is gone");
    holds(maps(of_u, 0x6000), "it still is, when the shadow is used again", "it is gone");
}

CLAIM(6, NEEDS(3, 4), "a fence inside a page of 2 MiB drops it", FENCE)
{
    given_a_guest();
    fill_as(of_u, 0x600000, LARGE, 1, 1);
    fence_of(0x6abcde, 1);
    holds(!maps(of_u, 0x600000), "the page is gone", "it is mapped");
}

CLAIM(6, NEEDS(3, 4), "a fence inside a page of 2 MiB drops all the pieces that it came in", FENCE)
{
    given_a_guest();
    fill_as(of_u, 0x601000, LARGE + 0x1000, 1, 0);
    fill_as(of_u, 0x609000, LARGE + 0x9000, 1, 0);
    fence_of(0x605000, 1);
    holds(!maps(of_u, 0x601000) && !maps(of_u, 0x609000), "no piece is left", "one is mapped");
}

CLAIM(6, NEEDS(3, 4), "the same of a page of 1 GiB", FENCE)
{
    given_a_guest();
    fill_as(of_u, 0x40000000 + 0x1000, RAM_BASE + 0x1000, 2, 0);
    fill_as(of_u, 0x40000000 + 3 * MIB2, RAM_BASE + 3 * MIB2, 2, 1);
    fence_of(0x7fffffff, 1);
    holds(!maps(of_u, 0x40001000) && !maps(of_u, 0x40000000 + 3 * MIB2), "no piece is left",
          "one is mapped");
}

CLAIM(6, NEEDS(3, 4), "a fence of what is not mapped does nothing", FENCE)
{
    given_a_guest();
    fill(of_u, 0x5000, DATA);
    fence_of(0x7000, 1);
    fence_of(0x7000 + MIB2, 1);
    fence_of(0xffffffc000000000, 1);
    holds(maps(of_u, 0x5000), "the page is mapped as it was", "it is gone");
    struct shadow *shadow = shadow_of(&vm.shadows, of_u);
    same_u64(1, vm.shadows.page[shadow->root].used, "entries of the root that are not 0");
}
