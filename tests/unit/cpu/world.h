/* A machine without firmware, programs written into its memory, and page tables. */
#ifndef WORLD_H
#define WORLD_H

#include <criterion/criterion.h>
#include <string.h>

#include "pmp.h"
#include "../../tools/encode.h"
#include "csr.h"
#include "engine.h"
#include "machine.h"

/* Where things are put. */
#define CODE RAM_BASE
#define DATA (RAM_BASE + 0x10000)
#define OTHER (RAM_BASE + 0x11000)
#define HANDLER (RAM_BASE + 0x20000)
#define TABLES (RAM_BASE + 0x100000)
#define VA ((uint64_t)0x40000000)

#define OPEN (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

enum { T0 = 5, T1, T2, S0 = 8, S1, T3 = 28 };

static const enum engine engines[] = {ENGINE_STEP, ENGINE_BLOCK};
static const char *const engine_names[] = {[ENGINE_STEP] = "step", [ENGINE_BLOCK] = "block"};

static struct machine *machine;
static struct hart *hart;
static uint64_t next_table;

static inline void given_a_machine(enum engine engine)
{
    struct board_config config = board_default();
    config.firmware = FIRMWARE_NONE;
    config.ram_size = 16 << 20;
    machine_free(machine);
    machine = machine_new(&config, engine);
    cr_assert_not_null(machine);
    hart = &machine->hart[0];
    hart->csr.mtvec = HANDLER;
    pmp_open(&hart->csr.pmp);
    next_table = TABLES + PAGE_SIZE;
}

static inline void finish(void)
{
    machine_free(machine);
    machine = NULL;
}

static inline uint64_t read64(uint64_t pa)
{
    uint64_t value;
    memcpy(&value, ram_at(&machine->ram, pa, 8), 8);
    return value;
}

/* As a device writes. */
static inline void dma(uint64_t pa, const void *bytes, size_t size)
{
    cr_assert(machine->platform.dma(machine, pa, (void *)bytes, size, true));
}

static inline void write64(uint64_t pa, uint64_t value)
{
    dma(pa, &value, 8);
}

#define PROGRAM(pa, ...)                                                                           \
    do {                                                                                           \
        const uint32_t words_[] = {__VA_ARGS__};                                                   \
        dma(pa, words_, sizeof words_);                                                            \
    } while (0)

static inline uint64_t steps(void)
{
    return machine->platform.s.clock.steps;
}

static inline void run(uint64_t count)
{
    machine_run(machine, steps() + count);
}

/* Writes a program to CODE, with a loop at its end, and runs it to there. The budget is a long one:
 * where a block does not fit into what is left, the reference step stands in for it. */
#define EXECUTE(...)                                                                               \
    do {                                                                                           \
        PROGRAM(CODE, __VA_ARGS__, j(0));                                                          \
        hart->pc = CODE;                                                                           \
        run(64);                                                                                   \
    } while (0)

/* ---- page tables: the root at TABLES ---- */

static inline uint64_t pte_to(uint64_t pa, uint64_t bits)
{
    return pa >> PAGE_SHIFT << PTE_PPN_SHIFT | bits;
}

/* Where the entry of `level` for `va` lies; tables on the way are made. */
static inline uint64_t entry_of(uint64_t va, int level)
{
    uint64_t table = TABLES;
    for (int at = SV39_LEVELS - 1;; at--) {
        uint64_t entry = table + (va >> (PAGE_SHIFT + SV39_VPN_BITS * at) & 511) * 8;
        if (at == level)
            return entry;
        if (!(read64(entry) & PTE_V)) {
            write64(entry, pte_to(next_table, PTE_V));
            next_table += PAGE_SIZE;
        }
        table = pte_pa(read64(entry));
    }
}

static inline void map(uint64_t va, uint64_t pa, uint64_t bits)
{
    write64(entry_of(va, 0), pte_to(pa, bits));
}

/* S-mode at `pc`, with these tables. RAM's first 16 MiB are where they are, in large pages. */
static inline void enter_s(uint64_t pc)
{
    for (uint64_t at = 0; at < 16 << 20; at += level_size(1))
        write64(entry_of(RAM_BASE + at, 1), pte_to(RAM_BASE + at, OPEN));
    hart->csr.satp = (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | TABLES >> PAGE_SHIFT;
    hart->mode = MODE_S;
    hart->pc = pc;
}

/* ---- instructions by their usual names ---- */

static inline uint32_t addi(unsigned rd, unsigned rs1, int64_t imm)
{
    return encode(INSN_addi, rd, rs1, 0, imm);
}

static inline uint32_t ld(unsigned rd, int64_t imm, unsigned rs1)
{
    return encode(INSN_ld, rd, rs1, 0, imm);
}

static inline uint32_t sd(unsigned rs2, int64_t imm, unsigned rs1)
{
    return encode(INSN_sd, 0, rs1, rs2, imm);
}

static inline uint32_t sw(unsigned rs2, int64_t imm, unsigned rs1)
{
    return encode(INSN_sw, 0, rs1, rs2, imm);
}

static inline uint32_t j(int64_t offset)
{
    return encode(INSN_jal, 0, 0, 0, offset);
}

static inline uint32_t csrr(unsigned rd, unsigned csr)
{
    return encode(INSN_csrrs, rd, 0, 0, csr);
}

static inline uint32_t csrw(unsigned csr, unsigned rs1)
{
    return encode(INSN_csrrw, 0, rs1, 0, csr);
}

static inline uint32_t ecall(void)
{
    return encode(INSN_ecall, 0, 0, 0, 0);
}

#endif
