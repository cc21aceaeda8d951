/* Each CSR as the manual has it, and the rules that hold between them. */
#include "csr.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "objdump.h"
#include "step.h"
#include "world.h"

#define ALL (~(uint64_t)0)
#define XL64 0xa00000000 /* UXL = SXL = 2 */

/* What a CSR must be, from the manual. `ones` and `zeros` are what is read after writing `write`
 * (all ones where nothing is said) and zero in M-mode, with nothing delegated. */
static const struct expected {
    unsigned number;
    const char *name;
    const char *section;
    uint64_t reset, ones, zeros;
    uint64_t write;
} expected[] = {
    {0x001, "fflags", "ISA 11.2", 0, 0x1f, 0, ALL},
    {0x002, "frm", "ISA 11.2", 0, 7, 0, ALL},
    {0x003, "fcsr", "ISA 11.2", 0, 0xff, 0, ALL},
    {0xc00, "cycle", "ISA 10.1", 0, 0, 0, 0},
    {0xc01, "time", "ISA 10.1", 0, 0, 0, 0},
    {0xc02, "instret", "ISA 10.1", 0, 0, 0, 0},
    {0x100, "sstatus", "4.1.1", 0x200000000, 0x80000002000c6122, 0x200000000, ALL},
    {0x104, "sie", "4.1.3", 0, 0, 0, ALL},
    {0x105, "stvec", "4.1.2", 0, ALL - 2, 0, ALL - 2},
    {0x106, "scounteren", "4.1.5", 0, 0xffffffff, 0, ALL},
    {0x10a, "senvcfg", "4.1.10", 0, 1, 0, ALL},
    {0x140, "sscratch", "4.1.6", 0, ALL, 0, ALL},
    {0x141, "sepc", "4.1.7", 0, ALL - 1, 0, ALL},
    {0x142, "scause", "4.1.8", 0, ALL, 0, ALL},
    {0x143, "stval", "4.1.9", 0, ALL, 0, ALL},
    {0x144, "sip", "4.1.3", 0, 0, 0, ALL},
    {0x14d, "stimecmp", "Sstc 2.1", 0, ALL, 0, ALL},
    {0x180, "satp", "4.1.11", 0, 0x8fffffffffffffff, 0, 0x8fffffffffffffff},
    {0xf11, "mvendorid", "3.1.2", 0, 0, 0, 0},
    {0xf12, "marchid", "3.1.3", 0, 0, 0, 0},
    {0xf13, "mimpid", "3.1.4", 0, 0, 0, 0},
    {0xf14, "mhartid", "3.1.5", 0, 0, 0, 0},
    {0xf15, "mconfigptr", "3.1.17", 0, 0, 0, 0},
    {0x300, "mstatus", "3.1.6", XL64, 0x8000000a007e79aa, XL64, ALL},
    {0x301, "misa", "3.1.1", 0x800000000014112d, 0x800000000014112d, 0x800000000014112d, ALL},
    {0x302, "medeleg", "3.1.8", 0, 0xb3ff, 0, ALL},
    {0x303, "mideleg", "3.1.8", 0, 0x222, 0, ALL},
    {0x304, "mie", "3.1.9", 0, 0xaaa, 0, ALL},
    {0x305, "mtvec", "3.1.7", 0, ALL - 2, 0, ALL - 2},
    {0x306, "mcounteren", "3.1.11", 0, 0xffffffff, 0, ALL},
    {0x30a, "menvcfg", "3.1.18", 0, 0x8000000000000001, 0, ALL},
    {0x320, "mcountinhibit", "3.1.12", 0, 5, 0, ALL},
    {0x340, "mscratch", "3.1.13", 0, ALL, 0, ALL},
    {0x341, "mepc", "3.1.14", 0, ALL - 1, 0, ALL},
    {0x342, "mcause", "3.1.15", 0, ALL, 0, ALL},
    {0x343, "mtval", "3.1.16", 0, ALL, 0, ALL},
    {0x344, "mip", "3.1.9", 0, 0x222, 0, ALL},
    {0x3a0, "pmpcfg0", "3.7.1", 0, 0x9f9f9f9f9f9f9f9f, 0x9f9f9f9f9f9f9f9f, ALL},
    {0x3a2, "pmpcfg2", "3.7.1", 0, 0x1f1f1f1f1f1f1f1f, 0, 0x7f7f7f7f7f7f7f7f},
    {0xb00, "mcycle", "3.1.10", 0, ALL, 0, ALL},
    {0xb02, "minstret", "3.1.10", 0, ALL, 0, ALL},
};
enum { EXPECTED = sizeof expected / sizeof *expected };

/* The event counters, which count nothing: 29 numbers each (Privileged 3.1.10, ISA 10.1). */
static const struct {
    unsigned first;
    const char *name, *numbered;
} events[] = {
    {0xc03, "hpmcounter", "hpmcounter%u"},
    {0xb03, "mhpmcounter", "mhpmcounter%u"},
    {0x323, "mhpmevent", "mhpmevent%u"},
};
enum { EVENTS = sizeof events / sizeof *events, EVENT_COUNTERS = 29 };

static bool read_csr(struct world *w, unsigned number, uint64_t *value)
{
    return csr_access(&w->hart, &w->port, number, CSR_SET, false, 0, value);
}

/* Reads what must be readable. */
static uint64_t get(struct world *w, unsigned number)
{
    uint64_t value = 0;
    cr_expect(read_csr(w, number, &value), "cannot read %03x", number);
    return value;
}

static bool write_csr(struct world *w, unsigned number, enum csr_op op, uint64_t operand)
{
    uint64_t old;
    return csr_access(&w->hart, &w->port, number, op, true, operand, &old);
}

/* Carries out csrrw and ends the step, since a counter counts the instruction that writes it. */
static void put(struct world *w, unsigned number, uint64_t value)
{
    cr_expect(write_csr(w, number, CSR_SWAP, value), "cannot write %03x", number);
    step_count(&w->hart, true);
}

/* fflags, frm and fcsr are there where FS is on. */
static bool is_float(unsigned number)
{
    return number <= 3;
}

/* A world in which CSR `number` can be had. */
static struct world *world_with(unsigned number)
{
    struct world *w = world_new();
    w->hart.csr.mstatus |= is_float(number) ? MSTATUS_FS : 0;
    return w;
}

static bool is_read_only(unsigned number)
{
    return number >> 10 == 3;
}

Test(csr, each_has_its_reset_value)
{
    for (int i = 0; i < EXPECTED; i++) {
        struct world *w = world_with(expected[i].number);
        uint64_t value = get(w, expected[i].number);
        cr_expect_eq(value, expected[i].reset, "%s: %lx", expected[i].name, value);
    }
}

Test(csr, each_keeps_of_a_write_what_the_manual_says)
{
    for (int i = 0; i < EXPECTED; i++) {
        const struct expected *row = &expected[i];
        if (is_read_only(row->number))
            continue;
        struct world *w = world_with(row->number);
        put(w, row->number, row->write);
        uint64_t value = get(w, row->number);
        cr_expect_eq(value, row->ones, "%s (%s): ones give %lx", row->name, row->section, value);
        put(w, row->number, 0);
        value = get(w, row->number);
        cr_expect_eq(value, row->zeros, "%s (%s): zeros give %lx", row->name, row->section, value);
    }
}

/* A write to one CSR is seen in no other, but for views of the same bits. */
Test(csr, a_write_changes_only_its_own_register)
{
    static const unsigned views[][2] = {
        {0x100, 0x300},
        {0x300, 0x100},
        {0xb00, 0xc00},
        {0xb02, 0xc02},
    };
    for (int i = 0; i < EXPECTED; i++) {
        if (is_read_only(expected[i].number) || is_float(expected[i].number))
            continue; /* of fcsr and its parts: below */
        struct world *w = world_new();
        write_csr(w, expected[i].number, CSR_SWAP, expected[i].write);
        for (int other = 0; other < EXPECTED; other++) {
            bool is_view = other == i;
            for (size_t v = 0; v < sizeof views / sizeof *views; v++)
                is_view |=
                    expected[i].number == views[v][0] && expected[other].number == views[v][1];
            if (!is_view && !is_float(expected[other].number))
                cr_expect_eq(get(w, expected[other].number), expected[other].reset, "%s changed %s",
                             expected[i].name, expected[other].name);
        }
    }
}

/* Privileged 2.1: bits 9:8 of the number are the lowest mode, bits 11:10 = 3 read-only. */
Test(csr, p21_a_less_privileged_mode_cannot_touch_it)
{
    static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};
    for (int i = 0; i < EXPECTED; i++)
        for (int m = 0; m < 3; m++) {
            struct world *w = world_with(expected[i].number);
            unsigned number = expected[i].number;
            w->hart.csr.mcounteren = w->hart.csr.scounteren = 0xffffffff;
            w->hart.csr.menvcfg = MENVCFG_STCE;
            w->hart.mode = modes[m];
            struct hart before = w->hart;
            uint64_t value;
            bool may = modes[m] >= (number >> 8 & 3);
            cr_expect_eq(read_csr(w, number, &value), may, "reading %s in mode %d",
                         expected[i].name, modes[m]);
            cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0, "reading %s",
                         expected[i].name);
            cr_expect_eq(write_csr(w, number, CSR_SWAP, 0), may && !is_read_only(number),
                         "writing %s in mode %d", expected[i].name, modes[m]);
        }
}

Test(csr, p21_a_refused_access_changes_nothing)
{
    struct world *w = world_new();
    w->hart.mode = MODE_S;
    w->hart.csr.mscratch = 7;
    struct hart before = w->hart;
    cr_expect_not(write_csr(w, 0x340, CSR_SWAP, 1));
    cr_expect_not(write_csr(w, 0x7c0, CSR_SWAP, 1), "no such CSR");
    w->hart.mode = MODE_M;
    cr_expect_not(write_csr(w, 0xc00, CSR_SWAP, 1), "read-only");
    cr_expect_not(write_csr(w, 0xf14, CSR_SET, 1), "read-only");
    before.mode = MODE_M;
    cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0);
}

Test(csr, there_are_these_and_no_others)
{
    bool exists[4096] = {false};
    for (int i = 0; i < EXPECTED; i++)
        exists[expected[i].number] = true;
    for (int e = 0; e < EVENTS; e++)
        for (unsigned i = 0; i < EVENT_COUNTERS; i++)
            exists[events[e].first + i] = true;
    for (unsigned i = 0; i < PMP_ENTRIES; i++)
        exists[0x3b0 + i] = true; /* pmpcfg1 and pmpcfg3 are RV32's alone (3.7.1) */
    for (unsigned number = 0; number < 4096; number++) {
        struct world *w = world_with(number);
        uint64_t value;
        cr_expect_eq(read_csr(w, number, &value), exists[number], "%03x", number);
        cr_expect_eq(csr_find(number) != NULL, exists[number], "%03x", number);
        cr_expect_eq(csr_peek(&w->hart, &w->port, number, &value), exists[number], "%03x", number);
    }
    cr_expect_null(csr_find(4096));
    cr_expect_eq(csr_rows, EXPECTED + EVENTS + 1);
}

Test(csr, each_number_has_its_name)
{
    for (int i = 0; i < EXPECTED; i++) {
        const struct csr_info *info = csr_find(expected[i].number);
        cr_assert_not_null(info, "%s", expected[i].name);
        cr_expect_str_eq(info->name, expected[i].name);
        cr_expect_eq(info->count, 1, "%s", expected[i].name);
    }
    for (int e = 0; e < EVENTS; e++) {
        const struct csr_info *info = csr_find(events[e].first + EVENT_COUNTERS - 1);
        cr_assert_not_null(info, "%s", events[e].name);
        cr_expect_str_eq(info->name, events[e].name);
        cr_expect_eq(info->count, EVENT_COUNTERS);
    }
}

/* The numbers once more, by someone who does not read csr.def. */
Test(csr, objdump_knows_each_number_by_the_same_name)
{
    static uint32_t words[EXPECTED + EVENTS * EVENT_COUNTERS + PMP_ENTRIES];
    static struct line lines[sizeof words / sizeof *words];
    char names[sizeof words / sizeof *words][20];
    size_t total = 0;
    for (int i = 0; i < EXPECTED; i++) {
        snprintf(names[total], sizeof names[0], "%s", expected[i].name);
        words[total++] = word_csr(INSN_csrrs, 1, expected[i].number, 0);
    }
    for (int e = 0; e < EVENTS; e++)
        for (unsigned i = 0; i < EVENT_COUNTERS; i++) {
            snprintf(names[total], sizeof names[0], "%s%u", events[e].name, i + 3);
            words[total++] = word_csr(INSN_csrrs, 1, events[e].first + i, 0);
        }
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        snprintf(names[total], sizeof names[0], "pmpaddr%u", i);
        words[total++] = word_csr(INSN_csrrs, 1, 0x3b0 + i, 0);
    }
    cr_assert_eq(objdump(words, sizeof words, lines, total), total);
    for (size_t i = 0; i < total; i++) {
        char operands[40];
        snprintf(operands, sizeof operands, "x1,%s,x0", names[i]);
        cr_expect_str_eq(lines[i].operands, operands);
    }
}

Test(csr, event_counters_read_as_zero_and_ignore_writes)
{
    struct world *w = world_new();
    for (int e = 0; e < EVENTS; e++)
        for (unsigned number = events[e].first; number < events[e].first + 29; number++) {
            cr_expect_eq(write_csr(w, number, CSR_SWAP, ALL), !is_read_only(number), "%03x",
                         number);
            cr_expect_eq(get(w, number), 0, "%03x", number);
        }
}

/* "NAME high:low ..." or "NAME bit ...", from the highest bit down, no bit twice. */
Test(csr, fields_are_in_order_and_cover_what_can_be_set)
{
    for (int i = 0; i < EXPECTED; i++) {
        const char *text = csr_find(expected[i].number)->fields;
        uint64_t covered = *text ? 0 : ALL;
        int last = 64, length;
        while (*text) {
            char name[16];
            int high, low;
            bool is_range = sscanf(text, " %15s %d:%d%n", name, &high, &low, &length) == 3;
            if (!is_range) {
                cr_assert_eq(sscanf(text, " %15s %d%n", name, &high, &length), 2, "%s",
                             expected[i].name);
                low = high;
            }
            cr_expect(high < last && low <= high && low >= 0, "%s: %s", expected[i].name, name);
            last = low;
            covered |= (ALL >> (63 - (high - low))) << low;
            text += length;
        }
        cr_expect_eq((expected[i].ones | expected[i].reset) & ~covered, 0, "%s: %lx has no name",
                     expected[i].name, (expected[i].ones | expected[i].reset) & ~covered);
    }
}

Test(csr, a_hart_without_machine_mode_has_no_m_csrs)
{
    struct world *w = world_of(ISA_TOY);
    for (int i = 0; i < EXPECTED; i++) {
        uint64_t value;
        unsigned number = expected[i].number;
        bool is_there = (number >> 8 & 3) != 3 && number != CSR_stimecmp && !is_float(number);
        cr_expect_eq(read_csr(w, number, &value), is_there, "%s", expected[i].name);
    }
}

Test(csr, mhartid_is_the_harts_own)
{
    struct world *w = world_new();
    hart_reset(&w->hart, ISA_FULL, 5, 0x1000);
    cr_expect_eq(get(w, 0xf14), 5);
    cr_expect_eq(w->hart.pc, 0x1000);
    cr_expect_eq(w->hart.mode, MODE_M);
}

Test(csr, reset_forgets_everything)
{
    struct world *w = world_new();
    struct hart fresh = w->hart;
    memset(&w->hart, 0xa5, sizeof w->hart);
    hart_reset(&w->hart, ISA_FULL, 0, RAM_BASE);
    cr_expect_eq(memcmp(&fresh, &w->hart, sizeof fresh), 0);
}

Test(csr, misa_says_what_the_hart_has)
{
    struct world *w = world_of(ISA_FULL & ~ISA(C) & ~ISA(A));
    put(w, 0x301, 0);
    cr_expect_eq(get(w, 0x301), 0x8000000000141128);
}

/* --- the three operations (ISA 9.1) --- */

Test(csr, swap_set_and_clear_give_the_old_value)
{
    struct world *w = world_new();
    uint64_t old;
    w->hart.csr.mscratch = 0xf0;
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_SET, true, 0x0f, &old));
    cr_expect_eq(old, 0xf0);
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_CLEAR, true, 0x3c, &old));
    cr_expect_eq(old, 0xff);
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_SWAP, true, 0x11, &old));
    cr_expect_eq(old, 0xc3);
    cr_expect_eq(get(w, 0x340), 0x11);
}

/* Runs one CSR instruction; the operand register is x5, unless the word says x0. */
static bool run(struct world *w, uint32_t word)
{
    return step_execute(&w->hart, &w->port, insn_decode(word, w->hart.isa), &w->trap);
}

Test(csr, p19_csrrs_and_csrrc_with_x0_do_not_write)
{
    static const enum insn_id ids[] = {INSN_csrrs, INSN_csrrc, INSN_csrrsi, INSN_csrrci};
    for (int i = 0; i < 4; i++) {
        struct world *w = world_new();
        /* cycle is read-only: had they written, they would be illegal */
        w->hart.csr.mcycle = 77;
        cr_expect(run(w, word_csr(ids[i], 1, 0xc00, 0)), "%s", insn_table[ids[i]].name);
        cr_expect_eq(w->hart.x[1], 77, "%s", insn_table[ids[i]].name);
        /* minstret would lose one by being written with what was read */
        w->hart.csr.minstret = 5;
        cr_expect(run(w, word_csr(ids[i], 1, 0xb02, 0)));
        cr_expect_eq(w->hart.csr.minstret, 5, "%s", insn_table[ids[i]].name);
    }
}

Test(csr, p19_a_zero_value_in_another_register_is_a_write)
{
    static const enum insn_id ids[] = {INSN_csrrs, INSN_csrrc};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        uint32_t word = word_csr(ids[i], 1, 0xc00, 5);
        cr_expect_eq(w->hart.x[5], 0);
        cr_expect_not(run(w, word), "%s", insn_table[ids[i]].name);
        cr_expect_eq(w->trap.cause, 2);
        cr_expect_eq(w->trap.tval, word);
    }
}

Test(csr, p19_csrrw_always_writes)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 9;
    cr_expect(run(w, word_csr(INSN_csrrw, 0, 0x340, 0)));
    cr_expect_eq(w->hart.csr.mscratch, 0);
    w->hart.csr.mscratch = 9;
    cr_expect(run(w, word_csr(INSN_csrrwi, 0, 0x340, 0)));
    cr_expect_eq(w->hart.csr.mscratch, 0);
    cr_expect_not(run(w, word_csr(INSN_csrrw, 0, 0xc00, 0)), "cycle is read-only");
    cr_expect_not(run(w, word_csr(INSN_csrrwi, 0, 0xc00, 0)), "cycle is read-only");
}

Test(csr, p20_rd_may_be_rs1)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 0x1234;
    w->hart.x[5] = 0x5678;
    cr_expect(run(w, word_csr(INSN_csrrw, 5, 0x340, 5)));
    cr_expect_eq(w->hart.x[5], 0x1234);
    cr_expect_eq(w->hart.csr.mscratch, 0x5678);
    w->hart.x[5] = 0x0101;
    cr_expect(run(w, word_csr(INSN_csrrc, 5, 0x340, 5)));
    cr_expect_eq(w->hart.x[5], 0x5678);
    cr_expect_eq(w->hart.csr.mscratch, 0x5678 & ~0x0101);
}

Test(csr, p20_a_read_into_x0_is_lost)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 1;
    cr_expect(run(w, word_csr(INSN_csrrs, 0, 0x340, 0)));
    cr_expect_eq(w->hart.x[0], 0);
}

Test(csr, an_immediate_operand_is_five_bits_zero_extended)
{
    struct world *w = world_new();
    w->hart.x[31] = ALL;
    cr_expect(run(w, word_csr(INSN_csrrwi, 0, 0x340, 31)));
    cr_expect_eq(w->hart.csr.mscratch, 31);
    cr_expect(run(w, word_csr(INSN_csrrci, 1, 0x340, 17)));
    cr_expect_eq(w->hart.csr.mscratch, 14);
    cr_expect(run(w, word_csr(INSN_csrrsi, 1, 0x340, 16)));
    cr_expect_eq(w->hart.csr.mscratch, 30);
    cr_expect_eq(w->hart.x[1], 14);
}

/* --- WARL --- */

Test(csr, p16_satp_with_an_unsupported_mode_ignores_the_whole_write)
{
    struct world *w = world_new();
    uint64_t before = (uint64_t)8 << 60 | 0x80123;
    put(w, 0x180, before);
    for (uint64_t mode = 1; mode < 16; mode++) {
        if (mode == 8)
            continue;
        put(w, 0x180, mode << 60 | 0x55555);
        cr_expect_eq(get(w, 0x180), before, "mode %lu", mode);
    }
    put(w, 0x180, 0);
    cr_expect_eq(get(w, 0x180), 0, "Bare is supported");
}

Test(csr, p16_a_satp_write_is_not_a_fence)
{
    struct world *w = world_new();
    put(w, 0x180, (uint64_t)8 << 60);
    cr_expect_eq(w->fence.count, 0);
}

Test(csr, p23_epc_keeps_its_low_bits_clear)
{
    static const unsigned epcs[] = {0x141, 0x341};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        put(w, epcs[i], 0x80000003);
        cr_expect_eq(get(w, epcs[i]), 0x80000002, "%03x with C", epcs[i]);
        w = world_of(ISA_FULL & ~ISA(C));
        put(w, epcs[i], 0x80000003);
        cr_expect_eq(get(w, epcs[i]), 0x80000000, "%03x without C", epcs[i]);
    }
}

Test(csr, p23_tvec_with_a_reserved_mode_ignores_the_write)
{
    static const unsigned tvecs[] = {0x105, 0x305};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        put(w, tvecs[i], 0x80000101);
        put(w, tvecs[i], 0x80000202);
        put(w, tvecs[i], 0x80000303);
        cr_expect_eq(get(w, tvecs[i]), 0x80000101, "%03x", tvecs[i]);
        put(w, tvecs[i], 0x80000400);
        cr_expect_eq(get(w, tvecs[i]), 0x80000400, "%03x", tvecs[i]);
    }
}

Test(csr, p23_mpp_never_holds_a_mode_that_does_not_exist)
{
    struct world *w = world_new();
    static const uint64_t modes[] = {0, 1, 3};
    for (int i = 0; i < 3; i++) {
        put(w, 0x300, modes[i] << 11);
        cr_expect_eq(get(w, 0x300) >> 11 & 3, modes[i]);
        put(w, 0x300, (uint64_t)2 << 11 | MSTATUS_SUM);
        cr_expect_eq(get(w, 0x300) >> 11 & 3, modes[i], "the old MPP stays");
        cr_expect(get(w, 0x300) & MSTATUS_SUM, "the other bits are written");
    }
}

Test(csr, p23_the_call_from_m_cannot_be_delegated)
{
    struct world *w = world_new();
    put(w, 0x302, 1 << 11);
    cr_expect_eq(get(w, 0x302), 0);
    put(w, 0x302, 1 << 8 | 1 << 15);
    cr_expect_eq(get(w, 0x302), 1 << 8 | 1 << 15);
}

Test(csr, m_interrupts_cannot_be_delegated)
{
    struct world *w = world_new();
    put(w, 0x303, MIP_MSIP | MIP_MTIP | MIP_MEIP | MIP_SSIP);
    cr_expect_eq(get(w, 0x303), MIP_SSIP);
}

/* --- views (P22) --- */

Test(csr, p22_sstatus_is_a_view_of_mstatus)
{
    struct world *w = world_new();
    put(w, 0x300, ALL);
    cr_expect_eq(get(w, 0x100), 0x80000002000c6122, "no M bits are seen");
    put(w, 0x100, 0);
    /* MIE MPIE MPP MPRV TVM TW TSR are not sstatus's to clear. */
    cr_expect_eq(get(w, 0x300), XL64 | 0x721888);
    put(w, 0x300, 0);
    put(w, 0x100, ALL);
    cr_expect_eq(get(w, 0x300), 0x8000000a000c6122);
}

Test(csr, p22_sie_is_mie_where_delegated)
{
    struct world *w = world_new();
    w->hart.csr.mie = 0xaaa;
    cr_expect_eq(get(w, 0x104), 0, "nothing is delegated");
    put(w, 0x104, 0);
    cr_expect_eq(w->hart.csr.mie, 0xaaa);
    w->hart.csr.mideleg = MIP_SSIP | MIP_SEIP;
    cr_expect_eq(get(w, 0x104), MIP_SSIP | MIP_SEIP);
    put(w, 0x104, 0);
    cr_expect_eq(w->hart.csr.mie, 0xaaa & ~(MIP_SSIP | MIP_SEIP));
    put(w, 0x104, ALL);
    cr_expect_eq(w->hart.csr.mie, 0xaaa);
    w->hart.csr.mie = 0;
    put(w, 0x104, ALL);
    cr_expect_eq(w->hart.csr.mie, MIP_SSIP | MIP_SEIP);
}

Test(csr, p22_sip_is_mip_where_delegated_and_only_ssip_can_be_written)
{
    struct world *w = world_new();
    w->hart.csr.mip = MIP_SSIP | MIP_STIP | MIP_SEIP;
    cr_expect_eq(get(w, 0x144), 0, "nothing is delegated");
    put(w, 0x144, 0);
    cr_expect_eq(w->hart.csr.mip, 0x222);
    w->hart.csr.mideleg = MIP_SSIP | MIP_STIP;
    cr_expect_eq(get(w, 0x144), MIP_SSIP | MIP_STIP);
    put(w, 0x144, 0);
    cr_expect_eq(w->hart.csr.mip, MIP_STIP | MIP_SEIP);
    w->hart.csr.mideleg = 0x222;
    w->hart.csr.mip = 0;
    put(w, 0x144, ALL);
    cr_expect_eq(w->hart.csr.mip, MIP_SSIP);
}

Test(csr, p22_seip_reads_as_software_bit_or_wire)
{
    struct world *w = world_new();
    w->hart.csr.mideleg = 0x222;
    for (int software = 0; software < 2; software++)
        for (int wire = 0; wire < 2; wire++) {
            w->hart.csr.mip = software ? MIP_SEIP : 0;
            w->hart.wires = wire ? MIP_SEIP : 0;
            uint64_t seip = software || wire ? MIP_SEIP : 0;
            cr_expect_eq(get(w, 0x344), seip, "mip: software %d, wire %d", software, wire);
            cr_expect_eq(get(w, 0x144), seip, "sip: software %d, wire %d", software, wire);
            cr_expect_eq(csr_mip(&w->hart), seip);
        }
}

Test(csr, p22_read_modify_write_of_mip_touches_the_software_bit_alone)
{
    struct world *w = world_new();
    w->hart.wires = MIP_SEIP;
    uint64_t old = 0;
    cr_expect(csr_access(&w->hart, &w->port, 0x344, CSR_SET, true, MIP_SSIP, &old));
    cr_expect_eq(old, MIP_SEIP, "rd gets the wire too");
    w->hart.wires = 0;
    cr_expect_eq(get(w, 0x344), MIP_SSIP, "the wire was not written back as a software bit");
    w->hart.wires = MIP_SEIP;
    cr_expect(write_csr(w, 0x344, CSR_CLEAR, MIP_SEIP));
    cr_expect_eq(get(w, 0x344), MIP_SEIP | MIP_SSIP, "a wire cannot be cleared");
    cr_expect(write_csr(w, 0x344, CSR_SET, MIP_SEIP));
    w->hart.wires = 0;
    cr_expect_eq(get(w, 0x344), MIP_SEIP | MIP_SSIP, "the software bit can be set");
}

Test(csr, p22_a_write_of_sip_does_not_keep_the_wire)
{
    struct world *w = world_new();
    w->hart.csr.mideleg = 0x222;
    w->hart.wires = MIP_SEIP;
    cr_expect(write_csr(w, 0x144, CSR_SET, MIP_SSIP));
    w->hart.wires = 0;
    cr_expect_eq(get(w, 0x344), MIP_SSIP);
}

Test(csr, machine_interrupt_bits_of_mip_are_wires_only)
{
    struct world *w = world_new();
    w->hart.wires = MIP_MTIP | MIP_MSIP;
    put(w, 0x344, 0);
    cr_expect_eq(get(w, 0x344), MIP_MTIP | MIP_MSIP);
    w->hart.wires = 0;
    put(w, 0x344, MIP_M);
    cr_expect_eq(get(w, 0x344), 0);
}

/* --- counters --- */

/* Privileged 3.1.11, 4.1.5: a counter is open to S by mcounteren, to U by both. */
Test(csr, counters_open_by_mcounteren_and_scounteren)
{
    static const unsigned numbers[] = {0xc00, 0xc01, 0xc02, 0xc03, 0xc1f};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int opened = 0; opened < 4; opened++) {
            struct world *w = world_new();
            uint64_t bit = (uint64_t)1 << (numbers[i] - 0xc00), value;
            bool m_opens = opened & 1, s_opens = opened & 2;
            w->hart.csr.mcounteren = m_opens ? bit : 0xffffffff & ~bit;
            w->hart.csr.scounteren = s_opens ? bit : 0xffffffff & ~bit;
            cr_expect(read_csr(w, numbers[i], &value), "M reads %03x", numbers[i]);
            w->hart.mode = MODE_S;
            cr_expect_eq(read_csr(w, numbers[i], &value), m_opens, "S reads %03x", numbers[i]);
            w->hart.mode = MODE_U;
            cr_expect_eq(read_csr(w, numbers[i], &value), m_opens && s_opens, "U reads %03x",
                         numbers[i]);
        }
}

Test(csr, cycle_and_instret_are_views_of_the_machine_counters)
{
    struct world *w = world_new();
    w->hart.csr.mcycle = 111;
    w->hart.csr.minstret = 222;
    cr_expect_eq(get(w, 0xc00), 111);
    cr_expect_eq(get(w, 0xc02), 222);
    cr_expect_eq(get(w, 0xb00), 111);
    cr_expect_eq(get(w, 0xb02), 222);
}

Test(csr, time_is_read_through_the_port)
{
    struct world *w = world_new();
    w->now = 0x123456789abc;
    cr_expect_eq(get(w, 0xc01), 0x123456789abc);
    w->now++;
    cr_expect_eq(get(w, 0xc01), 0x123456789abd);
}

/* ISA 9.1: a written counter shows the value to the next instruction. */
Test(csr, p19_a_written_counter_reads_as_written_in_the_next_instruction)
{
    static const unsigned counters[] = {0xb00, 0xb02};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        w->hart.x[5] = 100;
        cr_expect(run(w, word_csr(INSN_csrrw, 0, counters[i], 5)));
        step_count(&w->hart, true);
        cr_expect(run(w, word_csr(INSN_csrrs, 6, counters[i], 0)));
        cr_expect_eq(w->hart.x[6], 100, "%03x: %lu", counters[i], w->hart.x[6]);
        step_count(&w->hart, true);
        cr_expect(run(w, word_csr(INSN_csrrs, 6, counters[i], 0)));
        cr_expect_eq(w->hart.x[6], 101, "%03x: %lu", counters[i], w->hart.x[6]);
    }
}

Test(csr, minstret_counts_what_retires_and_mcycle_every_step)
{
    struct world *w = world_new();
    step_count(&w->hart, true);
    step_count(&w->hart, false);
    step_count(&w->hart, true);
    cr_expect_eq(get(w, 0xb00), 3);
    cr_expect_eq(get(w, 0xb02), 2);
}

/* Privileged 3.1.12: CY stops cycle, IR stops instret, bit 1 is read-only zero. */
Test(csr, mcountinhibit_stops_each_counter_by_itself)
{
    for (uint64_t inhibit = 0; inhibit < 8; inhibit++) {
        struct world *w = world_new();
        w->hart.csr.mcycle = w->hart.csr.minstret = 10;
        cr_expect(write_csr(w, 0x320, CSR_SWAP, inhibit));
        cr_expect_eq(get(w, 0x320), inhibit & 5);
        step_count(&w->hart, true);
        step_count(&w->hart, false);
        cr_expect_eq(get(w, 0xb00), inhibit & 1 ? 10 : 12, "mcycle under %lu", inhibit);
        cr_expect_eq(get(w, 0xb02), inhibit & 4 ? 10 : 11, "minstret under %lu", inhibit);
    }
}

Test(csr, p19_an_inhibited_counter_keeps_what_was_written)
{
    static const unsigned counters[] = {0xb00, 0xb02};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        put(w, 0x320, 5);
        put(w, counters[i], 100);
        cr_expect_eq(get(w, counters[i]), 100, "%03x", counters[i]);
        put(w, 0x320, 0);
        cr_expect_eq(get(w, counters[i]), 101, "%03x: the instruction that lets it go counts",
                     counters[i]);
    }
}

/* --- PMP registers (Privileged 3.7.1) --- */

Test(csr, pmpaddr_holds_bits_55_to_2_of_an_address)
{
    struct world *w = world_new();
    for (unsigned i = 0; i < 16; i++) {
        cr_expect_eq(get(w, 0x3b0 + i), 0, "reset of %u", i);
        put(w, 0x3b0 + i, ALL - i);
    }
    for (unsigned i = 0; i < 16; i++)
        cr_expect_eq(get(w, 0x3b0 + i), 0x003fffffffffffff - i, "pmpaddr%u", i);
}

/* --- Sstc --- */

/* Sstc 2.1: below M, stimecmp needs menvcfg.STCE and mcounteren.TM. */
Test(csr, stimecmp_is_opened_to_s_by_stce_and_tm)
{
    for (int opened = 0; opened < 4; opened++) {
        struct world *w = world_new();
        uint64_t value;
        w->hart.csr.menvcfg = opened & 1 ? MENVCFG_STCE : 0;
        w->hart.csr.mcounteren = opened & 2 ? 2 : 0xfffffffd;
        cr_expect(read_csr(w, 0x14d, &value), "M reads it always");
        w->hart.mode = MODE_S;
        cr_expect_eq(read_csr(w, 0x14d, &value), opened == 3, "S reads it, opened %d", opened);
        cr_expect_eq(write_csr(w, 0x14d, CSR_SWAP, 1), opened == 3, "S writes it, %d", opened);
    }
}

Test(csr, adue_is_there_with_svadu_alone)
{
    static const isa_t isas[] = {ISA_FULL, ISA_FULL | ISA(Svade), ISA_FULL | ISA(Svadu)};
    for (int i = 0; i < 3; i++) {
        struct world *w = world_of(isas[i]);
        cr_expect_eq(get(w, 0x30a), 0, "reset");
        put(w, 0x30a, MENVCFG_ADUE);
        cr_expect_eq(get(w, 0x30a), i == 2 ? (uint64_t)1 << 61 : 0, "isa %d", i);
    }
}

Test(csr, without_sstc_there_is_no_stimecmp_and_no_stce)
{
    struct world *w = world_of(ISA_FULL & ~ISA(Sstc));
    uint64_t value;
    cr_expect_not(read_csr(w, 0x14d, &value));
    put(w, 0x30a, ALL);
    cr_expect_eq(get(w, 0x30a), 1);
}

Test(csr, under_stce_stip_is_the_comparison_and_not_softwares)
{
    struct world *w = world_new();
    put(w, 0x344, MIP_STIP | MIP_SSIP);
    put(w, 0x30a, MENVCFG_STCE);
    cr_expect_eq(get(w, 0x344), MIP_SSIP, "what software had set is gone");
    put(w, 0x344, 0x222);
    cr_expect_eq(get(w, 0x344), MIP_SEIP | MIP_SSIP, "and it cannot set it");
    w->hart.wires = MIP_STIP;
    put(w, 0x344, 0);
    cr_expect_eq(get(w, 0x344), MIP_STIP, "nor clear it");
    w->hart.wires = 0;
    put(w, 0x30a, 0);
    put(w, 0x344, MIP_STIP);
    cr_expect_eq(get(w, 0x344), MIP_STIP, "without STCE it is software's again");
}

static unsigned timer_changes;
static void note_change(struct port *port, enum change what)
{
    (void)port;
    timer_changes += what == CHANGE_TIMER;
}

Test(csr, the_port_is_told_when_the_timer_changes)
{
    static const unsigned told[] = {0x14d, 0x30a};
    struct world *w = world_new();
    w->port.changed = note_change;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t value;
        timer_changes = 0;
        cr_expect(read_csr(w, told[i], &value));
        cr_expect_eq(timer_changes, 0, "reading %03x", told[i]);
        cr_expect(write_csr(w, told[i], CSR_SWAP, 1));
        cr_expect_eq(timer_changes, 1, "writing %03x", told[i]);
    }
    cr_expect(write_csr(w, 0x340, CSR_SWAP, 1));
    cr_expect_eq(timer_changes, 1, "mscratch is no timer");
}

/* --- TVM (Privileged 3.1.6.5) --- */

Test(csr, tvm_keeps_satp_from_s_and_not_from_m)
{
    struct world *w = world_new();
    uint64_t value;
    w->hart.csr.mstatus |= MSTATUS_TVM;
    cr_expect(read_csr(w, 0x180, &value));
    cr_expect(write_csr(w, 0x180, CSR_SWAP, 1));
    w->hart.mode = MODE_S;
    cr_expect_not(read_csr(w, 0x180, &value));
    cr_expect_not(write_csr(w, 0x180, CSR_SWAP, 2));
    cr_expect_eq(w->hart.csr.satp, 1);
    cr_expect(read_csr(w, 0x140, &value), "other S CSRs stay open");
    w->hart.csr.mstatus &= ~(uint64_t)MSTATUS_TVM;
    cr_expect(read_csr(w, 0x180, &value));
}

/* --- peek --- */

Test(csr, peek_asks_nobody)
{
    struct world *w = world_new();
    w->hart.mode = MODE_U;
    w->hart.csr.mscratch = 42;
    w->hart.csr.mcycle = 43;
    uint64_t value = 0;
    cr_expect(csr_peek(&w->hart, &w->port, 0x340, &value));
    cr_expect_eq(value, 42);
    cr_expect(csr_peek(&w->hart, &w->port, 0xc00, &value));
    cr_expect_eq(value, 43);
    cr_expect_not(csr_peek(&w->hart, &w->port, 0x7c0, &value));
}

/* --- floating point (ISA 11.2, Privileged 3.1.6.6) --- */

Test(csr, fflags_and_frm_are_parts_of_fcsr)
{
    struct world *w = world_with(CSR_fcsr);
    put(w, CSR_fcsr, 0xab);
    cr_expect_eq(get(w, CSR_fflags), 0x0b);
    cr_expect_eq(get(w, CSR_frm), 5, "a reserved mode can be held");
    put(w, CSR_fflags, 0xf4);
    cr_expect_eq(get(w, CSR_fcsr), 0xb4);
    put(w, CSR_frm, 0xfa);
    cr_expect_eq(get(w, CSR_fcsr), 0x54);
    write_csr(w, CSR_fflags, CSR_SET, 0x03);
    write_csr(w, CSR_frm, CSR_CLEAR, 0x02);
    cr_expect_eq(get(w, CSR_fcsr), 0x17);
}

Test(csr, fcsr_is_not_there_while_fs_is_off)
{
    static const unsigned numbers[] = {CSR_fflags, CSR_frm, CSR_fcsr};
    for (unsigned fs = 0; fs < 4; fs++)
        for (int i = 0; i < 3; i++) {
            struct world *w = world_new();
            uint64_t value;
            w->hart.csr.mstatus |= fs << MSTATUS_FS_SHIFT;
            cr_expect_eq(read_csr(w, numbers[i], &value), fs != 0, "%x with FS %u", numbers[i], fs);
            cr_expect_eq(w->hart.csr.mstatus >> MSTATUS_FS_SHIFT & 3, fs,
                         "reading changes nothing");
            cr_expect_eq(write_csr(w, numbers[i], CSR_SWAP, 1), fs != 0);
            cr_expect_eq(w->hart.csr.mstatus >> MSTATUS_FS_SHIFT & 3, fs ? 3u : 0u,
                         "writing %x makes FS dirty", numbers[i]);
        }
}

Test(csr, sd_says_that_fs_is_dirty)
{
    struct world *w = world_new();
    for (uint64_t fs = 0; fs < 4; fs++) {
        put(w, CSR_sstatus, fs << MSTATUS_FS_SHIFT);
        cr_expect_eq(get(w, CSR_sstatus) >> MSTATUS_FS_SHIFT & 3, fs);
        cr_expect_eq(get(w, CSR_mstatus) >> 63, fs == 3);
        cr_expect_eq(get(w, CSR_sstatus) >> 63, fs == 3);
    }
}

Test(csr, a_hart_without_f_has_neither_fcsr_nor_fs)
{
    struct world *w = world_of(ISA_FULL & ~ISA(F) & ~ISA(D));
    uint64_t value;
    put(w, CSR_mstatus, MSTATUS_FS);
    cr_expect_eq(get(w, CSR_mstatus) & MSTATUS_FS, 0);
    put(w, CSR_sstatus, MSTATUS_FS);
    cr_expect_eq(get(w, CSR_sstatus) & MSTATUS_FS, 0);
    w->hart.csr.mstatus |= MSTATUS_FS;
    cr_expect_not(read_csr(w, CSR_fcsr, &value));
}
