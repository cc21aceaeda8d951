/* Zba and Zbb: by values worked out by hand, and against the manual's loops
 * (Bit-Manipulation 1.0.0, chapter 2), which go bit by bit. */
#include "step.h"

#include <criterion/criterion.h>

#include "world.h"

#define ALL (~(uint64_t)0)
#define TOP ((uint64_t)1 << 63)

static uint64_t result(enum insn_id id, uint64_t rs1, uint64_t rs2)
{
    struct world *w = world_of(ISA_ALL);
    w->hart.x[6] = rs1;
    w->hart.x[7] = rs2;
    uint32_t operand2 = insn_table[id].format == FMT_R    ? 7
                        : insn_table[id].format == FMT_R2 ? 0
                                                          : (uint32_t)rs2;
    uint32_t word = word_r(id, 5, 6, 0) | operand2 << 20;
    cr_expect(step_execute(&w->hart, &w->port, insn_decode(word, ISA_ALL), &w->trap));
    return w->hart.x[5];
}

/* One operand, or the second a register or a shift amount. */
Test(bitmanip, values_worked_out_by_hand)
{
    static const struct {
        enum insn_id id;
        uint64_t rs1, rs2, rd;
    } rows[] = {
        {INSN_clz, 0, 0, 64},
        {INSN_clz, 1, 0, 63},
        {INSN_clz, ALL, 0, 0},
        {INSN_clz, TOP >> 5, 0, 5},
        {INSN_clzw, 0, 0, 32},
        {INSN_clzw, ALL << 32, 0, 32},
        {INSN_clzw, 0xffffffff00000001, 0, 31},
        {INSN_clzw, 0x80000000, 0, 0},
        {INSN_ctz, 0, 0, 64},
        {INSN_ctz, TOP, 0, 63},
        {INSN_ctz, 0x50, 0, 4},
        {INSN_ctzw, 0, 0, 32},
        {INSN_ctzw, ALL << 32, 0, 32},
        {INSN_ctzw, 0xffffffff80000000, 0, 31},
        {INSN_cpop, ALL, 0, 64},
        {INSN_cpop, 0, 0, 0},
        {INSN_cpop, 0x8000000100000001, 0, 3},
        {INSN_cpopw, ALL, 0, 32},
        {INSN_cpopw, 0xffffffff00000101, 0, 2},
        {INSN_sext_b, 0x7f80, 0, 0xffffffffffffff80},
        {INSN_sext_b, 0xff7f, 0, 0x7f},
        {INSN_sext_h, 0x7fff8000, 0, 0xffffffffffff8000},
        {INSN_sext_h, 0xffff7fff, 0, 0x7fff},
        {INSN_zext_h, ALL, 0, 0xffff},
        {INSN_zext_h, 0x12348000, 0, 0x8000},
        {INSN_orc_b, 0x0100800000ff0010, 0, 0xff00ff0000ff00ff},
        {INSN_orc_b, 0, 0, 0},
        {INSN_orc_b, 0x8080808080808080, 0, ALL},
        {INSN_rev8, 0x0102030405060708, 0, 0x0807060504030201},
        {INSN_rol, 0x8000000000000001, 1, 3},
        {INSN_rol, 0x1234, 64, 0x1234},
        {INSN_ror, 1, 1, TOP},
        {INSN_ror, 0x1234, ALL, 0x2468},
        {INSN_rori, 0xf, 4, 0xfu * (TOP >> 3)},
        {INSN_rori, 0x1234, 0, 0x1234},
        {INSN_rori, 1, 63, 2},
        {INSN_rolw, 0x80000000, 1, 1},
        {INSN_rolw, 0x40000000, 33, 0xffffffff80000000},
        {INSN_rorw, 0xabcdef0000000001, 1, 0xffffffff80000000},
        {INSN_rorw, 0xabcdef0000000002, 32, 2},
        {INSN_roriw, 0xffffffff00000003, 1, 0xffffffff80000001},
        {INSN_roriw, 0x80000000, 31, 1},
        {INSN_andn, 0xff, 0x0f, 0xf0},
        {INSN_orn, 0, 0xff, 0xffffffffffffff00},
        {INSN_xnor, 0xff, 0x0f, 0xffffffffffffff0f},
        {INSN_min, ALL, 1, ALL},
        {INSN_minu, ALL, 1, 1},
        {INSN_max, ALL, 1, 1},
        {INSN_maxu, ALL, 1, ALL},
        {INSN_min, TOP, TOP - 1, TOP},
        {INSN_maxu, TOP, TOP - 1, TOP},
        {INSN_add_uw, 0xffffffff80000000, 1, 0x80000001},
        {INSN_add_uw, 0xffffffff, 1, 0x100000000},
        {INSN_sh1add, TOP | 1, 5, 7},
        {INSN_sh2add, TOP >> 1 | 1, 5, 9},
        {INSN_sh3add, ALL, 8, 0},
        {INSN_sh1add_uw, 0xffffffff80000001, 5, 0x100000007},
        {INSN_sh2add_uw, 0xffffffff80000001, 5, 0x200000009},
        {INSN_sh3add_uw, 0xffffffff80000001, 5, 0x40000000d},
        {INSN_slli_uw, 0xffffffff80000001, 4, 0x800000010},
        {INSN_slli_uw, ALL, 63, TOP},
        {INSN_slli_uw, ALL, 0, 0xffffffff},
    };
    bool is_seen[INSN_COUNT] = {false};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t rd = result(rows[i].id, rows[i].rs1, rows[i].rs2);
        cr_expect_eq(rd, rows[i].rd, "%s %lx, %lx: %lx", insn_table[rows[i].id].name, rows[i].rs1,
                     rows[i].rs2, rd);
        is_seen[rows[i].id] = true;
    }
    for (int id = 0; id < INSN_COUNT; id++)
        if (insn_table[id].ext == EXT_Zba || insn_table[id].ext == EXT_Zbb)
            cr_expect(is_seen[id], "%s has no value here", insn_table[id].name);
}

/* The manual's loops. `width` is 64, or 32 for the forms of words. */
static bool bit(uint64_t value, unsigned at)
{
    return value >> at & 1;
}

static uint64_t highest(uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        if (bit(value, width - 1 - i))
            return i;
    return width;
}

static uint64_t lowest(uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        if (bit(value, i))
            return i;
    return width;
}

static uint64_t ones(uint64_t value, unsigned width)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < width; i++)
        count += bit(value, i);
    return count;
}

/* Bit i of the result is bit i + by of the value, round and round. */
static uint64_t rotated(uint64_t value, unsigned by, unsigned width)
{
    uint64_t moved = 0;
    for (unsigned i = 0; i < width; i++)
        moved |= (uint64_t)bit(value, (i + by) % width) << i;
    return width == 32 ? (uint64_t)(int32_t)moved : moved;
}

static uint64_t bytes(uint64_t value, bool is_reversed)
{
    uint64_t changed = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t byte = value >> 8 * i & 0xff;
        changed |= is_reversed ? byte << (56 - 8 * i) : (byte ? (uint64_t)0xff : 0) << 8 * i;
    }
    return changed;
}

Test(bitmanip, the_manuals_loops_give_the_same)
{
    uint64_t random = 1;
    for (int round = 0; round < 500; round++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t a = (random ^ random << 31) >> round % 64, by = random >> 58;
        const struct {
            enum insn_id id;
            uint64_t expected;
        } rows[] = {
            {INSN_clz, highest(a, 64)},
            {INSN_clzw, highest(a, 32)},
            {INSN_ctz, lowest(a, 64)},
            {INSN_ctzw, lowest(a, 32)},
            {INSN_cpop, ones(a, 64)},
            {INSN_cpopw, ones(a, 32)},
            {INSN_ror, rotated(a, (unsigned)by, 64)},
            {INSN_rori, rotated(a, (unsigned)by, 64)},
            {INSN_rol, rotated(a, 64 - (unsigned)by, 64)},
            {INSN_rorw, rotated(a, (unsigned)by, 32)},
            {INSN_rolw, rotated(a, 64 - (unsigned)by, 32)},
            {INSN_orc_b, bytes(a, false)},
            {INSN_rev8, bytes(a, true)},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            cr_expect_eq(result(rows[i].id, a, by), rows[i].expected, "%s %lx, %lu",
                         insn_table[rows[i].id].name, a, by);
    }
}
