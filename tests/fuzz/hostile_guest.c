/* Hostile guests: random programs, made worse. */
#include <string.h>

#include "csr.h"
#include "hostile.h"
#include "maker.h"

struct profile profile_of(unsigned number)
{
    static const isa_t without[] = {0, ISA(C), ISA(Zicclsm)};
    static const unsigned worse[] = {0, 1, 8};
    struct profile profile;
    profile.firmware = number % 2 ? FIRMWARE_NONE : FIRMWARE_BUILTIN;
    number /= 2;
    profile.passes_uart = number % 2;
    number /= 2;
    profile.isa = PROGRAM_ISA & ~without[number % 3];
    number /= 3;
    profile.harts = 1 + number % 2;
    number /= 2;
    profile.worse = worse[number % 3];
    number /= 3;
    profile.shadow = (enum shadow_kind)(number % SHADOW_KINDS);
    return profile;
}

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return program_random(random) % limit;
}

/* Words for exits that chance alone seldom makes: a breakpoint, a jump that C alone allows, a store
 * to a page table. */
static uint32_t rare_word(uint64_t *random)
{
    unsigned rs2 = (unsigned)below(random, 32);
    switch (below(random, 3)) {
    case 0:
        return encode(INSN_ebreak, 0, 0, 0, 0);
    case 1:
        return encode(INSN_jal, 1, 0, 0, 2 + 4 * (int64_t)below(random, 16));
    default:
        return encode(INSN_sd, 0, R_TABLES, rs2, 8 * (int64_t)below(random, 256));
    }
}

/* A word that does something: mostly an instruction of the table with any operands. */
static uint32_t some_word(uint64_t *random)
{
    if (below(random, 16) == 0)
        return rare_word(random);
    static const unsigned csrs[] = {
        CSR_sstatus, CSR_sie,      CSR_stvec,   CSR_scounteren, CSR_sscratch,    CSR_sepc,
        CSR_scause,  CSR_stval,    CSR_sip,     CSR_satp,       CSR_time,        CSR_mstatus,
        CSR_medeleg, CSR_mideleg,  CSR_mie,     CSR_mip,        CSR_mtvec,       CSR_mepc,
        CSR_mcycle,  CSR_minstret, CSR_pmpcfg0, CSR_pmpaddr,    CSR_pmpaddr + 1, CSR_menvcfg};
    uint32_t bits = (uint32_t)program_random(random);
    if (below(random, 12) == 0)
        return bits;
    const struct insn_info *info = &insn_table[below(random, INSN_COUNT)];
    uint32_t word = info->match | (bits & ~info->mask);
    if (info->format == FMT_CSR || info->format == FMT_CSRI)
        word = (word & 0xfffff) | csrs[below(random, sizeof csrs / sizeof *csrs)] << 20;
    if (info->format == FMT_B || info->format == FMT_J)
        word &= 0x01ffffff; /* stay near */
    return word;
}

static uint64_t some_pte(uint64_t *random)
{
    uint64_t frame = RAM_BASE / PAGE_SIZE + below(random, PROGRAM_RAM / PAGE_SIZE + 16);
    switch (below(random, 8)) {
    case 0:
        frame = program_random(random) & PTE_PPN >> PTE_PPN_SHIFT;
        break;
    case 1:
        frame = (RAM_BASE + PROGRAM_TABLES) / PAGE_SIZE + below(random, 8);
        break;
    case 2:
        frame = RAM_BASE / PAGE_SIZE + below(random, 3) * 512; /* fit for a large page */
        break;
    case 3:
        frame = UART_BASE / PAGE_SIZE;
        break;
    }
    uint64_t flags = below(random, 4) ? PTE_V | PTE_R | PTE_W | PTE_A | PTE_D : 0;
    return frame << PTE_PPN_SHIFT | flags | below(random, 256);
}

static void put_in(struct program *program, uint64_t at, const void *value, size_t size)
{
    memcpy(program->image + at, value, size);
}

/* The UART's interrupt, enabled or not: where the UART is, or where the window has it. Its line
 * follows at once, for there is always room to send. */
static uint64_t toggle_uart(struct program *program, uint64_t at, uint64_t *random)
{
    uint64_t base = below(random, 2) ? UART_BASE : WINDOW + ((uint64_t)WINDOW_DEVICES << 12);
    uint32_t words[] = {
        encode(INSN_lui, 5, 0, 0, (int64_t)base),
        encode(INSN_addi, 6, 0, 0, 2 * (int64_t)below(random, 2)),
        encode(INSN_sb, 0, 5, 6, 1),
    };
    put_in(program, at, words, sizeof words);
    return at + sizeof words;
}

/* An entry of a table becomes what another is: a leaf a pointer, a table its own child, a page one
 * that is shared; with a fence of some address, of everything, of another space, or none. */
static uint64_t shuffle_tables(struct program *program, uint64_t at, uint64_t *random)
{
    unsigned rs1 = below(random, 2) ? (unsigned)below(random, 32) : 0;
    unsigned rs2 = below(random, 4) ? 0 : (unsigned)below(random, 32);
    uint32_t words[] = {
        encode(INSN_ld, 5, R_TABLES, 0, 8 * (int64_t)below(random, 16)),
        encode(INSN_sd, 0, R_TABLES, 5, 8 * (int64_t)below(random, 16)),
        encode(INSN_sfence_vma, 0, rs1, rs2, 0),
    };
    size_t size = below(random, 4) ? sizeof words : sizeof words - sizeof *words;
    put_in(program, at, words, size);
    return at + size;
}

/* The next address space, with the same tables: views without end. */
static uint64_t change_asid(struct program *program, uint64_t at)
{
    enum { SATP = CSR_satp << 20 };
    uint32_t words[] = {
        encode(INSN_csrrs, 5, 0, 0, 0) | (uint32_t)SATP, encode(INSN_addi, 6, 0, 0, 1),
        encode(INSN_slli, 6, 6, 0, SATP_ASID_SHIFT),     encode(INSN_add, 5, 5, 6, 0),
        encode(INSN_csrrw, 0, 5, 0, 0) | (uint32_t)SATP,
    };
    put_in(program, at, words, sizeof words);
    return at + sizeof words;
}

static uint64_t some_snippet(struct program *program, uint64_t at, uint64_t *random)
{
    switch (below(random, 4)) {
    case 0:
        return change_asid(program, at);
    case 1:
        return shuffle_tables(program, at, random);
    default:
        return toggle_uart(program, at, random);
    }
}

/* Instructions of code and handlers, entries of tables, and what the handlers read. */
static void make_worse(struct program *program, unsigned worse, uint64_t *random)
{
    bool spares_handlers = below(random, 8);
    for (uint64_t at = spares_handlers ? PROGRAM_CODE : 0; at < PROGRAM_CODE_END; at += 4) {
        uint32_t word = some_word(random);
        bool is_rare = at < PROGRAM_CODE && below(random, 16);
        if (below(random, 16) < worse && !is_rare)
            put_in(program, at, &word, sizeof word);
        if (at >= PROGRAM_CODE && at < PROGRAM_CODE_END - 64 && below(random, 64) < worse)
            at = some_snippet(program, at, random);
    }
    for (uint64_t at = PROGRAM_TABLES; at < PROGRAM_SIZE; at += 8) {
        uint64_t pte = some_pte(random);
        if (below(random, 64) < worse)
            put_in(program, at, &pte, sizeof pte);
    }
}

/* A fuzzer's bytes: six a change, where and what. */
static void make_as_told(struct program *program, const uint8_t *bytes, size_t size)
{
    enum { CHANGE = 6 };
    for (; size >= CHANGE; size -= CHANGE, bytes += CHANGE) {
        uint64_t word = bytes[0] | (uint64_t)bytes[1] << 8;
        put_in(program, word % (PROGRAM_SIZE / 4) * 4, bytes + 2, 4);
    }
}

void hostile_make(struct program *program, const struct profile *profile, uint64_t seed,
                  const uint8_t *bytes, size_t size)
{
    uint64_t random = seed;
    program_make(program, seed, profile->firmware);
    make_worse(program, profile->worse, &random);
    make_as_told(program, bytes, size);
    program->boot.config.harts = profile->harts;
    program->boot.config.isa = profile->isa;
}
