/* A hart made of C: its CSRs, its TLB, its traps, and the two loops that touch user memory. */
#include "world.h"

struct native_csrs native_csrs;

/* The loops have an address each, as a fault in them must be told apart. */
char user_access_start[16] __attribute__((aligned(64)));
char user_fault[16];
__asm__(".globl user_access_end\n.set user_access_end, user_access_start + 16");

/* ---- the TLB ------------------------------------------------------------------------------- */

/* Each translation that the hart ever made and no fence has named. */
static struct translation {
    uint64_t page, asid;
    pte_t pte;
} tlb[1024];
static unsigned translations;

static void forget(bool all_pages, uint64_t va, bool all_asids, uint64_t asid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < translations; i++) {
        bool is_meant =
            (all_pages || tlb[i].page == va >> PAGE_SHIFT) && (all_asids || tlb[i].asid == asid);
        if (!is_meant)
            tlb[kept++] = tlb[i];
    }
    translations = kept;
}

void fence_all(void)
{
    forget(true, 0, true, 0);
}

void fence_asid(uint64_t asid)
{
    forget(true, 0, false, asid);
}

void fence_page(uint64_t va, uint64_t asid)
{
    forget(false, va, false, asid);
}

static struct translation *remembered(uint64_t va, uint64_t asid)
{
    for (unsigned i = 0; i < translations; i++)
        if (tlb[i].page == va >> PAGE_SHIFT && tlb[i].asid == asid)
            return &tlb[i];
    return NULL;
}

static pte_t *walk(pte_t *table, uint64_t va)
{
    for (int level = SV39_LEVELS - 1; level > 0; level--) {
        pte_t pte = table[va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & 0x1ff];
        if (!(pte & PTE_V))
            return NULL;
        table = pte_page(pte);
    }
    return &table[va >> PAGE_SHIFT & 0x1ff];
}

pte_t *leaf_of(const struct space *space, uint64_t va)
{
    return walk(space->root, va);
}

uint8_t *frame_of(const struct space *space, uint64_t va)
{
    pte_t *pte = leaf_of(space, va);
    return pte && *pte & PTE_V ? pte_page(*pte) : NULL;
}

bool remembers_write(const struct space *space, uint64_t va)
{
    const struct translation *found = remembered(va, space->asid);
    return found && found->pte & PTE_W;
}

bool remembers_nothing(const struct space *space, uint64_t va)
{
    return !remembered(va, space->asid);
}

/* The byte at `va` in the space that satp names, for an access that needs these permissions; NULL:
 * a page fault. A hart may remember that an entry was not valid, too, until a fence. */
static uint8_t *reach(uint64_t va, pte_t needed)
{
    uint64_t asid = (native_csrs.satp & SATP_ASID) >> SATP_ASID_SHIFT;
    pte_t *root = pte_page((native_csrs.satp & SATP_PPN) << 10);
    struct translation *found = remembered(va, asid);
    if (!found) {
        const pte_t *pte = va < USER_END ? walk(root, va) : NULL;
        holds(translations < sizeof tlb / sizeof *tlb, "the test is small", "it is not");
        found = &tlb[translations++];
        *found = (struct translation){va >> PAGE_SHIFT, asid, pte ? *pte : 0};
    }
    needed |= PTE_V | PTE_U;
    if ((found->pte & needed) != needed)
        return NULL;
    return (uint8_t *)pte_page(found->pte) + va % PAGE_SIZE;
}

/* ---- traps --------------------------------------------------------------------------------- */

/* A trap of the program: its frame is at the top of the kernel's stack, as entry.S saves it. */
static struct trapframe *trap(uint64_t cause, uint64_t value)
{
    struct trapframe *frame = proc_frame(current);
    frame->sstatus &= ~(uint64_t)MSTATUS_SPP;
    frame->scause = cause;
    frame->stval = value;
    trap_handle(frame);
    return frame;
}

/* Not cured after so many faults, it never is. */
enum { PATIENCE = 4 };

static uint8_t *reach_trapping(uint64_t va, bool is_store)
{
    for (int i = 0; i < PATIENCE; i++) {
        uint8_t *byte = reach(va, is_store ? PTE_W : PTE_R);
        if (byte)
            return byte;
        trap(is_store ? CAUSE_STORE_PAGE_FAULT : CAUSE_LOAD_PAGE_FAULT, va);
    }
    holds(false, "after the kernel answered a page fault, the access is done",
          "the program faults again and again at %#lx", va);
    return NULL;
}

uint8_t load(uint64_t va)
{
    return *reach_trapping(va, false);
}

void store(uint64_t va, uint8_t byte)
{
    *reach_trapping(va, true) = byte;
}

int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
    struct trapframe *frame = proc_frame(current);
    frame->x[REG_A7] = number;
    frame->x[REG_A0] = a0;
    frame->x[REG_A0 + 1] = a1;
    frame->x[REG_A0 + 2] = a2;
    return (int64_t)trap(CAUSE_ECALL_U, 0)->x[REG_A0];
}

void tick(void)
{
    trap(CAUSE_INTERRUPT | CAUSE_SUPERVISOR_TIMER, 0);
}

/* The kernel touches user memory. A fault there is a trap from the kernel. */
static uint8_t *reach_copying(uint64_t va, bool is_store)
{
    for (int i = 0; i < PATIENCE; i++) {
        uint8_t *byte = reach(va, is_store ? PTE_W : PTE_R);
        if (byte)
            return byte;
        struct trapframe frame = {.sepc = (uint64_t)user_access_start + 4,
                                  .sstatus = MSTATUS_SPP,
                                  .scause =
                                      is_store ? CAUSE_STORE_PAGE_FAULT : CAUSE_LOAD_PAGE_FAULT,
                                  .stval = va};
        trap_handle(&frame);
        if (frame.sepc == (uint64_t)user_fault)
            return NULL;
    }
    return NULL;
}

/* Addresses from USER_END on are the kernel's own, which it may touch: this host's. */
static uint8_t *touch(const void *address, bool is_store)
{
    uint64_t va = (uint64_t)address;
    return va < USER_END ? reach_copying(va, is_store) : (uint8_t *)va;
}

long user_copy(void *to, const void *from, size_t n);
long user_copy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *source = touch((const char *)from + i, false);
        uint8_t *target = source ? touch((char *)to + i, true) : NULL;
        if (!target)
            return -1;
        *target = *source;
    }
    return 0;
}

long user_string(char *to, const char *from, size_t n);
long user_string(char *to, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *source = touch(from + i, false);
        if (!source)
            return -1;
        to[i] = (char)*source;
        if (!to[i])
            return (long)i;
    }
    return (long)n;
}
