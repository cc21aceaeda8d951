/* Instructions of F and D as a hart executes them: registers and boxes, FS, rounding modes, flags.
 * What the operations compute is tests/unit/fp's. */
#include <criterion/criterion.h>
#include <string.h>

#include "step.h"
#include "world.h"

#define DATA (RAM_BASE + 0x8000u)
#define ONE_S 0xffffffff3f800000u
#define TWO_S 0xffffffff40000000u
#define ONE_D 0x3ff0000000000000u
#define THIRD 0x3fd5555555555555u
#define QNAN_S 0xffffffff7fc00000u

static bool run(struct world *w, uint32_t word)
{
    return step_execute(&w->hart, &w->port, insn_decode(word, w->hart.isa), &w->trap);
}

static struct world *world_with_fs(unsigned fs)
{
    struct world *w = world_new();
    w->hart.csr.mstatus |= fs << MSTATUS_FS_SHIFT;
    w->hart.x[6] = DATA;
    return w;
}

static unsigned fs_of(const struct world *w)
{
    return w->hart.csr.mstatus >> MSTATUS_FS_SHIFT & 3;
}

static bool is_float(int id)
{
    return insn_table[id].ext == EXT_F || insn_table[id].ext == EXT_D;
}

/* rd = 5, rs1 = 6, rs2 = 7 where the row has them, rounding mode 0. */
static uint32_t word_of(int id)
{
    return insn_table[id].match | ((5u << 7 | 6u << 15 | 7u << 20) & ~insn_table[id].mask);
}

/* Privileged 3.1.6.6 */
Test(arch_float, every_row_is_illegal_while_fs_is_off)
{
    unsigned rows = 0;
    for (int id = 0; id < INSN_COUNT; id++) {
        if (!is_float(id))
            continue;
        struct world *w = world_with_fs(0);
        w->hart.x[6] = 1; /* no address that could be loaded from: illegal comes first */
        struct hart before = w->hart;
        cr_expect_not(run(w, word_of(id)), "%s", insn_table[id].name);
        cr_expect_eq(w->trap.cause, CAUSE_ILLEGAL_INSN);
        cr_expect_eq(w->trap.tval, word_of(id));
        cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0);
        rows++;
    }
    cr_expect_eq(rows, 62, "F has 30 and D 32 rows on RV64");
}

/* Rows that neither write a floating-point register nor can raise a flag. */
static bool leaves_fs_alone(int id)
{
    static const enum insn_id rows[] = {INSN_fsw,     INSN_fsd,      INSN_fmv_x_w,
                                        INSN_fmv_x_d, INSN_fclass_s, INSN_fclass_d};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i] == (enum insn_id)id)
            return true;
    return false;
}

Test(arch_float, fs_becomes_dirty_with_registers_and_with_what_may_raise_flags)
{
    for (int id = 0; id < INSN_COUNT; id++)
        for (unsigned fs = 1; is_float(id) && fs < 4; fs++) {
            struct world *w = world_with_fs(fs);
            /* a store's immediate has the bits of rd: 5 */
            cr_expect(run(w, word_of(id)), "%s", insn_table[id].name);
            cr_expect_eq(fs_of(w), leaves_fs_alone(id) ? fs : 3, "%s, FS %u", insn_table[id].name,
                         fs);
            cr_expect_eq(w->hart.pc, RAM_BASE + 4);
        }
}

static bool has_rounding(int id)
{
    enum insn_format format = insn_table[id].format;
    return format == FMT_RM || format == FMT_R2M || format == FMT_R4;
}

/* ISA 11.2: 5 and 6 are reserved, and 7 in frm. */
Test(arch_float, reserved_rounding_modes_are_illegal_in_every_row_that_has_one)
{
    for (int id = 0; id < INSN_COUNT; id++)
        for (unsigned mode = 0; has_rounding(id) && mode < 8; mode++)
            for (unsigned frm = 0; frm < 8; frm++) {
                struct world *w = world_with_fs(2);
                w->hart.csr.fcsr = frm << FCSR_FRM_SHIFT;
                struct hart before = w->hart;
                bool is_legal = mode == 7 ? frm <= 4 : mode <= 4;
                cr_expect_eq(run(w, word_of(id) | mode << 12), is_legal, "%s mode %u frm %u",
                             insn_table[id].name, mode, frm);
                if (!is_legal)
                    cr_expect(memcmp(&before, &w->hart, sizeof before) == 0 &&
                              w->trap.cause == CAUSE_ILLEGAL_INSN);
            }
}

Test(arch_float, rows_without_a_rounding_mode_do_not_care_for_frm)
{
    for (int id = 0; id < INSN_COUNT; id++) {
        struct world *w = world_with_fs(1);
        w->hart.csr.fcsr = 7 << FCSR_FRM_SHIFT;
        if (is_float(id) && !has_rounding(id))
            cr_expect(run(w, word_of(id)), "%s", insn_table[id].name);
    }
}

Test(arch_float, the_mode_is_the_instructions_or_that_of_frm)
{
    /* 1/3 is cut by rne, rtz and rdn, and not by rup */
    for (unsigned mode = 0; mode < 8; mode++)
        for (unsigned frm = 0; frm < 5; frm++) {
            struct world *w = world_with_fs(1);
            unsigned effective = mode == 7 ? frm : mode;
            if (effective > 4)
                continue;
            w->hart.csr.fcsr = frm << FCSR_FRM_SHIFT;
            w->hart.f[6] = ONE_D;
            w->hart.f[7] = 0x4008000000000000;
            cr_expect(run(w, word_r(INSN_fdiv_d, 5, 6, 7) | mode << 12));
            cr_expect_eq(w->hart.f[5], THIRD + (effective == 3), "mode %u frm %u", mode, frm);
            cr_expect_eq(w->hart.csr.fcsr, frm << FCSR_FRM_SHIFT | FFLAGS_NX);
        }
}

Test(arch_float, flags_accrue)
{
    struct world *w = world_with_fs(1);
    w->hart.f[6] = ONE_D;
    cr_expect(run(w, word_r(INSN_fdiv_d, 5, 6, 0))); /* 1 / 0 */
    cr_expect_eq(w->hart.csr.fcsr, FFLAGS_DZ);
    cr_expect(run(w, word_r(INSN_fdiv_d, 5, 0, 0))); /* 0 / 0 */
    cr_expect_eq(w->hart.csr.fcsr, FFLAGS_DZ | FFLAGS_NV);
    cr_expect(run(w, word_r(INSN_fadd_d, 5, 6, 6)));
    cr_expect_eq(w->hart.csr.fcsr, FFLAGS_DZ | FFLAGS_NV);
}

/* ISA 12.2 */
Test(arch_float, a_single_is_boxed_and_what_is_no_box_is_a_nan)
{
    struct world *w = world_with_fs(1);
    w->hart.f[6] = ONE_S;
    w->hart.f[7] = 0xfffffffe3f800000; /* one bit is missing */
    cr_expect(run(w, word_r(INSN_fadd_s, 5, 6, 6)));
    cr_expect_eq(w->hart.f[5], TWO_S);
    cr_expect(run(w, word_r(INSN_fadd_s, 5, 6, 7)));
    cr_expect_eq(w->hart.f[5], QNAN_S);
    cr_expect_eq(w->hart.csr.fcsr, 0, "and a quiet one");
    cr_expect(run(w, word_r(INSN_fsgnjn_s, 5, 7, 6)));
    cr_expect_eq(w->hart.f[5], 0xffffffffffc00000);
    cr_expect(run(w, word_r(INSN_fsgnj_s, 5, 6, 7)));
    cr_expect_eq(w->hart.f[5], ONE_S);
    cr_expect(run(w, word_r(INSN_fclass_s, 5, 7, 0)));
    cr_expect_eq(w->hart.x[5], 1 << 9);
    cr_expect(run(w, word_r(INSN_fmin_s, 5, 7, 6)));
    cr_expect_eq(w->hart.f[5], ONE_S);
    cr_expect(run(w, word_r(INSN_fcvt_d_s, 5, 7, 0)));
    cr_expect_eq(w->hart.f[5], 0x7ff8000000000000);
}

Test(arch_float, moves_and_stores_take_the_bits_as_they_are)
{
    struct world *w = world_with_fs(1);
    w->hart.f[7] = 0x0123456789abcdef; /* no box */
    cr_expect(run(w, word_r(INSN_fmv_x_w, 5, 7, 0)));
    cr_expect_eq(w->hart.x[5], 0xffffffff89abcdef);
    cr_expect(run(w, word_r(INSN_fmv_x_d, 5, 7, 0)));
    cr_expect_eq(w->hart.x[5], 0x0123456789abcdef);
    cr_expect(run(w, word_s(INSN_fsw, 6, 7, 0)));
    cr_expect_eq(peek(w, DATA, 8), 0x89abcdef);
    cr_expect(run(w, word_s(INSN_fsd, 6, 7, 8)));
    cr_expect_eq(peek(w, DATA + 8, 8), 0x0123456789abcdef);
    cr_expect(run(w, word_i(INSN_flw, 0, 6, 8)));
    cr_expect_eq(w->hart.f[0], 0xffffffff89abcdef, "f0 is a register as any");
    cr_expect(run(w, word_i(INSN_fld, 1, 6, 8)));
    cr_expect_eq(w->hart.f[1], 0x0123456789abcdef);
    w->hart.x[8] = 0xaaaaaaaa80000001;
    cr_expect(run(w, word_r(INSN_fmv_w_x, 2, 8, 0)));
    cr_expect_eq(w->hart.f[2], 0xffffffff80000001);
    cr_expect(run(w, word_r(INSN_fmv_d_x, 3, 8, 0)));
    cr_expect_eq(w->hart.f[3], 0xaaaaaaaa80000001);
}

/* A fault leaves the register, FS and flags alone. */
Test(arch_float, a_load_that_faults_changes_nothing)
{
    struct world *w = world_with_fs(2);
    w->hart.x[6] = NOWHERE;
    struct hart before = w->hart;
    cr_expect_not(run(w, word_i(INSN_fld, 1, 6, 0)));
    cr_expect_eq(w->trap.cause, CAUSE_LOAD_ACCESS_FAULT);
    cr_expect_not(run(w, word_s(INSN_fsd, 6, 1, 0)));
    cr_expect_eq(w->trap.cause, CAUSE_STORE_ACCESS_FAULT);
    cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0);
}

/* 2 * 3 with 1: each of the four forms has its signs (ISA 11.6). */
Test(arch_float, fused_forms_have_their_signs)
{
    static const struct {
        enum insn_id id;
        uint64_t result;
    } rows[] = {
        {INSN_fmadd_s, 0xffffffff40e00000},  {INSN_fmsub_s, 0xffffffff40a00000},
        {INSN_fnmsub_s, 0xffffffffc0a00000}, {INSN_fnmadd_s, 0xffffffffc0e00000},
        {INSN_fmadd_d, 0x401c000000000000},  {INSN_fmsub_d, 0x4014000000000000},
        {INSN_fnmsub_d, 0xc014000000000000}, {INSN_fnmadd_d, 0xc01c000000000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_with_fs(1);
        bool is_single = i < 4;
        w->hart.f[1] = is_single ? TWO_S : 0x4000000000000000;
        w->hart.f[2] = is_single ? 0xffffffff40400000 : 0x4008000000000000;
        w->hart.f[31] = is_single ? ONE_S : ONE_D;
        cr_expect(run(w, word_r(rows[i].id, 5, 1, 2) | 31u << 27));
        cr_expect_eq(w->hart.f[5], rows[i].result, "%s: %lx", insn_table[rows[i].id].name,
                     w->hart.f[5]);
    }
}

/* What a VMM can do: loads, stores and moves, which may reach a device, and no arithmetic. */
Test(arch_float, a_port_without_arithmetic_still_moves)
{
    struct world *w = world_with_fs(1);
    w->port.fp = NULL;
    w->device[0] = 0x3ff0000000000000;
    w->hart.x[6] = DEVICE_BASE;
    cr_expect(run(w, word_i(INSN_fld, 1, 6, 0)));
    cr_expect(run(w, word_s(INSN_fsd, 6, 1, 8)));
    cr_expect_eq(w->device[1], 0x3ff0000000000000);
    cr_expect(run(w, word_r(INSN_fsgnjx_d, 2, 1, 1)));
    struct hart before = w->hart;
    cr_expect_not(run(w, word_r(INSN_fadd_d, 2, 1, 1)));
    cr_expect_eq(w->trap.cause, CAUSE_ILLEGAL_INSN);
    cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0);
}

/* Rows that only move bits: with and without arithmetic they do the same; all others are illegal.
 */
static bool only_moves(int id)
{
    static const char *const moves[] = {"flw", "fld", "fsw", "fsd", "fsgnj", "fmv", "fclass"};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strncmp(insn_table[id].name, moves[i], strlen(moves[i])) == 0)
            return true;
    return false;
}

Test(arch_float, without_arithmetic_every_row_that_computes_is_illegal_and_changes_nothing)
{
    for (int id = 0; id < INSN_COUNT; id++) {
        if (!is_float(id))
            continue;
        struct world *w = world_with_fs(1);
        w->port.fp = NULL;
        struct hart before = w->hart;
        cr_expect_eq(run(w, word_of(id)), only_moves(id), "%s", insn_table[id].name);
        if (only_moves(id))
            continue;
        cr_expect_eq(w->trap.cause, CAUSE_ILLEGAL_INSN);
        cr_expect_eq(w->trap.tval, word_of(id));
        cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0, "%s", insn_table[id].name);
    }
}
