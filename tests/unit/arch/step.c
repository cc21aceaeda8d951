/* The reference step: what each instruction does, by values worked out by hand from the manual. */
#include "step.h"

#include <criterion/criterion.h>
#include <string.h>

#include "csr.h"
#include "world.h"

#define MIN64 0x8000000000000000u
#define MAX64 0x7fffffffffffffffu
#define ALL 0xffffffffffffffffu
#define MIN32 0xffffffff80000000u /* the least word, sign-extended */
#define DATA (RAM_BASE + 0x8000u)

static bool run(struct world *w, uint32_t word)
{
    return step_execute(&w->hart, &w->port, insn_decode(word, w->hart.isa), &w->trap);
}

/* Runs an instruction that must trap, and leave the hart as it was. */
static void expect_trap(struct world *w, uint32_t word, uint64_t cause, uint64_t tval)
{
    struct hart before = w->hart;
    cr_expect_not(run(w, word), "%08x does not trap", word);
    cr_expect_eq(w->trap.cause, cause, "%08x: cause %lu", word, w->trap.cause);
    cr_expect_eq(w->trap.tval, tval, "%08x: tval %lx", word, w->trap.tval);
    cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0, "%08x changed the hart", word);
}

/* --- computation --- */

struct binary {
    enum insn_id id;
    uint64_t rs1, rs2, rd;
};

static void check_binary(const struct binary *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* rd apart, rd = rs1 and rd = rs2 give the same (P20) */
        for (unsigned rd = 5; rd <= 7; rd++) {
            struct world *w = world_new();
            w->hart.x[6] = rows[i].rs1;
            w->hart.x[7] = rows[i].rs2;
            cr_expect(run(w, word_r(rows[i].id, rd, 6, 7)));
            cr_expect_eq(w->hart.x[rd], rows[i].rd, "%s %lx, %lx: %lx", insn_table[rows[i].id].name,
                         rows[i].rs1, rows[i].rs2, w->hart.x[rd]);
            cr_expect_eq(w->hart.pc, RAM_BASE + 4);
        }
    }
}
#define CHECK_BINARY(rows) check_binary(rows, sizeof rows / sizeof *rows)

/* ISA 2.4.2, 5.2 */
Test(step, register_operations_compute)
{
    static const struct binary rows[] = {
        {INSN_add, 1, 2, 3},
        {INSN_add, ALL, 1, 0},
        {INSN_add, MAX64, 1, MIN64},
        {INSN_sub, 1, 2, ALL},
        {INSN_sub, MIN64, 1, MAX64},
        {INSN_sll, 1, 63, MIN64},
        {INSN_sll, 1, 64, 1},
        {INSN_sll, 1, ALL, MIN64},
        {INSN_slt, MIN64, MAX64, 1},
        {INSN_slt, MAX64, MIN64, 0},
        {INSN_slt, 5, 5, 0},
        {INSN_slt, ALL, 0, 1},
        {INSN_sltu, MIN64, MAX64, 0},
        {INSN_sltu, 0, ALL, 1},
        {INSN_sltu, 5, 5, 0},
        {INSN_xor, 0xff00, 0x0ff0, 0xf0f0},
        {INSN_or, 0xff00, 0x0ff0, 0xfff0},
        {INSN_and, 0xff00, 0x0ff0, 0x0f00},
        {INSN_srl, MIN64, 63, 1},
        {INSN_srl, MIN64, 64 + 4, 0x0800000000000000},
        {INSN_sra, MIN64, 63, ALL},
        {INSN_sra, MIN64, 64 + 4, 0xf800000000000000},
        {INSN_sra, MAX64, 62, 1},
        {INSN_addw, 0x7fffffff, 1, MIN32},
        {INSN_addw, 0xdeadbeef00000001, 0xffffffff, 0},
        {INSN_subw, 0, 1, ALL},
        {INSN_subw, 0x80000000, 1, 0x7fffffff},
        {INSN_sllw, 1, 31, MIN32},
        {INSN_sllw, 1, 32, 1},
        {INSN_sllw, 0xffffffff00000001, 4, 16},
        {INSN_srlw, 0xffffffff80000000, 31, 1},
        {INSN_srlw, 0x80000000, 32, MIN32},
        {INSN_srlw, 0xdeadbeef12345678, 4, 0x01234567},
        {INSN_sraw, 0x80000000, 31, ALL},
        {INSN_sraw, 0x80000000, 32, MIN32},
        {INSN_sraw, 0xffffffff40000000, 30, 1},
    };
    CHECK_BINARY(rows);
}

/* ISA 7.1 */
Test(step, multiplications_give_the_half_that_they_name)
{
    static const struct binary rows[] = {
        {INSN_mul, 3, 5, 15},
        {INSN_mul, ALL, ALL, 1},
        {INSN_mul, MIN64, 2, 0},
        {INSN_mul, 0x100000001, 0x100000001, 0x200000001},
        {INSN_mulh, ALL, ALL, 0},
        {INSN_mulh, MIN64, MIN64, 0x4000000000000000},
        {INSN_mulh, MIN64, ALL, 0},
        {INSN_mulh, MIN64, 1, ALL},
        {INSN_mulh, MAX64, MAX64, 0x3fffffffffffffff},
        {INSN_mulhu, ALL, ALL, 0xfffffffffffffffe},
        {INSN_mulhu, MIN64, MIN64, 0x4000000000000000},
        {INSN_mulhu, MIN64, 2, 1},
        {INSN_mulhsu, ALL, ALL, ALL},
        {INSN_mulhsu, 1, ALL, 0},
        {INSN_mulhsu, MIN64, ALL, MIN64},
        {INSN_mulhsu, MIN64, MIN64, 0xc000000000000000},
        {INSN_mulhsu, ALL, 1, ALL},
        {INSN_mulhsu, 2, MIN64, 1},
        {INSN_mulhsu, ALL, 0, 0},
        {INSN_mulw, 0x10000, 0x8000, MIN32},
        {INSN_mulw, 0xffffffff, 0xffffffff, 1},
        {INSN_mulw, 0xdeadbeef00000003, 5, 15},
    };
    CHECK_BINARY(rows);
}

/* ISA 7.2, table 7.1 */
Test(step, divisions_never_trap)
{
    static const struct binary rows[] = {
        {INSN_div, 7, 2, 3},
        {INSN_div, (uint64_t)-7, 2, (uint64_t)-3},
        {INSN_div, 7, (uint64_t)-2, (uint64_t)-3},
        {INSN_div, 7, 0, ALL},
        {INSN_div, MIN64, 0, ALL},
        {INSN_div, MIN64, ALL, MIN64},
        {INSN_divu, (uint64_t)-7, 2, 0x7ffffffffffffffc},
        {INSN_divu, 7, 0, ALL},
        {INSN_divu, MIN64, ALL, 0},
        {INSN_rem, 7, 2, 1},
        {INSN_rem, (uint64_t)-7, 2, ALL},
        {INSN_rem, 7, (uint64_t)-2, 1},
        {INSN_rem, (uint64_t)-7, 0, (uint64_t)-7},
        {INSN_rem, MIN64, ALL, 0},
        {INSN_remu, (uint64_t)-7, 2, 1},
        {INSN_remu, (uint64_t)-7, 0, (uint64_t)-7},
        {INSN_remu, MIN64, ALL, MIN64},
        {INSN_divw, 0xffffffff00000007, 2, 3},
        {INSN_divw, (uint32_t)-7, 2, (uint64_t)-3},
        {INSN_divw, 7, 0, ALL},
        {INSN_divw, 7, 0xffffffff00000000, ALL},
        {INSN_divw, 0x80000000, 0xffffffff, MIN32},
        {INSN_divuw, 0xfffffff9, 2, 0x7ffffffc},
        {INSN_divuw, 0xffffffff, 1, ALL},
        {INSN_divuw, 0xdeadbeef00000007, 0xdeadbeef00000002, 3},
        {INSN_divuw, 7, 0xffffffff00000000, ALL},
        {INSN_remw, (uint32_t)-7, 2, ALL},
        {INSN_remw, 0x80000000, 0, MIN32},
        {INSN_remw, 0xdeadbeef00000007, 0xffffffff00000000, 7},
        {INSN_remw, 0x80000000, 0xffffffff, 0},
        {INSN_remuw, 0x80000000, 0, MIN32},
        {INSN_remuw, 0xfffffff9, 2, 1},
        {INSN_remuw, 0xfffffffe, 0xffffffff, 0xfffffffffffffffe},
    };
    CHECK_BINARY(rows);
}

/* ISA 2.4.1, 5.2 */
Test(step, immediate_operations_compute)
{
    static const struct {
        enum insn_id id;
        uint64_t rs1;
        int imm;
        uint64_t rd;
    } rows[] = {
        {INSN_addi, 5, -6, ALL},
        {INSN_addi, MAX64, 1, MIN64},
        {INSN_slti, ALL, 0, 1},
        {INSN_slti, 0, -2048, 0},
        {INSN_slti, MIN64, -2048, 1},
        {INSN_sltiu, 0, -1, 1}, /* the immediate is sign-extended, then taken as unsigned */
        {INSN_sltiu, ALL, -1, 0},
        {INSN_sltiu, 0, 1, 1},
        {INSN_xori, 0x0f, -1, 0xfffffffffffffff0},
        {INSN_ori, 0, -2048, 0xfffffffffffff800},
        {INSN_andi, ALL, -16, 0xfffffffffffffff0},
        {INSN_andi, ALL, 0x7ff, 0x7ff},
        {INSN_slli, 1, 63, MIN64},
        {INSN_slli, ALL, 0, ALL},
        {INSN_srli, MIN64, 63, 1},
        {INSN_srai, MIN64, 63, ALL},
        {INSN_srai, MAX64, 32, 0x7fffffff},
        {INSN_addiw, 0x7fffffff, 1, MIN32},
        {INSN_addiw, 0xdeadbeef80000000, 0, MIN32},
        {INSN_addiw, 0, -1, ALL},
        {INSN_slliw, 1, 31, MIN32},
        {INSN_slliw, 0xffffffff00000001, 0, 1},
        {INSN_srliw, 0xffffffff80000000, 31, 1},
        {INSN_srliw, 0x80000000, 0, MIN32},
        {INSN_sraiw, 0x80000000, 31, ALL},
        {INSN_sraiw, 0xffffffff7fffffff, 16, 0x7fff},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned rd = 5; rd <= 6; rd++) {
            struct world *w = world_new();
            w->hart.x[6] = rows[i].rs1;
            /* srai's fixed bit lies inside the immediate */
            uint32_t fixed = insn_table[rows[i].id].match & 0xfff00000;
            cr_expect(run(w, word_i(rows[i].id, rd, 6, rows[i].imm) | fixed));
            cr_expect_eq(w->hart.x[rd], rows[i].rd, "%s %lx, %d: %lx", insn_table[rows[i].id].name,
                         rows[i].rs1, rows[i].imm, w->hart.x[rd]);
        }
}

Test(step, lui_and_auipc_sign_extend_their_twenty_bits)
{
    struct world *w = world_new();
    cr_expect(run(w, 0x800000b7)); /* lui x1, 0x80000 */
    cr_expect_eq(w->hart.x[1], 0xffffffff80000000);
    w->hart.pc = 0x80001000;
    cr_expect(run(w, 0xfffff097)); /* auipc x1, 0xfffff */
    cr_expect_eq(w->hart.x[1], 0x80000000);
    w->hart.pc = 0x80001004;
    cr_expect(run(w, 0x7ffff097)); /* auipc x1, 0x7ffff */
    cr_expect_eq(w->hart.x[1], 0x100000004);
}

Test(step, p20_x0_is_a_sink)
{
    struct world *w = world_of(ISA_ALL);
    w->hart.x[6] = 7;
    w->hart.csr.mstatus |= MSTATUS_FS;
    for (int id = 0; id < INSN_COUNT; id++) {
        enum insn_format format = insn_table[id].format;
        if (format != FMT_R && format != FMT_R2 && format != FMT_I && format != FMT_U &&
            format != FMT_SH && format != FMT_SHW && format != FMT_AMO && format != FMT_LR &&
            format != FMT_J)
            continue;
        w->hart.x[6] = DATA;
        w->hart.x[7] = 1;
        w->hart.pc = RAM_BASE;
        unsigned rs2 = format == FMT_R || format == FMT_AMO ? 7 : 0;
        cr_expect(run(w, insn_table[id].match | (format == FMT_J ? 0 : 6u << 15) | rs2 << 20), "%s",
                  insn_table[id].name);
        cr_expect_eq(w->hart.x[0], 0, "%s", insn_table[id].name);
        cr_expect_eq(w->hart.x[X_SINK], 0, "%s", insn_table[id].name);
    }
    cr_expect(run(w, word_r(INSN_add, 5, 0, 0)));
    cr_expect_eq(w->hart.x[5], 0);
}

/* --- jumps and branches (ISA 2.5) --- */

Test(step, branches_compare)
{
    static const struct {
        enum insn_id id;
        uint64_t rs1, rs2;
        bool taken;
    } rows[] = {
        {INSN_beq, 1, 1, true},    {INSN_beq, 1, 2, false},        {INSN_beq, MIN64, 0, false},
        {INSN_bne, 1, 1, false},   {INSN_bne, 1, MIN64 | 1, true}, {INSN_blt, ALL, 0, true},
        {INSN_blt, 0, ALL, false}, {INSN_blt, 3, 3, false},        {INSN_bge, 3, 3, true},
        {INSN_bge, ALL, 0, false}, {INSN_bge, MAX64, MIN64, true}, {INSN_bltu, ALL, 0, false},
        {INSN_bltu, 0, ALL, true}, {INSN_bltu, 3, 3, false},       {INSN_bgeu, ALL, 0, true},
        {INSN_bgeu, 3, 3, true},   {INSN_bgeu, 0, MIN64, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        w->hart.x[6] = rows[i].rs1;
        w->hart.x[7] = rows[i].rs2;
        uint32_t word = insn_table[rows[i].id].match | 6 << 15 | 7 << 20;
        cr_expect(run(w, word | 0xfe000e80 /* -4 */));
        uint64_t target = RAM_BASE - 4;
        cr_expect_eq(w->hart.pc, rows[i].taken ? target : RAM_BASE + 4, "%s %lx, %lx: %lx",
                     insn_table[rows[i].id].name, rows[i].rs1, rows[i].rs2, w->hart.pc);
    }
}

Test(step, jumps_link_the_next_instruction)
{
    struct world *w = world_new();
    cr_expect(run(w, 0x0080006f | 1 << 7)); /* jal x1, +8 */
    cr_expect_eq(w->hart.pc, RAM_BASE + 8);
    cr_expect_eq(w->hart.x[1], RAM_BASE + 4);
    w->hart.pc = RAM_BASE;
    cr_expect(run(w, 0xff9ff06f)); /* j -8 */
    cr_expect_eq(w->hart.pc, RAM_BASE - 8);
    w->hart.pc = RAM_BASE;
    w->hart.x[6] = 0x1001;
    cr_expect(run(w, word_i(INSN_jalr, 1, 6, -2)));
    cr_expect_eq(w->hart.pc, 0xffe, "bit 0 of the sum is cleared");
    cr_expect_eq(w->hart.x[1], RAM_BASE + 4);
}

Test(step, p20_jalr_may_link_into_its_own_base)
{
    struct world *w = world_new();
    w->hart.x[1] = 0x80000100;
    cr_expect(run(w, word_i(INSN_jalr, 1, 1, 4)));
    cr_expect_eq(w->hart.pc, 0x80000104);
    cr_expect_eq(w->hart.x[1], RAM_BASE + 4);
}

Test(step, a_compressed_jump_links_two_bytes_on)
{
    struct world *w = world_new();
    w->hart.x[6] = 0x80000100;
    cr_expect(run(w, 0x9302)); /* c.jalr x6 */
    cr_expect_eq(w->hart.pc, 0x80000100);
    cr_expect_eq(w->hart.x[1], RAM_BASE + 2);
    w->hart.pc = RAM_BASE;
    cr_expect(run(w, 0x0001)); /* c.nop */
    cr_expect_eq(w->hart.pc, RAM_BASE + 2);
}

Test(step, a_misaligned_jump_without_c_traps_at_the_jump)
{
    struct world *w = world_of(ISA_FULL & ~ISA(C));
    w->hart.x[6] = 0x80000102;
    w->hart.x[1] = 0x77;
    expect_trap(w, 0x0060006f | 1 << 7, 0, RAM_BASE + 6);      /* jal x1, +6 */
    expect_trap(w, word_i(INSN_jalr, 1, 6, 0), 0, 0x80000102); /* rd is not written */
    expect_trap(w, 0x00000363, 0, RAM_BASE + 6);               /* beq x0, x0, +6 */
    expect_trap(w, 0x00005363, 0, RAM_BASE + 6);               /* bge x0, x0, +6 */
    expect_trap(w, 0x00007363, 0, RAM_BASE + 6);               /* bgeu x0, x0, +6 */
    w->hart.x[2] = ALL;
    expect_trap(w, 0x00201363, 0, RAM_BASE + 6); /* bne x0, x2, +6 */
    expect_trap(w, 0x00014363, 0, RAM_BASE + 6); /* blt x2, x0, +6 */
    expect_trap(w, 0x00206363, 0, RAM_BASE + 6); /* bltu x0, x2, +6 */
    cr_expect(run(w, 0x00001363), "bne x0, x0, +6 is not taken, and so does not trap");
    cr_expect_eq(w->hart.pc, RAM_BASE + 4);
}

Test(step, with_c_jumps_to_half_words_are_fine)
{
    struct world *w = world_new();
    cr_expect(run(w, 0x0060006f));
    cr_expect_eq(w->hart.pc, RAM_BASE + 6);
    w->hart.pc = RAM_BASE;
    cr_expect(run(w, 0x00000363));
    cr_expect_eq(w->hart.pc, RAM_BASE + 6);
}

/* --- loads and stores (ISA 2.6, 5.3) --- */

Test(step, loads_extend_as_they_say)
{
    static const struct {
        enum insn_id id;
        uint64_t rd;
    } rows[] = {
        {INSN_lb, 0xfffffffffffffff8}, {INSN_lbu, 0xf8},
        {INSN_lh, 0xfffffffffffff7f8}, {INSN_lhu, 0xf7f8},
        {INSN_lw, 0xfffffffff5f6f7f8}, {INSN_lwu, 0xf5f6f7f8},
        {INSN_ld, 0xf1f2f3f4f5f6f7f8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned rd = 5; rd <= 6; rd++) {
            struct world *w = world_new();
            poke(w, DATA, 8, 0xf1f2f3f4f5f6f7f8);
            w->hart.x[6] = DATA + 8;
            cr_expect(run(w, word_i(rows[i].id, rd, 6, -8)));
            cr_expect_eq(w->hart.x[rd], rows[i].rd, "%s: %lx", insn_table[rows[i].id].name,
                         w->hart.x[rd]);
        }
    struct world *w = world_new();
    poke(w, DATA, 8, 0x7172737475767778);
    w->hart.x[6] = DATA;
    cr_expect(run(w, word_i(INSN_lb, 5, 6, 0)));
    cr_expect_eq(w->hart.x[5], 0x78, "a positive byte stays so");
}

Test(step, stores_take_the_low_bytes_of_rs2)
{
    static const enum insn_id ids[] = {INSN_sb, INSN_sh, INSN_sw, INSN_sd};
    static const uint64_t expected[] = {0xf8, 0xf7f8, 0xf5f6f7f8, 0xf1f2f3f4f5f6f7f8};
    for (int i = 0; i < 4; i++) {
        struct world *w = world_new();
        w->hart.x[6] = DATA + 8;
        w->hart.x[7] = 0xf1f2f3f4f5f6f7f8;
        cr_expect(run(w, word_s(ids[i], 6, 7, -8)));
        cr_expect_eq(peek(w, DATA, 8), expected[i], "%s", insn_table[ids[i]].name);
    }
}

Test(step, an_access_that_faults_leaves_the_hart_as_it_was)
{
    struct world *w = world_new();
    w->hart.x[5] = 0x55;
    w->hart.x[6] = NOWHERE;
    expect_trap(w, word_i(INSN_ld, 5, 6, 8), 5, NOWHERE + 8);
    expect_trap(w, word_i(INSN_ld, 6, 6, 8), 5, NOWHERE + 8);
    expect_trap(w, word_s(INSN_sd, 6, 5, -8), 7, NOWHERE - 8);
    expect_trap(w, word_r(INSN_lr_d, 5, 6, 0), 5, NOWHERE);
    expect_trap(w, word_r(INSN_amoadd_d, 5, 6, 5), 7, NOWHERE);
    w->hart.x[6] = DEVICE_BASE;
    expect_trap(w, word_r(INSN_lr_d, 5, 6, 0), 5, DEVICE_BASE);
    expect_trap(w, word_r(INSN_amoadd_d, 5, 6, 5), 7, DEVICE_BASE);
    cr_expect_eq(w->stores, 0);
}

/* --- atomics (ISA 8) --- */

Test(step, amos_combine_and_give_the_old_value)
{
    static const struct {
        enum insn_id id;
        uint64_t memory, rs2, rd, result;
    } rows[] = {
        /* The w forms: neither the upper half of rs2 nor that of memory may count. */
        {INSN_amoswap_w, 0x1111111180000000, 0xdeadbeef00000007, MIN32, 0x1111111100000007},
        {INSN_amoadd_w, 0x11111111ffffffff, 0xdeadbeef00000001, ALL, 0x1111111100000000},
        {INSN_amoxor_w, 0x111111110000ff00, 0xdeadbeef00000ff0, 0xff00, 0x111111110000f0f0},
        {INSN_amoand_w, 0x111111110000ff00, 0xdeadbeef00000ff0, 0xff00, 0x1111111100000f00},
        {INSN_amoor_w, 0x111111110000ff00, 0xdeadbeef00000ff0, 0xff00, 0x111111110000fff0},
        {INSN_amomin_w, 0x1111111100000001, 0x00000000ffffffff, 1, 0x11111111ffffffff},
        {INSN_amomin_w, 0x1111111180000000, 0xffffffff00000005, MIN32, 0x1111111180000000},
        {INSN_amomax_w, 0x1111111100000001, 0x00000000ffffffff, 1, 0x1111111100000001},
        {INSN_amomax_w, 0x1111111180000000, 0xffffffff00000005, MIN32, 0x1111111100000005},
        {INSN_amominu_w, 0x1111111100000001, 0x00000000ffffffff, 1, 0x1111111100000001},
        {INSN_amominu_w, 0x1111111180000000, 0xffffffff00000005, MIN32, 0x1111111100000005},
        {INSN_amominu_w, 0x1111111100000004, 0xffffffff00000005, 4, 0x1111111100000004},
        {INSN_amomaxu_w, 0x1111111100000001, 0x00000000ffffffff, 1, 0x11111111ffffffff},
        {INSN_amomaxu_w, 0x1111111180000000, 0xffffffff00000005, MIN32, 0x1111111180000000},
        {INSN_amoswap_d, MIN64, 7, MIN64, 7},
        {INSN_amoadd_d, ALL, 2, ALL, 1},
        {INSN_amoxor_d, 0xff00, 0x0ff0, 0xff00, 0xf0f0},
        {INSN_amoand_d, 0xff00, 0x0ff0, 0xff00, 0x0f00},
        {INSN_amoor_d, 0xff00, 0x0ff0, 0xff00, 0xfff0},
        {INSN_amomin_d, 1, ALL, 1, ALL},
        {INSN_amomin_d, MIN64, MAX64, MIN64, MIN64},
        {INSN_amomax_d, 1, ALL, 1, 1},
        {INSN_amomax_d, MIN64, MAX64, MIN64, MAX64},
        {INSN_amominu_d, 1, ALL, 1, 1},
        {INSN_amominu_d, MIN64, MAX64, MIN64, MAX64},
        {INSN_amomaxu_d, 1, ALL, 1, ALL},
        {INSN_amomaxu_d, MIN64, MAX64, MIN64, MIN64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned rd = 5; rd <= 7; rd++) { /* rd may be the address or the operand (P20) */
            struct world *w = world_new();
            poke(w, DATA, 8, rows[i].memory);
            w->hart.x[6] = DATA;
            w->hart.x[7] = rows[i].rs2;
            cr_expect(run(w, word_r(rows[i].id, rd, 6, 7)));
            cr_expect_eq(w->hart.x[rd], rows[i].rd, "%s, row %zu: rd %lx",
                         insn_table[rows[i].id].name, i, w->hart.x[rd]);
            cr_expect_eq(peek(w, DATA, 8), rows[i].result, "%s, row %zu: memory %lx",
                         insn_table[rows[i].id].name, i, peek(w, DATA, 8));
        }
}

Test(step, misaligned_atomics_trap)
{
    struct world *w = world_new();
    for (int id = INSN_lr_w; id <= INSN_amomaxu_d; id++) {
        bool is_double = (insn_table[id].match >> 12 & 7) == 3;
        bool is_lr = insn_table[id].format == FMT_LR;
        w->hart.x[6] = DATA + (is_double ? 4 : 2);
        w->hart.reservation.valid = true;
        expect_trap(w, word_r(id, 5, 6, is_lr ? 0 : 7), is_lr ? 4 : 6, w->hart.x[6]);
    }
    cr_expect_eq(w->stores, 0);
}

Test(step, aq_and_rl_change_nothing_for_one_hart)
{
    struct world *w = world_new();
    w->hart.x[6] = DATA;
    w->hart.x[7] = 3;
    cr_expect(run(w, word_r(INSN_amoadd_w, 5, 6, 7) | 3 << 25));
    cr_expect_eq(peek(w, DATA, 4), 3);
}

static uint64_t sc(struct world *w, enum insn_id id, uint64_t va, uint64_t value)
{
    w->hart.x[8] = va;
    w->hart.x[7] = value;
    w->hart.x[5] = 0x77;
    cr_expect(run(w, word_r(id, 5, 8, 7)));
    return w->hart.x[5];
}

static uint64_t lr(struct world *w, enum insn_id id, uint64_t va)
{
    w->hart.x[6] = va;
    cr_expect(run(w, word_r(id, 5, 6, 0)));
    return w->hart.x[5];
}

Test(step, sc_after_lr_writes_and_gives_zero)
{
    struct world *w = world_new();
    poke(w, DATA, 8, 0x1122334480000000);
    cr_expect_eq(lr(w, INSN_lr_w, DATA), MIN32);
    cr_expect_eq(sc(w, INSN_sc_w, DATA, 0xdeadbeef12345678), 0);
    cr_expect_eq(peek(w, DATA, 8), 0x1122334412345678);
    cr_expect_eq(lr(w, INSN_lr_d, DATA), 0x1122334412345678);
    cr_expect_eq(sc(w, INSN_sc_d, DATA, 5), 0);
    cr_expect_eq(peek(w, DATA, 8), 5);
}

Test(step, sc_without_lr_fails_and_writes_nothing)
{
    struct world *w = world_new();
    cr_expect_eq(sc(w, INSN_sc_w, DATA, 5), 1);
    cr_expect_eq(peek(w, DATA, 8), 0);
    cr_expect_eq(w->stores, 0);
}

Test(step, every_sc_breaks_the_reservation)
{
    struct world *w = world_new();
    lr(w, INSN_lr_d, DATA);
    cr_expect_eq(sc(w, INSN_sc_d, DATA, 1), 0);
    cr_expect_eq(sc(w, INSN_sc_d, DATA, 2), 1, "after one that wrote");
    lr(w, INSN_lr_d, DATA);
    cr_expect_eq(sc(w, INSN_sc_d, DATA + 64, 3), 1, "elsewhere");
    cr_expect_eq(peek(w, DATA + 64, 8), 0);
    cr_expect_eq(sc(w, INSN_sc_d, DATA, 4), 1, "after one that failed");
    cr_expect_eq(peek(w, DATA, 8), 1);
}

Test(step, the_last_lr_has_the_reservation)
{
    struct world *w = world_new();
    lr(w, INSN_lr_d, DATA);
    lr(w, INSN_lr_d, DATA + 8);
    cr_expect_eq(sc(w, INSN_sc_d, DATA, 1), 1);
    lr(w, INSN_lr_d, DATA);
    lr(w, INSN_lr_d, DATA + 8);
    cr_expect_eq(sc(w, INSN_sc_d, DATA + 8, 1), 0);
}

Test(step, an_lr_that_faults_reserves_nothing)
{
    struct world *w = world_new();
    lr(w, INSN_lr_d, DATA);
    struct reservation before = w->hart.reservation;
    w->hart.x[6] = NOWHERE;
    cr_expect_not(run(w, word_r(INSN_lr_d, 5, 6, 0)));
    cr_expect_eq(w->hart.reservation.valid, before.valid);
    cr_expect_eq(w->hart.reservation.pa, before.pa);
}

Test(step, the_reservation_is_of_a_physical_address)
{
    struct world *w = world_new();
    map(w, 0x40000000, DATA, PTE_RW_AD);
    map(w, 0x40001000, DATA, PTE_RW_AD);
    enter_paging(w, MODE_S);
    lr(w, INSN_lr_d, 0x40000008);
    cr_expect_eq(sc(w, INSN_sc_d, 0x40001008, 9), 0, "another name of the same bytes");
    cr_expect_eq(peek(w, DATA + 8, 8), 9);
    cr_expect_eq(w->hart.reservation.valid, false);
}

Test(step, p09_sc_needs_w_and_reports_a_store_fault_that_keeps_the_reservation)
{
    struct world *w = world_new();
    map(w, 0x40000000, DATA, PTE_V | PTE_R | PTE_A);
    enter_paging(w, MODE_S);
    lr(w, INSN_lr_d, 0x40000000);
    w->hart.x[8] = 0x40000000;
    expect_trap(w, word_r(INSN_sc_d, 5, 8, 7), 15, 0x40000000);
    cr_expect(w->hart.reservation.valid, "the handler may make the page writable and retry");
    map(w, 0x40000000, DATA, PTE_RW_AD);
    cr_expect_eq(sc(w, INSN_sc_d, 0x40000000, 1), 0);
}

/* ISA 8.2: the reserved bytes may be more than LR read, here the doubleword, and LR may have had
 * another size; where SC starts elsewhere, it fails. */
Test(step, sc_may_have_another_size_than_lr_at_the_same_address)
{
    static const struct {
        enum insn_id lr, sc;
        unsigned offset;
        uint64_t failed, left;
    } rows[] = {
        {INSN_lr_w, INSN_sc_d, 0, 0, 0x1111111122222222},
        {INSN_lr_d, INSN_sc_w, 0, 0, 0x22222222},
        {INSN_lr_d, INSN_sc_w, 4, 1, 0},
        {INSN_lr_w, INSN_sc_w, 4, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        lr(w, rows[i].lr, DATA);
        cr_expect_eq(sc(w, rows[i].sc, DATA + rows[i].offset, 0x1111111122222222), rows[i].failed,
                     "row %zu", i);
        cr_expect_eq(peek(w, DATA, 8), rows[i].left, "row %zu", i);
        cr_expect_not(w->hart.reservation.valid);
    }
}

Test(step, sc_to_memory_that_cannot_be_written_is_an_access_fault)
{
    struct world *w = world_new();
    w->rom = DATA;
    lr(w, INSN_lr_w, DATA);
    expect_trap(w, word_r(INSN_sc_w, 5, 6, 7), 7, DATA);
}

Test(step, p20_sc_may_give_its_answer_in_its_operands)
{
    struct world *w = world_new();
    lr(w, INSN_lr_d, DATA);
    w->hart.x[8] = DATA;
    w->hart.x[7] = 42;
    cr_expect(run(w, word_r(INSN_sc_d, 7, 8, 7)));
    cr_expect_eq(w->hart.x[7], 0);
    cr_expect_eq(peek(w, DATA, 8), 42);
}

/* --- traps that instructions ask for --- */

Test(step, p26_ecall_says_which_mode_calls)
{
    static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};
    static const uint64_t causes[] = {8, 9, 11};
    for (int i = 0; i < 3; i++) {
        struct world *w = world_new();
        w->hart.mode = modes[i];
        expect_trap(w, 0x00000073, causes[i], 0);
    }
}

Test(step, ebreak_has_the_pc_as_tval)
{
    struct world *w = world_new();
    expect_trap(w, 0x00100073, 3, RAM_BASE);
    w->hart.pc = RAM_BASE + 2;
    expect_trap(w, 0x9002, 3, RAM_BASE + 2); /* c.ebreak */
}

Test(step, an_illegal_instruction_has_its_bits_as_tval)
{
    struct world *w = world_new();
    expect_trap(w, 0x00002007, 2, 0x00002007);
    expect_trap(w, 0xffffffff, 2, 0xffffffff);
    expect_trap(w, 0x0000, 2, 0);
    expect_trap(w, 0xabcd2000, 2, 0x2000); /* c.fld: the half word alone */
}

Test(step, p21_a_csr_that_the_mode_has_not_is_illegal)
{
    struct world *w = world_new();
    w->hart.mode = MODE_S;
    expect_trap(w, 0x30002573, 2, 0x30002573); /* csrr a0, mstatus */
    w->hart.mode = MODE_U;
    expect_trap(w, 0x10002573, 2, 0x10002573); /* csrr a0, sstatus */
    w->hart.mode = MODE_M;
    expect_trap(w, 0x7c002573, 2, 0x7c002573); /* no such CSR */
    expect_trap(w, 0xc0001073, 2, 0xc0001073); /* csrw cycle, x0 */
    for (enum insn_id id = INSN_csrrw; id <= INSN_csrrci; id++) {
        uint32_t word = word_csr(id, 5, 0x7c0, 6);
        expect_trap(w, word, 2, word);
    }
}

/* --- privileged instructions --- */

Test(step, p26_privileged_instructions_are_illegal_where_they_may_not_run)
{
    static const struct {
        uint32_t word;
        uint64_t status;
        const char *name;
        bool s, m;
    } rows[] = {
        {0x10200073, 0, "sret", true, true},
        {0x10200073, MSTATUS_TSR, "sret under TSR", false, true},
        {0x10200073, MSTATUS_TVM | MSTATUS_TW, "sret under TVM, TW", true, true},
        {0x30200073, 0, "mret", false, true},
        {0x10500073, 0, "wfi", true, true},
        {0x10500073, MSTATUS_TW, "wfi under TW", false, true},
        {0x10500073, MSTATUS_TVM | MSTATUS_TSR, "wfi under TVM, TSR", true, true},
        {0x12000073, 0, "sfence.vma", true, true},
        {0x12000073, MSTATUS_TVM, "sfence.vma under TVM", false, true},
        {0x12000073, MSTATUS_TW | MSTATUS_TSR, "sfence.vma under TW, TSR", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int m = 0; m <= 3; m += m ? 2 : 1) {
            struct world *w = world_new();
            w->hart.mode = (enum mode)m;
            w->hart.csr.mstatus |= rows[i].status;
            bool may = m == MODE_M ? rows[i].m : m == MODE_S ? rows[i].s : false;
            if (may)
                cr_expect(run(w, rows[i].word), "%s in mode %d", rows[i].name, m);
            else
                expect_trap(w, rows[i].word, 2, rows[i].word);
        }
}

Test(step, returns_go_where_epc_says)
{
    struct world *w = world_new();
    w->hart.csr.mepc = 0x80001234;
    w->hart.csr.mstatus |= (uint64_t)MODE_S << 11;
    cr_expect(run(w, 0x30200073));
    cr_expect_eq(w->hart.pc, 0x80001234);
    cr_expect_eq(w->hart.mode, MODE_S);
    w->hart.csr.sepc = 0x80005678;
    cr_expect(run(w, 0x10200073));
    cr_expect_eq(w->hart.pc, 0x80005678);
    cr_expect_eq(w->hart.mode, MODE_U);
}

Test(step, p28_wfi_waits_only_when_nothing_is_pending)
{
    static const struct {
        uint64_t pending, enabled;
        bool waits;
    } rows[] = {
        {0, 0, true},
        {0, MIP_SSIP, true},
        {MIP_SSIP, 0, true},
        {MIP_SSIP, MIP_STIP, true},
        {MIP_SSIP, MIP_SSIP, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        w->hart.mode = MODE_S;
        w->hart.csr.mip = rows[i].pending;
        w->hart.csr.mie = rows[i].enabled;
        cr_expect(run(w, 0x10500073));
        cr_expect_eq(w->hart.waiting, rows[i].waits, "row %zu", i);
        cr_expect_eq(w->hart.pc, RAM_BASE + 4, "the hart resumes after wfi");
    }
}

Test(step, sfence_vma_tells_the_port_what_to_forget)
{
    for (unsigned rs1 = 0; rs1 <= 6; rs1 += 6)
        for (unsigned rs2 = 0; rs2 <= 7; rs2 += 7) {
            struct world *w = world_new();
            w->hart.mode = MODE_S;
            w->hart.x[6] = 0xffffffc012345678;
            w->hart.x[7] = 0xabcd;
            cr_expect(run(w, word_r(INSN_sfence_vma, 0, rs1, rs2)));
            cr_expect_eq(w->fence.count, 1);
            cr_expect_eq(w->fence.all_va, rs1 == 0, "rs1 x%u", rs1);
            cr_expect_eq(w->fence.all_asids, rs2 == 0, "rs2 x%u", rs2);
            if (rs1)
                cr_expect_eq(w->fence.va, 0xffffffc012345678);
            if (rs2)
                cr_expect_eq(w->fence.asid, 0xabcd);
        }
}

/* A register that holds zero names address 0 or ASID 0: only x0 means all. */
Test(step, p14_sfence_vma_of_a_zero_value_is_of_that_address)
{
    struct world *w = world_new();
    cr_expect(run(w, word_r(INSN_sfence_vma, 0, 6, 7)));
    cr_expect_not(w->fence.all_va);
    cr_expect_not(w->fence.all_asids);
    cr_expect_eq(w->fence.va, 0);
    cr_expect_eq(w->fence.asid, 0);
}

Test(step, a_refused_fence_does_not_reach_the_port)
{
    struct world *w = world_new();
    w->hart.mode = MODE_U;
    cr_expect_not(run(w, 0x12000073));
    cr_expect_eq(w->fence.count, 0);
}

Test(step, fences_do_nothing_else)
{
    static const uint32_t words[] = {0x0ff0000f, 0x8330000f, 0x0100000f, 0x0000100f};
    for (int i = 0; i < 4; i++) {
        struct world *w = world_new();
        struct hart before = w->hart;
        w->hart.mode = before.mode = MODE_U;
        cr_expect(run(w, words[i]));
        before.pc += 4;
        cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0, "%08x", words[i]);
    }
}

Test(step, time_is_read_through_the_port)
{
    struct world *w = world_new();
    w->now = 123456789;
    cr_expect(run(w, 0xc0102573)); /* rdtime a0 */
    cr_expect_eq(w->hart.x[10], 123456789);
}

/* --- the whole step --- */

Test(step, a_step_fetches_decodes_and_executes)
{
    struct world *w = world_new();
    poke(w, RAM_BASE, 2, 0x4515);         /* c.li a0, 5 */
    poke(w, RAM_BASE + 2, 4, 0x00350513); /* addi a0, a0, 3 */
    cr_expect(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect_eq(w->hart.x[10], 8);
    cr_expect_eq(w->hart.pc, RAM_BASE + 6);
    cr_expect_eq(w->hart.csr.minstret, 0, "counting is step_count's");
}

Test(step, a_step_whose_fetch_faults_leaves_the_hart_as_it_was)
{
    struct world *w = world_new();
    w->hart.pc = NOWHERE;
    struct hart before = w->hart;
    cr_expect_not(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect_eq(w->trap.cause, 1);
    cr_expect_eq(w->trap.tval, NOWHERE);
    cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0);
}

Test(step, a_step_decodes_for_its_own_isa)
{
    struct world *w = world_of(ISA_TOY);
    poke(w, RAM_BASE, 2, 0x4515);
    cr_expect_not(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect_eq(w->trap.cause, 2);
    cr_expect_eq(w->trap.tval, 0x4515);
}

Test(step, code_that_was_just_stored_is_executed)
{
    struct world *w = world_new();
    w->hart.x[6] = RAM_BASE + 4;
    w->hart.x[7] = 0x4515;
    poke(w, RAM_BASE, 4, word_s(INSN_sh, 6, 7, 0));
    cr_expect(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect(step_insn(&w->hart, &w->port, &w->trap));
    cr_expect_eq(w->hart.x[10], 5);
}
