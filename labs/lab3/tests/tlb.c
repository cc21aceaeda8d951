/* Lab 3, exercise 7: whatever the TLB holds, loads, stores and fetches see the tables as they are.
 *
 * Programs run in M, which fetches by physical addresses, and load and store as S does, under MPRV.
 * All memory is also where it is physically, in a page of 1 GiB, so that they can change their
 * tables. */
#include "cpu.h"
#include "engine.h"
#include "insn.h"
#include "world.h"

enum { T0 = 5, T1, T2, S0 = 8, S1, S2 = 18, S3 };

#define RAM_SIZE (16 * MIB)
#define CODE MEMORY
#define CODE_2 (MEMORY + MIB)
#define ROOT_1 (MEMORY + 2 * MIB)
#define MIDDLE_1 (ROOT_1 + 4 * KIB)
#define LEAVES_1 (ROOT_1 + 8 * KIB)
#define ROOT_2 (MEMORY + 3 * MIB)
#define MIDDLE_2 (ROOT_2 + 4 * KIB)
#define LEAVES_2 (ROOT_2 + 8 * KIB)
#define DATA (MEMORY + 4 * MIB)
#define OTHER (MEMORY + 6 * MIB)

#define ENTRY(table, va, level) ((table) + 8 * ((va) >> (level)&511))
enum { LEVEL_0 = 12, LEVEL_1 = 21, LEVEL_2 = 30 };

static struct ram ram;
static struct cpu *cpu;
static struct hart hart;
static unsigned walks, changes;
static uint64_t changed[4];

static void note_walk(void *owner, uint64_t va, const struct walk *walk)
{
    (void)owner, (void)walk;
    walks += va >> 30 != MEMORY >> 30;
}

static void note_change(void *owner, uint64_t pa)
{
    (void)owner;
    if (changes < 4)
        changed[changes] = pa;
    changes++;
}

static struct cpu_watch watch = {.walked = note_walk, .replaced = note_change};

static uint64_t read64(uint64_t pa)
{
    uint64_t value;
    memcpy(&value, ram_at(&ram, pa, 8), 8);
    return value;
}

static void write64(uint64_t pa, uint64_t value)
{
    cpu_wrote(cpu, pa, 8);
    memcpy(ram_at(&ram, pa, 8), &value, 8);
}

static void map_in(uint64_t root, uint64_t pa, uint64_t bits)
{
    uint64_t middle = root + 4 * KIB, leaves = root + 8 * KIB;
    write64(ENTRY(root, MEMORY, LEVEL_2), entry(MEMORY, RWX));
    write64(ENTRY(root, VA, LEVEL_2), entry(middle, V));
    write64(ENTRY(middle, VA, LEVEL_1), entry(leaves, V));
    write64(ENTRY(leaves, VA, LEVEL_0), entry(pa, bits));
}

static uint64_t satp_of(uint64_t root)
{
    return (uint64_t)8 << 60 | root >> 12;
}

/* A machine in which VA is the page DATA, with these bits. s0 = VA, t2 = an entry that leads to
 * OTHER, s1 = where VA's entry is. DATA has 111, OTHER 222. */
static void given_a_page(uint64_t bits)
{
    holds(ram_init(&ram, MEMORY, RAM_SIZE), "there is memory for the machine", "there is none");
    cpu = cpu_new(&ram, NULL, ENGINE_BLOCK);
    cpu_set_watch(cpu, &watch);
    hart_reset(&hart, ISA_FULL, 0, CODE);
    pmp_open(&hart.csr.pmp);
    hart.csr.mstatus |= MPRV | MPP(MODE_S);
    hart.csr.satp = satp_of(ROOT_1);
    map_in(ROOT_1, DATA, bits);
    write64(DATA, 111);
    write64(OTHER, 222);
    hart.x[S0] = VA;
    hart.x[S1] = ENTRY(LEAVES_1, VA, LEVEL_0);
    hart.x[T2] = entry(OTHER, RWX);
}

static uint32_t ld(unsigned rd, unsigned rs1)
{
    struct insn insn = {.id = INSN_ld, .rd = (uint8_t)rd, .rs1 = (uint8_t)rs1};
    return insn_encode(&insn);
}

static uint32_t sd(unsigned rs2, unsigned rs1)
{
    struct insn insn = {.id = INSN_sd, .rs2 = (uint8_t)rs2, .rs1 = (uint8_t)rs1};
    return insn_encode(&insn);
}

static uint32_t li(unsigned rd, int value)
{
    struct insn insn = {.id = INSN_addi, .rd = (uint8_t)rd, .imm = value};
    return insn_encode(&insn);
}

static uint32_t set_satp(unsigned rs1)
{
    struct insn insn = {.id = INSN_csrrw, .rs1 = (uint8_t)rs1, .imm = 0x180};
    return insn_encode(&insn);
}

#define ECALL 0x00000073u
enum { CAUSE_FROM_M = 11, CAUSE_FROM_S = 9 };

/* Puts a program at `pa`, with an ecall behind it. */
static void put(uint64_t pa, const uint32_t *words, size_t size)
{
    static const uint32_t end = ECALL;
    cpu_wrote(cpu, pa, size + 4);
    memcpy(ram_at(&ram, pa, size + 4), words, size);
    memcpy(ram_at(&ram, pa + size, 4), &end, 4);
}

static uint64_t run_at(uint64_t pc)
{
    hart.pc = pc;
    struct cpu_exit exit = cpu_enter(cpu, &hart, 1000);
    return exit.has_trapped ? exit.trap.cause : ~(uint64_t)0;
}

/* Runs these instructions to their end; gives the cause that ended them. */
#define RUN(...)                                                                                   \
    (put(CODE, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__})),          \
     run_at(CODE))
#define RUN_WHOLE(...)                                                                             \
    same_u64(CAUSE_FROM_M, RUN(__VA_ARGS__), "the cause that ended the program: its own ecall")

#define ALL_BEFORE NEEDS(1, 2, 3, 4, 5, 6)

CLAIM(7, ALL_BEFORE, "a page that was loaded from is not walked for again", "isa/cpu/engine.h")
{
    given_a_page(RWX);
    RUN_WHOLE(ld(T0, S0), ld(T0, S0), ld(T1, S0), ld(T1, S0));
    same_u64(111, hart.x[T1], "what was loaded");
    same_u64(1, walks, "walks for four loads");
}

CLAIM(7, ALL_BEFORE, "a page that was stored to is not walked for again", "isa/cpu/engine.h")
{
    given_a_page(RWX);
    RUN_WHOLE(sd(T0, S0), sd(T0, S0), sd(T0, S0), sd(T2, S0));
    same_u64(entry(OTHER, RWX), read64(DATA), "what was stored");
    same_u64(1, walks, "walks for four stores");
}

CLAIM(7, ALL_BEFORE, "a page that was loaded from sets D with its first store",
      "isa/cpu/tlb.c; Privileged 4.3.1, pitfall P17")
{
    given_a_page(V | R | W);
    RUN_WHOLE(ld(T0, S0), ld(T0, S0));
    same_u64(A, read64(hart.x[S1]) & (A | D), "A and D of the entry after loads");
    RUN_WHOLE(sd(T0, S0));
    same_u64(A | D, read64(hart.x[S1]) & (A | D), "A and D of the entry after a store");
}

CLAIM(7, ALL_BEFORE, "a page that was loaded from cannot be stored to unless it has W",
      "isa/cpu/tlb.c; Privileged 4.3.1")
{
    given_a_page(V | R);
    RUN_WHOLE(ld(T0, S0), ld(T0, S0));
    same_u64(15, RUN(ld(T0, S0), sd(T2, S0)), "the cause that ended the program");
    same_u64(111, read64(DATA), "what the page has");
}

CLAIM(7, ALL_BEFORE, "a page that was stored to can be loaded from", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    RUN_WHOLE(sd(T2, S0), ld(T0, S0), ld(T1, S0));
    same_u64(entry(OTHER, RWX), hart.x[T1], "what was loaded");
}

CLAIM(7, ALL_BEFORE, "a translation is for one address space", "isa/cpu/tlb.c; Privileged 4.1.11")
{
    given_a_page(RWX);
    map_in(ROOT_2, OTHER, RWX);
    hart.x[S2] = satp_of(ROOT_1);
    hart.x[S3] = satp_of(ROOT_2);
    RUN_WHOLE(ld(T0, S0), set_satp(S3), ld(T1, S0), set_satp(S2), ld(T2, S0));
    same_u64(111, hart.x[T0], "what was loaded in the first space");
    same_u64(222, hart.x[T1], "what was loaded in the second");
    same_u64(111, hart.x[T2], "what was loaded in the first again");
}

CLAIM(7, ALL_BEFORE, "two pages for one place of the TLB are told apart", "isa/cpu/engine.h")
{
    given_a_page(RWX);
    uint64_t twin = VA + (uint64_t)TLB_SIZE * 4 * KIB;
    uint64_t leaves =
        ENTRY(MIDDLE_1, twin, LEVEL_1) == ENTRY(MIDDLE_1, VA, LEVEL_1) ? LEAVES_1 : LEAVES_2;
    write64(ENTRY(MIDDLE_1, twin, LEVEL_1), entry(leaves, V));
    write64(ENTRY(leaves, twin, LEVEL_0), entry(OTHER, RWX));
    hart.x[S2] = twin;
    RUN_WHOLE(ld(T0, S0), ld(T1, S2), ld(T2, S0));
    same_u64(111, hart.x[T0], "what the first page has");
    same_u64(222, hart.x[T1], "what the other has");
    same_u64(111, hart.x[T2], "what the first page has, asked again");
}

CLAIM(7, ALL_BEFORE, "a store into a table is seen by the next load", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    RUN_WHOLE(ld(T0, S0), sd(T2, S1), ld(T1, S0));
    same_u64(111, hart.x[T0], "what was loaded before");
    same_u64(222, hart.x[T1], "what was loaded after the entry was changed");
}

CLAIM(7, ALL_BEFORE, "a store into a table is seen by the next store", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    RUN_WHOLE(li(T0, 7), sd(T0, S0), sd(T2, S1), li(T0, 8), sd(T0, S0));
    same_u64(7, read64(DATA), "what the old page has");
    same_u64(8, read64(OTHER), "what the new page has after the entry was changed");
}

CLAIM(7, ALL_BEFORE, "a store into a table is seen by the next fetch", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    const uint32_t one = li(T0, 1), two = li(T0, 2);
    put(DATA, &one, 4);
    put(OTHER, &two, 4);
    hart.mode = MODE_S;
    same_u64(CAUSE_FROM_S, run_at(VA), "the cause that ended the program");
    same_u64(1, hart.x[T0], "what the code of the page gave");
    hart.mode = MODE_M;
    RUN_WHOLE(sd(T2, S1));
    hart.mode = MODE_S;
    same_u64(CAUSE_FROM_S, run_at(VA), "the cause that ended the program");
    same_u64(2, hart.x[T0], "what it gave after the entry was changed");
}

CLAIM(7, ALL_BEFORE, "what is taken from an entry is taken at once", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    hart.x[T2] = entry(DATA, V | R | A | D);
    same_u64(15, RUN(sd(T0, S0), sd(T2, S1), sd(T0, S0)), "the cause of a store after W was taken");
    hart.x[T2] = 0;
    same_u64(13, RUN(ld(T0, S0), sd(T2, S1), ld(T0, S0)), "the cause of a load after V was taken");
}

CLAIM(7, ALL_BEFORE, "D that is cleared comes back with the next store",
      "isa/cpu/tlb.c; Privileged 4.3.1, pitfall P17")
{
    given_a_page(RWX);
    hart.x[T2] = entry(DATA, RWX & ~D);
    RUN_WHOLE(sd(T0, S0), sd(T2, S1), sd(T0, S0));
    same_u64(entry(DATA, RWX), read64(hart.x[S1]), "the entry");
}

CLAIM(7, ALL_BEFORE, "a store into a pointer drops all that is below", "isa/cpu/tlb.c")
{
    given_a_page(RWX);
    write64(ENTRY(LEAVES_2, VA, LEVEL_0), entry(OTHER, RWX));
    hart.x[S1] = ENTRY(MIDDLE_1, VA, LEVEL_1);
    hart.x[T2] = entry(LEAVES_2, V);
    RUN_WHOLE(ld(T0, S0), sd(T2, S1), ld(T1, S0));
    same_u64(111, hart.x[T0], "what was loaded before");
    same_u64(222, hart.x[T1], "what was loaded after the pointer was changed");
}

CLAIM(7, ALL_BEFORE, "a superpage that changes is dropped in all its pages",
      "isa/cpu/tlb.c; pitfall P15")
{
    given_a_page(RWX);
    hart.x[S1] = ENTRY(MIDDLE_1, VA, LEVEL_1);
    write64(hart.x[S1], entry(DATA, RWX));
    hart.x[S0] = address(3, 5, 0);
    hart.x[S2] = address(3, 5, 300);
    write64(DATA + 300 * 4 * KIB, 333);
    write64(OTHER + 300 * 4 * KIB, 444);
    RUN_WHOLE(ld(T0, S0), ld(T1, S2));
    same_u64(111, hart.x[T0], "what the first page has");
    same_u64(333, hart.x[T1], "what page 300 has");
    RUN_WHOLE(sd(T2, S1), ld(T0, S0), ld(T1, S2));
    same_u64(222, hart.x[T0], "what the first page has after the entry was changed");
    same_u64(444, hart.x[T1], "what page 300 has after it");
}

CLAIM(7, ALL_BEFORE, "a table met at two addresses is dropped in both", "isa/cpu/engine.h")
{
    given_a_page(RWX);
    hart.x[S2] = address(3, 6, 7);
    write64(ENTRY(MIDDLE_1, hart.x[S2], LEVEL_1), entry(LEAVES_1, V));
    RUN_WHOLE(ld(T0, S0), ld(T1, S2));
    same_u64(111, hart.x[T1], "what the page at the second address has");
    RUN_WHOLE(sd(T2, S1), ld(T0, S0), ld(T1, S2));
    same_u64(222, hart.x[T0], "what the page at the first address has after the entry was changed");
    same_u64(222, hart.x[T1], "what the page at the second has");
}

CLAIM(7, ALL_BEFORE, "a page that was stored to and becomes a table is not stored to unheard",
      "isa/cpu/ram.h; isa/cpu/engine.h")
{
    given_a_page(RWX);
    /* The page at VA, already stored to, becomes the table of the addresses (3, 6, *). */
    hart.x[S2] = address(3, 6, 0);
    hart.x[S3] = ENTRY(MIDDLE_1, hart.x[S2], LEVEL_1);
    hart.x[T1] = entry(DATA, V);
    hart.x[T0] = entry(OTHER, RWX);
    write64(OTHER + 4 * KIB, 333);
    RUN_WHOLE(sd(T0, S0), sd(T1, S3), ld(T0, S2));
    same_u64(222, hart.x[T0], "what the new table leads to");
    hart.x[T2] = entry(OTHER + 4 * KIB, RWX);
    RUN_WHOLE(sd(T2, S0), ld(T0, S2));
    same_u64(333, hart.x[T0], "what it leads to after a store to VA, which is its first entry");
}

CLAIM(7, ALL_BEFORE, "who watches is told which entry changed, and of no other", "isa/cpu/cpu.h")
{
    given_a_page(RWX);
    RUN_WHOLE(ld(T0, S0), sd(T2, S1));
    same_u64(1, changes, "entries told of");
    same_u64(hart.x[S1], changed[0], "where it is");
    hart.x[S1] += 8;
    RUN_WHOLE(ld(T0, S0), sd(T2, S1));
    same_u64(1, changes, "entries told of, after one that was never used was written");
}
