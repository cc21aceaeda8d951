/* A VM for the claims of labs 5 to 7: the VMM core on hardware that is no hardware.
 *
 * Memory is an array, fences are noted, and the guest is a function of the claim
 * (`hardware.guest`), called when the VMM enters it: it sees the real state that a hart would run
 * on, and says why the hart comes back. Each claim has a process of its own, so there is one static
 * world.
 *
 * The guest begins in S-mode at CODE, with its handler at HANDLER; page tables that map() makes
 * start at TABLES. */
#ifndef LAB_VM_H
#define LAB_VM_H

#include <stdlib.h>
#include <string.h>

#include "csr.h"
#include "lab_test.h"
#include "pmp.h"
#include "sbi.h"
#include "trap.h"
#include "vm.h"

#define MEMORY ((uint64_t)8 << 20)
#define CODE ((uint64_t)RAM_BASE)
#define HANDLER (RAM_BASE + 0x8000)
#define DATA (RAM_BASE + 0x10000)
#define TABLES (RAM_BASE + 0x100000)   /* the root; the others follow */
#define LARGE (RAM_BASE + 0x400000)    /* 2 MiB that nothing else uses */
#define NOWHERE ((uint64_t)0x40000000) /* neither memory nor device */
#define MIB2 ((uint64_t)2 << 20)
#define RWX (PTE_R | PTE_W | PTE_X)
#define SATP_OF(asid, root)                                                                        \
    ((uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (uint64_t)(asid) << SATP_ASID_SHIFT |           \
     (root) >> PAGE_SHIFT)

/* ---- hardware -----------------------------------------------------------------------------------
 */

enum { NOTED = 4096 };

struct hw {
    uint8_t *bytes;
    uint64_t base, size;
    struct hw_exit (*guest)(struct hw_state *state, uint64_t budget);
    unsigned entries;       /* how often the guest was entered */
    uint64_t looks;         /* how often the VMM looked at a frame */
    uint64_t fenced[NOTED]; /* pages fenced one by one */
    unsigned fences;
    bool is_all_fenced;
};

static struct hw hardware;
static struct vm vm;
static struct vcpu *vcpu; /* the first */
static struct hart *hart; /* its virtual hart */
static uint64_t next_table;

uint8_t *hw_frame(struct hw *hw, hpa_t hpa)
{
    holds(hpa.a - hw->base < hw->size, "the VMM touches only memory that it was given",
          "it touches 0x%lx", hpa.a);
    hw->looks++;
    return hw->bytes + (hpa.a - hw->base);
}

void hw_store(struct hw *hw, hpa_t hpa, unsigned size, uint64_t value)
{
    memcpy(hw_frame(hw, hpa), &value, size);
}

void hw_clear(struct hw *hw, hpa_t frame)
{
    memset(hw_frame(hw, frame), 0, PAGE_SIZE);
}

void hw_write(struct hw *hw, hpa_t hpa, const void *bytes, uint64_t size)
{
    memcpy(hw_frame(hw, hpa), bytes, size);
}

void hw_fence(struct hw *hw, gva_t gva)
{
    if (hw->fences < NOTED)
        hw->fenced[hw->fences++] = gva.a >> PAGE_SHIFT;
    else
        hw->is_all_fenced = true;
}

void hw_fence_all(struct hw *hw)
{
    hw->is_all_fenced = true;
}

void hw_no_table(struct hw *hw, hpa_t frame)
{
    (void)hw, (void)frame;
}

struct hw_exit hw_enter(struct hw *hw, struct hw_state *state, uint64_t budget)
{
    hw->entries++;
    holds(hw->guest != NULL, "the guest is not entered", "it is");
    return hw->guest(state, budget);
}

/* ---- the VM --------------------------------------------------------------------------------- */

/* A VM of MEMORY bytes and two vcpus, the second of them stopped; a new one, if there was one
 * before. */
static inline void given_vm(enum shadow_kind policy, bool has_firmware)
{
    struct platform *platform = &vm.platform;
    free(hardware.bytes);
    memset(&vm, 0, sizeof vm);
    next_table = TABLES + PAGE_SIZE;
    hardware = (struct hw){.base = RAM_BASE, .size = vm_memory_needed(MEMORY)};
    hardware.bytes = calloc(1, hardware.size);
    platform->harts = 2;
    platform->quantum = 1000;
    platform->ram_size = MEMORY;
    platform->has_firmware = has_firmware;
    vm.config.shadow = policy;
    vm_init(&vm, &hardware,
            (struct vm_memory){.base = HPA(RAM_BASE), .size = hardware.size, .guest_size = MEMORY});
    for (unsigned i = 0; i < platform->harts; i++) {
        hart_reset(&vm.vcpu[i].hart, ISA_FULL, i, CODE);
        if (has_firmware)
            sbi_enter(&vm.vcpu[i].hart, CODE, i, 0);
        vm.vcpu[i].hart.csr.stvec = HANDLER;
    }
    platform_reset(platform);
    platform->stirred = false;
    vcpu = &vm.vcpu[0];
    hart = &vcpu->hart;
}

/* Where the machine has the guest's byte at `gpa`: the frame that the owner array knows as its own.
 */
static inline uint64_t hpa_of(uint64_t gpa)
{
    for (uint64_t at = hardware.base; at < hardware.base + hardware.size; at += PAGE_SIZE)
        if (owner_of(&vm.owners, HPA(at)) == vm.number &&
            owner_gpa(&vm.owners, HPA(at)).a >> PAGE_SHIFT == gpa >> PAGE_SHIFT)
            return at + gpa % PAGE_SIZE;
    return 0;
}

static inline void poke(uint64_t gpa, unsigned size, uint64_t value)
{
    memcpy(hardware.bytes + (hpa_of(gpa) - hardware.base), &value, size);
}

static inline uint64_t peek(uint64_t gpa, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, hardware.bytes + (hpa_of(gpa) - hardware.base), size);
    return value;
}

/* ---- the guest's page tables ---------------------------------------------------------------- */

#define U_RWX (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define S_RWX (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

static inline uint64_t entry_to(uint64_t pa, uint64_t flags)
{
    return pa >> PAGE_SHIFT << PTE_PPN_SHIFT | flags;
}

/* Where the guest's entry of `va` at `level` lies, in the tables at `root`; those above it are made
 * where they are missing. */
static inline uint64_t entry_in(uint64_t root, uint64_t va, int level)
{
    uint64_t table = root;
    for (int at = SV39_LEVELS - 1;; at--) {
        uint64_t gpa = table + (va >> (PAGE_SHIFT + SV39_VPN_BITS * at) & 0x1ff) * 8;
        if (at == level)
            return gpa;
        if (!peek(gpa, 8)) {
            poke(gpa, 8, entry_to(next_table, PTE_V));
            next_table += PAGE_SIZE;
        }
        table = pte_pa(peek(gpa, 8));
    }
}

static inline void map_in(uint64_t root, uint64_t va, int level, uint64_t gpa, uint64_t flags)
{
    poke(entry_in(root, va, level), 8, entry_to(gpa, flags));
}

static inline void map(uint64_t va, uint64_t gpa, uint64_t flags)
{
    map_in(TABLES, va, 0, gpa, flags);
}

/* Turns Sv39 on, with ASID 1. */
static inline void page_in(enum mode mode)
{
    hart->csr.satp = SATP_OF(1, TABLES);
    hart->mode = mode;
}

/* ---- what the hardware would find ----------------------------------------------------------- */

/* The entry that a hart finds for `va` in the tables of a shadow, and its level; 0: none. */
static inline uint64_t shadow_says(const struct shadow *shadow, uint64_t va, int *level)
{
    return shadow_lookup(&vm.shadows, shadow, GVA(va), level, NULL);
}

static inline bool is_fenced(uint64_t va)
{
    for (unsigned i = 0; i < hardware.fences; i++)
        if (hardware.fenced[i] == va >> PAGE_SHIFT)
            return true;
    return hardware.is_all_fenced;
}

/* ---- instructions --------------------------------------------------------------------------- */

enum { ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5, A6, A7 };

#define NOP 0x00000013u
#define ECALL 0x00000073u
#define EBREAK 0x00100073u
#define SRET 0x10200073u
#define MRET 0x30200073u
#define WFI 0x10500073u
#define ADDI(rd, rs1, imm) (0x00000013u | (rd) << 7 | (rs1) << 15 | (unsigned)(imm) << 20)
#define LBU(rd, rs1) (0x00004003u | (rd) << 7 | (rs1) << 15)
#define LH(rd, rs1) (0x00001003u | (rd) << 7 | (rs1) << 15)
#define CSRRW(rd, csr, rs1) (0x00001073u | (rd) << 7 | (rs1) << 15 | (unsigned)CSR_##csr << 20)
#define CSRRS(rd, csr, rs1) (0x00002073u | (rd) << 7 | (rs1) << 15 | (unsigned)CSR_##csr << 20)

#endif
