/* Each CSR as the manual has it, and the rules that hold between them. */
#include "csr.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "csr_world.h"
#include "objdump.h"

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
