/* A world for a guest of a few instructions: a hosted VM whose memory a test fills by hand, and a
 * bare twin that begins alike, for lockstep.
 *
 * Criterion gives each case a process of its own, so there is one static world. The guest begins in
 * S-mode at CODE, bare, with its handler at HANDLER; page tables that map() makes start at TABLES.
 */
#ifndef WORLD_H
#define WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csr.h"
#include "fidelity.h"
#include "hosted.h"
#include "insn.h"
#include "machine.h"
#include "sv39.h"
#include "trap.h"

#define MEMORY ((uint64_t)4 << 20)
#define CODE RAM_BASE
#define HANDLER (RAM_BASE + 0x8000)
#define DATA (RAM_BASE + 0x10000)
#define TABLES (RAM_BASE + 0x100000) /* the root; the others follow */
#define NOWHERE 0x40000000           /* neither memory nor device */

static struct {
    struct boot boot;
    struct hosted *hosted;
    struct machine *bare; /* where world_lockstep made one */
    struct vm *vm;
    struct vcpu *vcpu;
    struct hart *hart; /* virtual */
    uint64_t root, next_table;
} w;

/* The coherence policy under which the stories are told: WORLD_SHADOW in the environment; with
 * WORLD_STALE, at the last legal moment. With WORLD_UNAUDITED, a test is left to itself: it must
 * see what is wrong without the auditor. */
static inline enum shadow_kind world_shadow(void)
{
    const char *name = getenv("WORLD_SHADOW");
    for (unsigned i = 0; name && i < SHADOW_KINDS; i++)
        if (strcmp(shadow_policies[i]->name, name) == 0)
            return (enum shadow_kind)i;
    cr_assert_null(name, "no policy %s", name);
    return SHADOW_FLUSH;
}

static inline bool world_is_coherent(void)
{
    return shadow_policies[world_shadow()]->is_coherent && !getenv("WORLD_STALE");
}

/* Who is in M: nobody, by default, for the firmware is built in. FIRMWARE_NONE: the guest. */
static enum firmware world_firmware;

static inline void world_of(unsigned harts, isa_t isa, enum engine engine)
{
    static uint8_t dtb[8];
    w.boot = (struct boot){.config = board_default(),
                           .image = {.entry = CODE},
                           .dtb = dtb,
                           .dtb_size = sizeof dtb,
                           .dtb_pa = RAM_BASE + MEMORY - PAGE_SIZE};
    w.boot.config.ram_size = MEMORY;
    w.boot.config.harts = harts;
    w.boot.config.firmware = world_firmware;
    w.boot.config.isa = isa;
    w.hosted = hosted_new(&w.boot, engine);
    cr_assert_not_null(w.hosted);
    w.vm = hosted_vm(w.hosted);
    w.vm->config.shadow = world_shadow();
    w.vm->config.is_stale = getenv("WORLD_STALE");
    cr_assert(hosted_audit(w.hosted, !getenv("WORLD_UNAUDITED")));
    hosted_boot(w.hosted);
    w.vcpu = &w.vm->vcpu[0];
    w.hart = &w.vcpu->hart;
    w.hart->csr.stvec = HANDLER;
    w.root = TABLES;
    w.next_table = TABLES + PAGE_SIZE;
}

static inline void world_new(void)
{
    world_of(1, ISA_FULL, ENGINE_BLOCK);
}

static inline void world_end(void)
{
    hosted_free(w.hosted);
    machine_free(w.bare);
}

/* ---- memory ------------------------------------------------------------------------------- */

static inline void poke(uint64_t gpa, unsigned size, uint64_t value)
{
    struct platform *platform = &w.vm->platform;
    cr_assert(platform->dma(platform->owner, gpa, &value, size, true), "no memory at %lx", gpa);
}

static inline uint64_t peek(uint64_t gpa, unsigned size)
{
    struct platform *platform = &w.vm->platform;
    uint64_t value = 0;
    cr_assert(platform->dma(platform->owner, gpa, &value, size, false), "no memory at %lx", gpa);
    return value;
}

/* Puts 32-bit instructions at `gpa`. */
#define program(gpa, ...)                                                                          \
    put_words(gpa, (const uint32_t[]){__VA_ARGS__},                                                \
              sizeof(const uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))
static inline void put_words(uint64_t gpa, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        poke(gpa + 4 * i, 4, words[i]);
}

static inline uint64_t entry(uint64_t gpa, uint64_t flags)
{
    return gpa >> PAGE_SHIFT << PTE_PPN_SHIFT | flags;
}

/* Where the guest's entry of `va` at `level` lies; tables above it are made where missing. */
static inline uint64_t entry_at(uint64_t va, int level)
{
    uint64_t table = w.root;
    for (int at = SV39_LEVELS - 1;; at--) {
        uint64_t gpa = table + (va >> (PAGE_SHIFT + SV39_VPN_BITS * at) & 0x1ff) * 8;
        if (at == level)
            return gpa;
        if (!peek(gpa, 8)) {
            poke(gpa, 8, entry(w.next_table, PTE_V));
            w.next_table += PAGE_SIZE;
        }
        table = pte_pa(peek(gpa, 8));
    }
}

static inline void map_at(uint64_t va, int level, uint64_t gpa, uint64_t flags)
{
    poke(entry_at(va, level), 8, entry(gpa, flags));
}

static inline void map(uint64_t va, uint64_t gpa, uint64_t flags)
{
    map_at(va, 0, gpa, flags);
}

static inline uint64_t leaf_of(uint64_t va)
{
    return peek(entry_at(va, 0), 8);
}

#define SV39 ((uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT)
#define ASID(n) ((uint64_t)(n) << SATP_ASID_SHIFT)
#define S_RWX (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)
#define S_RX (PTE_V | PTE_R | PTE_X | PTE_A)
#define U_RWX (S_RWX | PTE_U)
#define U_RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_U)
#define U_RX (S_RX | PTE_U)

/* Turns Sv39 on, with the vcpu in `mode`. */
static inline void enter_paging(enum mode mode)
{
    w.hart->csr.satp = SV39 | w.root >> PAGE_SHIFT;
    w.hart->mode = mode;
}

/* The usual address space of these tests: the program of S at CODE and its handler as they lie, all
 * tables in reach; the program of U at U_CODE, on the same frame as nothing else. */
#define U_CODE 0x1000u
#define U_FRAME (RAM_BASE + 0x20000)
static inline void usual_space(enum mode mode)
{
    map(CODE, CODE, S_RX);
    map(HANDLER, HANDLER, S_RX);
    map(U_CODE, U_FRAME, U_RX);
    enter_paging(mode);
    w.hart->pc = mode == MODE_U ? U_CODE : CODE;
}

static inline uint64_t hpa_of(uint64_t gpa)
{
    hpa_t hpa;
    cr_assert(vm_translate(w.vm, GPA(gpa), 0, &hpa));
    return hpa.a;
}

/* ---- running ------------------------------------------------------------------------------ */

static inline enum stop run(uint64_t steps)
{
    struct platform *platform = &w.vm->platform;
    return platform_run(platform, platform->s.clock.steps + steps);
}

static inline uint64_t steps(void)
{
    return w.vm->platform.s.clock.steps;
}

static inline uint64_t exits(enum exit_reason reason)
{
    return w.vm->stats.exits[reason];
}

/* Begins again at CODE, in S, with one instruction there: for rows. */
static inline void once(uint32_t word)
{
    program(CODE, word);
    w.hart->mode = MODE_S;
    w.hart->pc = CODE;
    w.hart->csr.scause = w.hart->csr.stval = w.hart->csr.sepc = 0;
    run(1);
}

/* The guest's S handler has just been entered for `cause`. */
#define expect_trap(cause_, tval_, epc_)                                                           \
    do {                                                                                           \
        cr_expect_eq(w.hart->mode, MODE_S);                                                        \
        cr_expect_eq(w.hart->pc, HANDLER, "pc %lx", w.hart->pc);                                   \
        cr_expect_eq(w.hart->csr.scause, (uint64_t)(cause_), "cause %lx", w.hart->csr.scause);     \
        cr_expect_eq(w.hart->csr.stval, (uint64_t)(tval_), "tval %lx", w.hart->csr.stval);         \
        cr_expect_eq(w.hart->csr.sepc, (uint64_t)(epc_), "epc %lx", w.hart->csr.sepc);             \
    } while (0)

/* What the shadow that the vcpu would run on now says of `va`: 0 for nothing. */
static inline uint64_t shadow_entry(uint64_t va)
{
    int level;
    struct shadows *shadows = &w.vm->shadows;
    return shadow_lookup(shadows, shadow_of(shadows, vcpu_view(w.vcpu)), GVA(va), &level, NULL);
}

/* And why that allows less than the guest's entry. */
static inline unsigned shadow_reasons(uint64_t va)
{
    int level;
    unsigned reasons;
    struct shadows *shadows = &w.vm->shadows;
    shadow_lookup(shadows, shadow_of(shadows, vcpu_view(w.vcpu)), GVA(va), &level, &reasons);
    return reasons;
}

/* ---- the bare twin ------------------------------------------------------------------------ */

/* Makes the bare machine what the VM is now. */
static inline void twin_new(void)
{
    uint8_t page[PAGE_SIZE];
    if (!w.bare)
        w.bare = machine_new(&w.boot.config, ENGINE_BLOCK);
    cr_assert_not_null(w.bare);
    machine_boot(w.bare, &w.boot);
    struct platform *from = &w.vm->platform, *to = &w.bare->platform;
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE) {
        from->dma(from->owner, gpa, page, PAGE_SIZE, false);
        to->dma(to->owner, gpa, page, PAGE_SIZE, true);
    }
    for (unsigned i = 0; i < from->harts; i++)
        w.bare->hart[i] = *from->hart[i];
    to->s = from->s;
}

/* Runs both for `count` steps and compares every so many. The result tells how many translations
 * were used between a change and its fence. */
static inline struct fidelity_run twin_run(uint64_t count, uint64_t every)
{
    struct fidelity_config config = {.max = steps() + count, .every = every, .report = stderr};
    return fidelity(w.bare, w.hosted, &config);
}

/* Runs the guest in lockstep with a new twin, comparing after each step. */
static inline struct fidelity_run world_lockstep(uint64_t count)
{
    twin_new();
    return twin_run(count, 1);
}

#define EXPECT_SAME(count) cr_expect_neq(world_lockstep(count).result, FIDELITY_DIFFERENT)

/* ---- instructions, by their row ------------------------------------------------------------ */

enum { ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5, A6, A7 };

static inline uint32_t r_type(enum insn_id id, unsigned rd, unsigned rs1, unsigned rs2)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | rs2 << 20;
}

static inline uint32_t i_type(enum insn_id id, unsigned rd, unsigned rs1, int imm)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | ((uint32_t)imm & 0xfff) << 20;
}

static inline uint32_t s_type(enum insn_id id, unsigned rs1, unsigned rs2, int imm)
{
    uint32_t bits = (uint32_t)imm & 0xfff;
    return insn_table[id].match | rs1 << 15 | rs2 << 20 | (bits & 31) << 7 | bits >> 5 << 25;
}

static inline uint32_t csr_type(enum insn_id id, unsigned rd, unsigned number, unsigned rs1)
{
    return insn_table[id].match | rd << 7 | rs1 << 15 | number << 20;
}

#define NOP 0x00000013u
#define LOOP 0x0000006fu /* j . */
#define ECALL 0x00000073u
#define EBREAK 0x00100073u
#define SRET 0x10200073u
#define MRET 0x30200073u
#define WFI 0x10500073u
#define SFENCE_ALL 0x12000073u
#define LD(rd, rs1) i_type(INSN_ld, rd, rs1, 0)
#define SD(rs2, rs1) s_type(INSN_sd, rs1, rs2, 0)
#define LI(rd, imm) i_type(INSN_addi, rd, ZERO, imm)
#define CSRR(rd, csr) csr_type(INSN_csrrs, rd, CSR_##csr, ZERO)
#define CSRW(csr, rs1) csr_type(INSN_csrrw, ZERO, CSR_##csr, rs1)
#define JALR(rs1) i_type(INSN_jalr, RA, rs1, 0)
#define LR(rd, rs1) r_type(INSN_lr_d, rd, rs1, 0)
#define SC(rd, rs2, rs1) r_type(INSN_sc_d, rd, rs1, rs2)
#define AMOADD(rd, rs2, rs1) r_type(INSN_amoadd_d, rd, rs1, rs2)
#define SFENCE(rs1, rs2) r_type(INSN_sfence_vma, 0, rs1, rs2)

#endif
