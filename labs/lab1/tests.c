/* Lab 1: decode and execute. Words are put together by hand from the manual; instructions that are
 * executed are not decoded first, so that each exercise is judged by itself. */
#include "lab_test.h"

#include <string.h>

#include "hart.h"
#include "insn.h"
#include "pieces.h"
#include "step.h"

#define ISA_2_2 "isa/arch/insn.c; ISA 2.2, figure 2.2"
#define ISA_2_3 "isa/arch/insn.c; ISA 2.3, figures 2.3 and 2.4"
#define ISA_2_5 "isa/arch/semantics.inc; ISA 2.5"
#define ISA_2_6 "isa/arch/semantics.inc; ISA 2.6"
#define ISA_5_2 "isa/arch/semantics.inc; ISA 5.2.1"

/* ---- Exercise 1: pieces of a word ---- */

CLAIM(1, NOTHING, "a field is what stands from its low to its high bit", "isa/arch/pieces.h")
{
    same_u64(0xbe, field(0xdeadbeef, 15, 8), "bits 15 to 8 of 0xdeadbeef");
    same_u64(0x5b, field(0xdeadbeef, 23, 17) + 5, "bits 23 to 17 of 0xdeadbeef, and 5");
}

CLAIM(1, NOTHING, "a field can be a single bit", "isa/arch/pieces.h")
{
    for (int bit = 0; bit < 32; bit++)
        same_u64(0x80000401u >> bit & 1, field(0x80000401, bit, bit), "bit %d of 0x80000401", bit);
}

CLAIM(1, NOTHING, "a field can reach either end of the word", "isa/arch/pieces.h")
{
    same_u64(0x7f, field(0xfe000033, 31, 25), "bits 31 to 25 of 0xfe000033");
    same_u64(0x33, field(0xfe000033, 6, 0), "bits 6 to 0 of 0xfe000033");
}

CLAIM(1, NOTHING, "the highest of the bits is the sign", "isa/arch/pieces.h; ISA 2.3")
{
    same_u64((uint64_t)-1, (uint64_t)sign_extend(0xfff, 12), "0xfff, of 12 bits");
    same_u64((uint64_t)-2048, (uint64_t)sign_extend(0x800, 12), "0x800, of 12 bits");
    same_u64(2047, (uint64_t)sign_extend(0x7ff, 12), "0x7ff, of 12 bits");
    same_u64((uint64_t)-1048576, (uint64_t)sign_extend(0x100000, 21), "0x100000, of 21 bits");
}

CLAIM(1, NOTHING, "what stands above the bits does not count", "isa/arch/pieces.h; ISA 2.3")
{
    same_u64(0x7ff, (uint64_t)sign_extend(0xfffff7ff, 12), "0xfffff7ff, of 12 bits");
    same_u64((uint64_t)-1, (uint64_t)sign_extend(0x1fff, 12), "0x1fff, of 12 bits");
}

CLAIM(1, NOTHING, "all 32 bits can be extended, and just one", "isa/arch/pieces.h; ISA 2.3")
{
    same_u64(0xffffffff80000000, (uint64_t)sign_extend(0x80000000, 32), "0x80000000, of 32 bits");
    same_u64(0x7fffffff, (uint64_t)sign_extend(0x7fffffff, 32), "0x7fffffff, of 32 bits");
    same_u64((uint64_t)-1, (uint64_t)sign_extend(1, 1), "1, of 1 bit");
}

CLAIM(1, NOTHING, "each piece goes to its own place", "isa/arch/pieces.h; ISA 2.3")
{
    static const struct piece pieces[] = {{31, 28, 8}, {7, 4, 0}, {0}};
    same_u64(0xd0e, pieces_gather(0xdeadbeef, pieces),
             "bits 31-28 at 8, and 7-4 at 0, of 0xdeadbeef");
    same_u64(0x200, pieces_gather(0x20000000, pieces),
             "bits 31-28 at 8, and 7-4 at 0, of 0x20000000");
}

CLAIM(1, NOTHING, "a piece of one bit is a piece", "isa/arch/pieces.h; ISA 2.3")
{
    static const struct piece pieces[] = {{31, 31, 12}, {7, 7, 11}, {30, 25, 5}, {11, 8, 1}, {0}};
    same_u64(0x1000, pieces_gather(0x80000063, pieces), "what bit 31 is in a branch");
    same_u64(0x800, pieces_gather(0x000000e3, pieces), "what bit 7 is in a branch");
}

CLAIM(1, NOTHING, "the list of pieces ends at the first that is empty", "isa/arch/pieces.h")
{
    static const struct piece pieces[] = {{31, 20, 0}, {0}, {19, 12, 16}};
    same_u64(0xdea, pieces_gather(0xdeadbeef, pieces), "bits 31-20 of 0xdeadbeef");
    same_u64(0, pieces_gather(0xdeadbeef, pieces + 1), "no piece of 0xdeadbeef");
}

/* ---- Exercise 2: the decoder ---- */

static struct insn decode(uint32_t word)
{
    return insn_decode(word, ISA_ALL);
}

static const char *name_of(struct insn insn)
{
    return insn.id < INSN_COUNT ? insn_table[insn.id].name : "illegal";
}

/* Decodes, and claims which instruction it is, and its immediate. */
static struct insn decoded(uint32_t word, enum insn_id id, int64_t imm)
{
    struct insn insn = decode(word);
    same_text(insn_table[id].name, name_of(insn), "the instruction %08x", word);
    same_u64((uint64_t)imm, (uint64_t)insn.imm, "the immediate of %08x (%s)", word, name_of(insn));
    return insn;
}

CLAIM(2, NEEDS(1), "the immediate of I is bits 31 to 20, signed", ISA_2_3)
{
    decoded(0xfff50513, INSN_addi, -1);
    decoded(0x7ff50513, INSN_addi, 2047);
    decoded(0x80053503, INSN_ld, -2048);
}

CLAIM(2, NEEDS(1), "the immediate of S is in two pieces, signed", ISA_2_3)
{
    decoded(0xfe113c23, INSN_sd, -8);
    decoded(0x00112423, INSN_sw, 8);
    decoded(0x7e1100a3, INSN_sb, 2017);
}

CLAIM(2, NEEDS(1), "the offset of a branch is in four pieces, and even", ISA_2_3)
{
    decoded(0x80000063, INSN_beq, -4096);
    decoded(0x7e000fe3, INSN_beq, 4094);
    decoded(0x000010e3, INSN_bne, 2048);
    decoded(0xfe0008e3, INSN_beq, -16);
}

CLAIM(2, NEEDS(1), "the offset of jal is in four pieces, and even", ISA_2_3)
{
    decoded(0xfffff06f, INSN_jal, -2);
    decoded(0x001000ef, INSN_jal, 2048);
    decoded(0x000010ef, INSN_jal, 4096);
    decoded(0x400000ef, INSN_jal, 1024);
    decoded(0x800000ef, INSN_jal, -1048576);
}

CLAIM(2, NEEDS(1), "the immediate of U is the upper 20 bits in their place", ISA_2_3)
{
    decoded(0x12345537, INSN_lui, 0x12345000);
    decoded(0xfffff517, INSN_auipc, -4096);
    decoded(0x80000537, INSN_lui, -2147483647 - 1);
}

CLAIM(2, NEEDS(1), "the number of a CSR and a shift's amount have no sign",
      "isa/arch/insn.c; ISA 2.4, 9.1")
{
    decoded(0xf1402573, INSN_csrrs, 0xf14);
    decoded(0x03f51513, INSN_slli, 63);
    decoded(0x01f5151b, INSN_slliw, 31);
}

CLAIM(2, NEEDS(1), "each of the 32 registers is its own", ISA_2_2)
{
    for (unsigned number = 0; number < 32; number++) {
        uint32_t word = 0x33 | number << 7 | ((number + 7) % 32) << 15 | ((number + 19) % 32) << 20;
        struct insn insn = decode(word);
        same_text("add", name_of(insn), "the instruction %08x", word);
        same_u64(number, insn.rd, "rd of %08x", word);
        same_u64((number + 7) % 32, insn.rs1, "rs1 of %08x", word);
        same_u64((number + 19) % 32, insn.rs2, "rs2 of %08x", word);
    }
}

CLAIM(2, NEEDS(1), "a third source is in bits 31 to 27", "isa/arch/insn.c; ISA 11.6")
{
    struct insn insn = decode(0xaac5f543); /* fmadd.d fa0, fa1, fa2, fs5 */
    same_text("fmadd_d", name_of(insn), "the instruction aac5f543");
    same_u64(21, insn.rs3, "rs3 of fmadd.d fa0, fa1, fa2, fs5");
}

CLAIM(2, NEEDS(1), "one bit tells srai from srli, and sub from add", ISA_2_3)
{
    decoded(0x43f55513, INSN_srai, 63);
    decoded(0x03f55513, INSN_srli, 63);
    same_text("sub", name_of(decode(0x40b50533)), "the instruction 40b50533");
    same_text("add", name_of(decode(0x00b50533)), "the instruction 00b50533");
}

CLAIM(2, NEEDS(1), "every row of the table is found, whatever its operands are",
      "isa/arch/insn.def")
{
    for (int id = 0; id < INSN_COUNT; id++) {
        const struct insn_info *row = &insn_table[id];
        uint32_t words[] = {row->match, row->match | ~row->mask,
                            row->match | (0x55aa5a33 & ~row->mask)};
        for (int i = 0; i < 3; i++)
            same_text(row->name, name_of(decode(words[i])), "the instruction %08x", words[i]);
    }
}

CLAIM(2, NEEDS(1), "a word that no row has is illegal", "isa/arch/insn.h")
{
    static const uint32_t words[] = {
        0xffffffff, /* reserved for longer instructions */
        0x0000000b, /* custom-0: no row has this opcode */
        0x00002063, /* a branch of funct3 2 */
        0x42b50533, /* sub with one bit more */
        0x0ab5053b, /* addw with two bits more */
    };
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        same_text("illegal", name_of(decode(words[i])), "the instruction %08x", words[i]);
}

CLAIM(2, NEEDS(1), "what is illegal has length and word, and no operands", "isa/arch/insn.h")
{
    struct insn insn = decode(0xffffffff);
    same_u64(4, insn.length, "the length of ffffffff");
    same_u64(0xffffffff, insn.word, "the word of ffffffff");
    same_u64(0, insn.rd | insn.rs1 | insn.rs2 | insn.rs3 | (uint64_t)insn.imm,
             "the operands of ffffffff");
}

/* ---- A hart with a little memory ---- */

enum { RAM = 0x80000000, RAM_SIZE = 64, X_RD = 5, X_RS1 = 6, X_RS2 = 7 };

static struct world {
    struct port port; /* first: a callback finds the world by it */
    struct hart hart;
    struct trap trap;
    uint8_t ram[RAM_SIZE];
} world;

static bool load(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t *value)
{
    (void)port, (void)why;
    *value = 0;
    if (pa < RAM || pa + size > RAM + RAM_SIZE)
        return false;
    memcpy(value, world.ram + (pa - RAM), size);
    return true;
}

static bool store(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t value)
{
    (void)port, (void)why;
    if (pa < RAM || pa + size > RAM + RAM_SIZE)
        return false;
    memcpy(world.ram + (pa - RAM), &value, size);
    return true;
}

static void make_world(void)
{
    memset(&world, 0, sizeof world);
    world.port = (struct port){.load = load, .store = store};
    hart_reset(&world.hart, ISA_FULL, 0, 0x1000);
    world.hart.x[X_RD] = 0xd0d0;
    for (unsigned i = 0; i < RAM_SIZE; i++)
        world.ram[i] = (uint8_t)(0x81 + 3 * i); /* below zero in every width, and all different */
}

/* Executes rd, rs1, rs2 = 5, 6, 7 with these values. True: it retired. */
static bool execute(enum insn_id id, uint64_t rs1, uint64_t rs2, int64_t imm)
{
    struct insn insn = {
        .id = (uint16_t)id, .rd = X_RD, .rs1 = X_RS1, .rs2 = X_RS2, .length = 4, .imm = imm};
    world.hart.x[X_RS1] = rs1;
    world.hart.x[X_RS2] = rs2;
    return step_execute(&world.hart, &world.port, insn, &world.trap);
}

/* ---- Exercise 3: jumps and branches ---- */

enum { AT = 0x1000, FAR = 0x100, NEXT_ONE = AT + 4 };

static void branches(enum insn_id id, uint64_t rs1, uint64_t rs2, bool is_taken)
{
    make_world();
    holds(execute(id, rs1, rs2, FAR), "a branch retires", "it raised cause %lu", world.trap.cause);
    same_u64(is_taken ? AT + FAR : NEXT_ONE, world.hart.pc,
             "pc after %s of %#lx and %#lx, to 0x1100", insn_table[id].name, rs1, rs2);
    same_u64(0xd0d0, world.hart.x[X_RD], "x5, which a branch leaves alone");
}

CLAIM(3, NOTHING, "beq is taken when both are equal in all 64 bits, bne when they are not", ISA_2_5)
{
    branches(INSN_beq, 5, 5, true);
    branches(INSN_beq, 5, 6, false);
    branches(INSN_beq, 5, 5 | (uint64_t)1 << 32, false);
    branches(INSN_bne, 5, 5, false);
    branches(INSN_bne, 5, 5 | (uint64_t)1 << 32, true);
}

CLAIM(3, NOTHING, "blt and bge compare signed numbers", ISA_2_5)
{
    branches(INSN_blt, (uint64_t)-1, 0, true);
    branches(INSN_blt, 0, (uint64_t)-1, false);
    branches(INSN_blt, (uint64_t)1 << 63, 1, true);
    branches(INSN_bge, (uint64_t)-1, 0, false);
    branches(INSN_bge, 0, (uint64_t)-1, true);
}

CLAIM(3, NOTHING, "bltu and bgeu compare unsigned numbers", ISA_2_5)
{
    branches(INSN_bltu, (uint64_t)-1, 0, false);
    branches(INSN_bltu, 0, (uint64_t)-1, true);
    branches(INSN_bgeu, (uint64_t)-1, 0, true);
    branches(INSN_bgeu, 0, (uint64_t)1 << 63, false);
}

CLAIM(3, NOTHING, "what is equal is not less, and is greater or equal", ISA_2_5)
{
    branches(INSN_blt, 7, 7, false);
    branches(INSN_bltu, 7, 7, false);
    branches(INSN_bge, 7, 7, true);
    branches(INSN_bgeu, 7, 7, true);
}

CLAIM(3, NOTHING, "a branch goes backwards from its own address", ISA_2_5)
{
    make_world();
    execute(INSN_beq, 1, 1, -16);
    same_u64(AT - 16, world.hart.pc, "pc after a branch by -16 at 0x1000");
}

CLAIM(3, NOTHING, "jal leaves the address behind it in rd, and goes to the target", ISA_2_5)
{
    make_world();
    execute(INSN_jal, 0, 0, FAR);
    same_u64(NEXT_ONE, world.hart.x[X_RD], "rd after jal at 0x1000");
    same_u64(AT + FAR, world.hart.pc, "pc after jal by 0x100 at 0x1000");
}

CLAIM(3, NOTHING, "the instruction behind a 16-bit jump is two bytes on", ISA_2_5)
{
    make_world();
    struct insn insn = {.id = INSN_jalr, .rd = X_RD, .rs1 = X_RS1, .length = 2};
    world.hart.x[X_RS1] = 0x2000;
    step_execute(&world.hart, &world.port, insn, &world.trap);
    same_u64(AT + 2, world.hart.x[X_RD], "rd after c.jalr at 0x1000");
}

CLAIM(3, NOTHING, "jalr adds the immediate, and clears bit 0", ISA_2_5)
{
    make_world();
    execute(INSN_jalr, 0x2003, 0, -2);
    same_u64(0x2000, world.hart.pc, "pc after jalr to 0x2003 - 2");
}

CLAIM(3, NOTHING, "jalr reads rs1 before it writes rd", ISA_2_5)
{
    make_world();
    struct insn insn = {.id = INSN_jalr, .rd = X_RS1, .rs1 = X_RS1, .length = 4};
    world.hart.x[X_RS1] = 0x2000;
    step_execute(&world.hart, &world.port, insn, &world.trap);
    same_u64(0x2000, world.hart.pc, "pc after jalr x6, 0(x6), with 0x2000 in x6");
    same_u64(NEXT_ONE, world.hart.x[X_RS1], "x6 after jalr x6, 0(x6)");
}

CLAIM(3, NOTHING, "a jump to half an instruction traps, and rd stays as it was", ISA_2_5)
{
    make_world();
    world.hart.isa &= ~ISA(C);
    holds(!execute(INSN_jal, 0, 0, 6), "without 16-bit instructions, jal by 6 traps", "it retired");
    same_u64(CAUSE_INSN_MISALIGNED, world.trap.cause, "the cause of jal by 6");
    same_u64(AT + 6, world.trap.tval, "tval of jal by 6");
    same_u64(0xd0d0, world.hart.x[X_RD], "rd of a jal that trapped");
    same_u64(AT, world.hart.pc, "pc of a jal that trapped");
}

CLAIM(3, NOTHING, "a branch that is not taken never traps, one that is does", ISA_2_5)
{
    make_world();
    world.hart.isa &= ~ISA(C);
    holds(execute(INSN_bne, 1, 1, 6), "a bne by 6 that is not taken retires", "it raised cause %lu",
          world.trap.cause);
    holds(!execute(INSN_beq, 1, 1, 6), "a beq by 6 that is taken traps", "it retired");
}

/* ---- Exercise 4: loads and stores ---- */

/* The `size` bytes at `offset` of RAM, as they were made. */
static uint64_t bytes_at(unsigned offset, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)(uint8_t)(0x81 + 3 * (offset + i)) << 8 * i;
    return value;
}

static void loads(enum insn_id id, uint64_t base, int64_t imm, uint64_t claimed)
{
    make_world();
    holds(execute(id, base, 0, imm), "a load from RAM retires", "%s raised cause %lu",
          insn_table[id].name, world.trap.cause);
    same_u64(claimed, world.hart.x[X_RD], "what %s loads from %#lx%+ld", insn_table[id].name, base,
             (long)imm);
    same_u64(NEXT_ONE, world.hart.pc, "pc after a load");
}

CLAIM(4, NOTHING, "lb, lh and lw extend the sign of what they load", ISA_2_6)
{
    loads(INSN_lb, RAM, 0, 0xffffffffffffff81);
    loads(INSN_lh, RAM, 0, 0xffffffffffff8481);
    loads(INSN_lw, RAM, 0, 0xffffffff8a878481);
}

CLAIM(4, NOTHING, "lbu, lhu and lwu fill with zeros", ISA_2_6)
{
    loads(INSN_lbu, RAM, 0, 0x81);
    loads(INSN_lhu, RAM, 0, 0x8481);
    loads(INSN_lwu, RAM, 0, 0x8a878481);
}

CLAIM(4, NOTHING, "what is not below zero loads the same by either", ISA_2_6)
{
    for (int i = 0; i < 2; i++) {
        loads(i ? INSN_lbu : INSN_lb, RAM, 44, bytes_at(44, 1));
        loads(i ? INSN_lhu : INSN_lh, RAM, 44, bytes_at(44, 2));
        loads(i ? INSN_lwu : INSN_lw, RAM, 44, bytes_at(44, 4));
    }
}

CLAIM(4, NOTHING, "ld loads eight bytes, the lowest first", ISA_2_6)
{
    loads(INSN_ld, RAM, 8, bytes_at(8, 8));
}

CLAIM(4, NOTHING, "the immediate is added to rs1, and may be negative", ISA_2_6)
{
    loads(INSN_lbu, RAM + 20, -3, bytes_at(17, 1));
    loads(INSN_ld, RAM + 16, 8, bytes_at(24, 8));
    make_world();
    execute(INSN_sb, RAM + 20, 0x55, -4);
    same_u64(0x55, world.ram[16], "the byte at RAM + 16 after sb to RAM + 20 - 4");
}

static void stores(enum insn_id id, unsigned size)
{
    make_world();
    holds(execute(id, RAM + 16, 0x1122334455667788, 0), "a store into RAM retires",
          "%s raised cause %lu", insn_table[id].name, world.trap.cause);
    for (unsigned i = 8; i < 32; i++) {
        bool is_written = i >= 16 && i < 16 + size;
        uint64_t claimed = is_written ? 0x88 - 0x11 * (i - 16) : bytes_at(i, 1);
        same_u64(claimed, world.ram[i], "the byte at RAM + %u after %s at RAM + 16", i,
                 insn_table[id].name);
    }
    same_u64(0xd0d0, world.hart.x[X_RD], "x5, which a store leaves alone");
}

CLAIM(4, NOTHING, "sb and sh store the low bytes, and no other", ISA_2_6)
{
    stores(INSN_sb, 1);
    stores(INSN_sh, 2);
}

CLAIM(4, NOTHING, "sw and sd store four and eight bytes, the lowest first", ISA_2_6)
{
    stores(INSN_sw, 4);
    stores(INSN_sd, 8);
}

CLAIM(4, NOTHING, "what is stored is read from rs2, and where from rs1", ISA_2_6)
{
    make_world();
    execute(INSN_sd, RAM, RAM + 8, 0);
    execute(INSN_ld, RAM, 0, 0);
    same_u64(RAM + 8, world.hart.x[X_RD], "what ld finds where sd stored the address RAM + 8");
}

CLAIM(4, NOTHING, "a load that fails leaves rd as it was", ISA_2_6)
{
    make_world();
    holds(!execute(INSN_lw, RAM + RAM_SIZE, 0, 0), "a load from nowhere traps", "it retired");
    same_u64(CAUSE_LOAD_ACCESS_FAULT, world.trap.cause, "the cause of a load from nowhere");
    same_u64(0xd0d0, world.hart.x[X_RD], "rd of a load that failed");
    same_u64(AT, world.hart.pc, "pc of a load that failed");
}

/* ---- Exercise 5: 32-bit operations ---- */

static void computes(enum insn_id id, uint64_t rs1, int64_t imm, uint64_t claimed)
{
    make_world();
    holds(execute(id, rs1, 0, imm), "an operation retires", "%s raised cause %lu",
          insn_table[id].name, world.trap.cause);
    same_u64(claimed, world.hart.x[X_RD], "%s of %#lx and %ld", insn_table[id].name, rs1,
             (long)imm);
}

CLAIM(5, NOTHING, "a sum that overflows 32 bits has their sign", ISA_5_2)
{
    computes(INSN_addiw, 0x7fffffff, 1, 0xffffffff80000000);
    computes(INSN_addiw, 0xffffffff80000000, -1, 0x7fffffff);
    computes(INSN_addiw, 5, -7, (uint64_t)-2);
}

CLAIM(5, NOTHING, "the upper half of rs1 does not count", ISA_5_2)
{
    computes(INSN_addiw, 0x1234567800000005, 0, 5);
    computes(INSN_slliw, 0x1234567800000005, 4, 0x50);
    computes(INSN_srliw, 0x1234567800000050, 4, 5);
    computes(INSN_sraiw, 0x1234567800000050, 4, 5);
}

CLAIM(5, NOTHING, "srliw shifts zeros in at bit 31", ISA_5_2)
{
    computes(INSN_srliw, 0x80000000, 4, 0x08000000);
    computes(INSN_srliw, 0xffffffffffffffff, 31, 1);
}

CLAIM(5, NOTHING, "sraiw shifts copies of bit 31 in", ISA_5_2)
{
    computes(INSN_sraiw, 0x80000000, 4, 0xfffffffff8000000);
    computes(INSN_sraiw, 0x80000000, 31, 0xffffffffffffffff);
    computes(INSN_sraiw, 0x40000000, 4, 0x04000000);
}

CLAIM(5, NOTHING, "every 32-bit result has its sign extended, a shift by nothing too", ISA_5_2)
{
    computes(INSN_slliw, 0x40000000, 1, 0xffffffff80000000);
    computes(INSN_slliw, 0xc0000001, 31, 0xffffffff80000000);
    computes(INSN_srliw, 0x80000000, 0, 0xffffffff80000000);
    computes(INSN_slliw, 0x7fffffff, 1, 0xfffffffffffffffe);
}
