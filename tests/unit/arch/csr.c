/* Each CSR as the manual has it, and the rules that hold between them. */
#include "csr.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "csr_world.h"
#include "objdump.h"

/* What a CSR must be, from the manual. `ones` and `zeros` are what is read after writing `write`
 * (all ones where nothing is said) and zero in M-mode, with nothing delegated. */
struct expected {
    unsigned number;
    const char *name;
    const char
        *access; /* the lowest mode, and whether it may write (Privileged tables 2.2 to 2.5) */
    const char *section;
    uint64_t reset, ones, zeros;
    uint64_t write;
};
static const struct expected singles[] = {
    {0x001, "fflags", "URW", "ISA 11.2", 0, 0x1f, 0, ALL},
    {0x002, "frm", "URW", "ISA 11.2", 0, 7, 0, ALL},
    {0x003, "fcsr", "URW", "ISA 11.2", 0, 0xff, 0, ALL},
    {0xc00, "cycle", "URO", "ISA 10.1", 0, 0, 0, 0},
    {0xc01, "time", "URO", "ISA 10.1", 0, 0, 0, 0},
    {0xc02, "instret", "URO", "ISA 10.1", 0, 0, 0, 0},
    {0x100, "sstatus", "SRW", "4.1.1", 0x200000000, 0x80000002000c6122, 0x200000000, ALL},
    {0x104, "sie", "SRW", "4.1.3", 0, 0, 0, ALL},
    {0x105, "stvec", "SRW", "4.1.2", 0, ALL - 2, 0, ALL - 2},
    {0x106, "scounteren", "SRW", "4.1.5", 0, 0xffffffff, 0, ALL},
    {0x10a, "senvcfg", "SRW", "4.1.10", 0, 1, 0, ALL},
    {0x140, "sscratch", "SRW", "4.1.6", 0, ALL, 0, ALL},
    {0x141, "sepc", "SRW", "4.1.7", 0, ALL - 1, 0, ALL},
    {0x142, "scause", "SRW", "4.1.8", 0, ALL, 0, ALL},
    {0x143, "stval", "SRW", "4.1.9", 0, ALL, 0, ALL},
    {0x144, "sip", "SRW", "4.1.3", 0, 0, 0, ALL},
    {0x14d, "stimecmp", "SRW", "Sstc 2.1", 0, ALL, 0, ALL},
    {0x180, "satp", "SRW", "4.1.11", 0, 0x8fffffffffffffff, 0, 0x8fffffffffffffff},
    {0xf11, "mvendorid", "MRO", "3.1.2", 0, 0, 0, 0},
    {0xf12, "marchid", "MRO", "3.1.3", 0, 0, 0, 0},
    {0xf13, "mimpid", "MRO", "3.1.4", 0, 0, 0, 0},
    {0xf14, "mhartid", "MRO", "3.1.5", 0, 0, 0, 0},
    {0xf15, "mconfigptr", "MRO", "3.1.17", 0, 0, 0, 0},
    {0x300, "mstatus", "MRW", "3.1.6", XL64, 0x8000000a007e79aa, XL64, ALL},
    {0x301, "misa", "MRW", "3.1.1", 0x800000000014112d, 0x800000000014112d, 0x800000000014112d,
     ALL},
    {0x302, "medeleg", "MRW", "3.1.8", 0, 0xb3ff, 0, ALL},
    {0x303, "mideleg", "MRW", "3.1.8", 0, 0x222, 0, ALL},
    {0x304, "mie", "MRW", "3.1.9", 0, 0xaaa, 0, ALL},
    {0x305, "mtvec", "MRW", "3.1.7", 0, ALL - 2, 0, ALL - 2},
    {0x306, "mcounteren", "MRW", "3.1.11", 0, 0xffffffff, 0, ALL},
    {0x30a, "menvcfg", "MRW", "3.1.18", 0, 0x8000000000000001, 0, ALL},
    {0x320, "mcountinhibit", "MRW", "3.1.12", 0, 5, 0, ALL},
    {0x340, "mscratch", "MRW", "3.1.13", 0, ALL, 0, ALL},
    {0x341, "mepc", "MRW", "3.1.14", 0, ALL - 1, 0, ALL},
    {0x342, "mcause", "MRW", "3.1.15", 0, ALL, 0, ALL},
    {0x343, "mtval", "MRW", "3.1.16", 0, ALL, 0, ALL},
    {0x344, "mip", "MRW", "3.1.9", 0, 0x222, 0, ALL},
    {0x3a0, "pmpcfg0", "MRW", "3.7.1", 0, 0x9f9f9f9f9f9f9f9f, 0x9f9f9f9f9f9f9f9f, ALL},
    {0x3a2, "pmpcfg2", "MRW", "3.7.1", 0, 0x1f1f1f1f1f1f1f1f, 0, 0x7f7f7f7f7f7f7f7f},
    {0x7a0, "tselect", "MRW", "Debug 5.7.1", 0, 0, 0, ALL},
    {0x7a4, "tinfo", "MRW", "Debug 5.7.6", 1, 1, 1, ALL},
    {0xb00, "mcycle", "MRW", "3.1.10", 0, ALL, 0, ALL},
    {0xb02, "minstret", "MRW", "3.1.10", 0, ALL, 0, ALL},
};
enum { SINGLES = sizeof singles / sizeof *singles };

/* Registers in a row, named with a number. The event counters count nothing (3.1.10, ISA 10.1);
 * there are no triggers. */
static const struct series {
    unsigned first, count, from; /* `from` is the number in the first one's name */
    const char *name, *access, *section;
    uint64_t ones;
} series[] = {
    {0xc03, 29, 3, "hpmcounter", "URO", "ISA 10.1", 0},
    {0x323, 29, 3, "mhpmevent", "MRW", "3.1.10", 0},
    {0x3b0, 16, 0, "pmpaddr", "MRW", "3.7.1", 0x003fffffffffffff}, /* bits 55:2 of an address */
    {0x7a1, 3, 1, "tdata", "MRW", "Debug 5.7.2", 0},
    {0xb03, 29, 3, "mhpmcounter", "MRW", "3.1.10", 0},
};
enum { SERIES = sizeof series / sizeof *series, EXPECTED = SINGLES + 29 + 29 + 16 + 3 + 29 };

/* Every register by itself. */
static struct expected expected[EXPECTED];
static char names[EXPECTED][16];

static void expect_all(void)
{
    unsigned total = SINGLES;
    memcpy(expected, singles, sizeof singles);
    for (int i = 0; i < SERIES; i++)
        for (unsigned n = 0; n < series[i].count; n++, total++) {
            snprintf(names[total], sizeof *names, "%s%u", series[i].name, series[i].from + n);
            expected[total] = (struct expected){series[i].first + n,
                                                names[total],
                                                series[i].access,
                                                series[i].section,
                                                0,
                                                series[i].ones,
                                                0,
                                                ALL};
        }
    cr_assert_eq(total, EXPECTED);
}

TestSuite(csr, .init = expect_all);

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

static enum mode lowest_mode(const struct expected *row)
{
    return row->access[0] == 'U' ? MODE_U : row->access[0] == 'S' ? MODE_S : MODE_M;
}

static bool can_be_written(const struct expected *row)
{
    return strcmp(row->access + 1, "RW") == 0;
}

/* Privileged 2.1: bits 9:8 of the number are the lowest mode, bits 11:10 = 3 read-only. */
Test(csr, the_number_says_who_may_touch_it)
{
    for (int i = 0; i < EXPECTED; i++) {
        cr_expect_eq(expected[i].number >> 8 & 3, lowest_mode(&expected[i]), "%s",
                     expected[i].name);
        cr_expect_eq(is_read_only(expected[i].number), !can_be_written(&expected[i]), "%s",
                     expected[i].name);
    }
}

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
            bool may = modes[m] >= lowest_mode(&expected[i]);
            cr_expect_eq(read_csr(w, number, &value), may, "reading %s in mode %d",
                         expected[i].name, modes[m]);
            cr_expect_eq(memcmp(&before, &w->hart, sizeof before), 0, "reading %s",
                         expected[i].name);
            cr_expect_eq(write_csr(w, number, CSR_SWAP, 0), may && can_be_written(&expected[i]),
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
    cr_expect_not(exists[0x3a1] || exists[0x3a3], "pmpcfg1 and pmpcfg3 are RV32's alone (3.7.1)");
    for (unsigned number = 0; number < 4096; number++) {
        struct world *w = world_with(number);
        uint64_t value;
        cr_expect_eq(read_csr(w, number, &value), exists[number], "%03x", number);
        cr_expect_eq(csr_find(number) != NULL, exists[number], "%03x", number);
        cr_expect_eq(csr_peek(&w->hart, &w->port, number, &value), exists[number], "%03x", number);
    }
    cr_expect_null(csr_find(4096));
    cr_expect_eq(csr_rows, SINGLES + SERIES);
}

Test(csr, each_number_has_its_name)
{
    for (int i = 0; i < SINGLES; i++) {
        const struct csr_info *info = csr_find(singles[i].number);
        cr_assert_not_null(info, "%s", singles[i].name);
        cr_expect_str_eq(info->name, singles[i].name);
        cr_expect_eq(info->count, 1, "%s", singles[i].name);
    }
    for (int i = 0; i < SERIES; i++) {
        const struct csr_info *info = csr_find(series[i].first + series[i].count - 1);
        cr_assert_not_null(info, "%s", series[i].name);
        cr_expect_str_eq(info->name, series[i].name);
        cr_expect_eq(info->number, series[i].first);
        cr_expect_eq(info->count, series[i].count);
    }
}

/* The numbers once more, by someone who does not read csr.def. */
Test(csr, objdump_knows_each_number_by_the_same_name)
{
    static uint32_t words[EXPECTED];
    static struct line lines[EXPECTED];
    for (int i = 0; i < EXPECTED; i++)
        words[i] = word_csr(INSN_csrrs, 1, expected[i].number, 0);
    cr_assert_eq(objdump(words, sizeof words, lines, EXPECTED), EXPECTED);
    for (int i = 0; i < EXPECTED; i++) {
        char operands[40];
        snprintf(operands, sizeof operands, "x1,%s,x0", expected[i].name);
        cr_expect_str_eq(lines[i].operands, operands);
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
