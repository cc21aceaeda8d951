/* Every field of every CSR, from the manual: what is kept of each value that is written to it.
 *
 * Sections are those of the Privileged manual 20211203 where nothing else is said. Bits that stand
 * in no field are reserved: they read as zero whatever is written (2.3, WPRI). */
#include "csr.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "csr_world.h"

enum kind {
    KEEPS,  /* whatever is written */
    IS,     /* `what`, whatever is written */
    ONE_OF, /* values whose bit is set in `what`; after another the field is as before */
    WHOLE,  /* the same, but after another the whole register is as before */
    RWX,    /* any, but without R there is no W */
    SUMS,   /* set when FS says dirty */
};

static const struct field {
    unsigned number;
    const char *name; /* "": the register is one value */
    int high, low;
    enum kind kind;
    uint64_t what;
    const char *section;
} fields[] = {
#define FLAGS(number)                                                                              \
    {number, "NV", 4, 4, KEEPS, 0, "ISA 11.2"}, {number, "DZ", 3, 3, KEEPS, 0, "ISA 11.2"},        \
        {number, "OF", 2, 2, KEEPS, 0, "ISA 11.2"}, {number, "UF", 1, 1, KEEPS, 0, "ISA 11.2"},    \
    {                                                                                              \
        number, "NX", 0, 0, KEEPS, 0, "ISA 11.2"                                                   \
    }
    FLAGS(0x001),
    {0x002, "", 2, 0, KEEPS, 0, "ISA 11.2"}, /* 5 and 6 too: it is their use that is illegal */
    {0x003, "frm", 7, 5, KEEPS, 0, "ISA 11.2"},
    FLAGS(0x003),
    {0xc00, "", 63, 0, IS, 0, "ISA 10.1"},
    {0xc01, "", 63, 0, IS, 0, "ISA 10.1"},
    {0xc02, "", 63, 0, IS, 0, "ISA 10.1"},
    {0xc03, "", 63, 0, IS, 0, "ISA 10.1"},
    {0x100, "SD", 63, 63, SUMS, 0, "4.1.1.3"},
    {0x100, "UXL", 33, 32, IS, 2, "4.1.1.1"},
    {0x100, "MXR", 19, 19, KEEPS, 0, "4.1.1.2"},
    {0x100, "SUM", 18, 18, KEEPS, 0, "4.1.1.2"},
    {0x100, "XS", 16, 15, IS, 0, "3.1.6.6"},
    {0x100, "FS", 14, 13, KEEPS, 0, "3.1.6.6"},
    {0x100, "VS", 10, 9, IS, 0, "3.1.6.6"},
    {0x100, "SPP", 8, 8, KEEPS, 0, "4.1.1"},
    {0x100, "UBE", 6, 6, IS, 0, "4.1.1.3"},
    {0x100, "SPIE", 5, 5, KEEPS, 0, "4.1.1"},
    {0x100, "SIE", 1, 1, KEEPS, 0, "4.1.1"},
    {0x104, "SEIE", 9, 9, KEEPS, 0, "4.1.3"},
    {0x104, "STIE", 5, 5, KEEPS, 0, "4.1.3"},
    {0x104, "SSIE", 1, 1, KEEPS, 0, "4.1.3"},
    {0x105, "BASE", 63, 2, KEEPS, 0, "4.1.2"},
    {0x105, "MODE", 1, 0, WHOLE, 1 << 0 | 1 << 1, "4.1.2"},
    {0x106, "HPM", 31, 3, KEEPS, 0, "4.1.5"},
    {0x106, "IR", 2, 2, KEEPS, 0, "4.1.5"},
    {0x106, "TM", 1, 1, KEEPS, 0, "4.1.5"},
    {0x106, "CY", 0, 0, KEEPS, 0, "4.1.5"},
    {0x10a, "CBZE", 7, 7, IS, 0, "4.1.10"}, /* of extensions that there are not */
    {0x10a, "CBCFE", 6, 6, IS, 0, "4.1.10"},
    {0x10a, "CBIE", 5, 4, IS, 0, "4.1.10"},
    {0x10a, "FIOM", 0, 0, KEEPS, 0, "4.1.10"},
    {0x140, "", 63, 0, KEEPS, 0, "4.1.6"},
    {0x141, "", 63, 1, KEEPS, 0, "4.1.7"},
    {0x142, "Interrupt", 63, 63, KEEPS, 0, "4.1.8"},
    {0x142, "Code", 62, 0, KEEPS, 0, "4.1.8"},
    {0x143, "", 63, 0, KEEPS, 0, "4.1.9"},
    {0x144, "SEIP", 9, 9, IS, 0, "4.1.3"}, /* read-only in sip */
    {0x144, "STIP", 5, 5, IS, 0, "4.1.3"},
    {0x144, "SSIP", 1, 1, KEEPS, 0, "4.1.3"},
    {0x14d, "", 63, 0, KEEPS, 0, "Sstc 2.1"},
    {0x180, "MODE", 63, 60, WHOLE, 1 << 0 | 1 << 8, "4.1.11"},
    {0x180, "ASID", 59, 44, KEEPS, 0, "4.1.11"},
    {0x180, "PPN", 43, 0, KEEPS, 0, "4.1.11"},
    {0xf11, "", 63, 0, IS, 0, "3.1.2"},
    {0xf12, "", 63, 0, IS, 0, "3.1.3"},
    {0xf13, "", 63, 0, IS, 0, "3.1.4"},
    {0xf14, "", 63, 0, IS, 0, "3.1.5"},
    {0xf15, "", 63, 0, IS, 0, "3.1.17"},
    {0x300, "SD", 63, 63, SUMS, 0, "3.1.6.6"},
    {0x300, "MBE", 37, 37, IS, 0, "3.1.6.4"},
    {0x300, "SBE", 36, 36, IS, 0, "3.1.6.4"},
    {0x300, "SXL", 35, 34, IS, 2, "3.1.6.2"},
    {0x300, "UXL", 33, 32, IS, 2, "3.1.6.2"},
    {0x300, "TSR", 22, 22, KEEPS, 0, "3.1.6.5"},
    {0x300, "TW", 21, 21, KEEPS, 0, "3.1.6.5"},
    {0x300, "TVM", 20, 20, KEEPS, 0, "3.1.6.5"},
    {0x300, "MXR", 19, 19, KEEPS, 0, "3.1.6.3"},
    {0x300, "SUM", 18, 18, KEEPS, 0, "3.1.6.3"},
    {0x300, "MPRV", 17, 17, KEEPS, 0, "3.1.6.3"},
    {0x300, "XS", 16, 15, IS, 0, "3.1.6.6"},
    {0x300, "FS", 14, 13, KEEPS, 0, "3.1.6.6"},
    {0x300, "MPP", 12, 11, ONE_OF, 1 << MODE_U | 1 << MODE_S | 1 << MODE_M, "3.1.6.1"},
    {0x300, "VS", 10, 9, IS, 0, "3.1.6.6"},
    {0x300, "SPP", 8, 8, KEEPS, 0, "3.1.6.1"},
    {0x300, "MPIE", 7, 7, KEEPS, 0, "3.1.6.1"},
    {0x300, "UBE", 6, 6, IS, 0, "3.1.6.4"},
    {0x300, "SPIE", 5, 5, KEEPS, 0, "3.1.6.1"},
    {0x300, "MIE", 3, 3, KEEPS, 0, "3.1.6.1"},
    {0x300, "SIE", 1, 1, KEEPS, 0, "3.1.6.1"},
    {0x301, "MXL", 63, 62, IS, 2, "3.1.1"},
    {0x301, "Extensions", 25, 0, IS, 0x14112d, "3.1.1"}, /* A C D F I M S U */
    {0x302, "store/AMO page fault", 15, 15, KEEPS, 0, "3.1.8"},
    {0x302, "fetch and load page faults", 13, 12, KEEPS, 0, "3.1.8"},
    {0x302, "call from M", 11, 11, IS, 0, "3.1.8"},
    {0x302, "calls from U and S", 9, 8, KEEPS, 0, "3.1.8"},
    {0x302, "the others", 7, 0, KEEPS, 0, "3.1.8"},
    {0x303, "MEI", 11, 11, IS, 0, "3.1.8"},
    {0x303, "SEI", 9, 9, KEEPS, 0, "3.1.8"},
    {0x303, "MTI", 7, 7, IS, 0, "3.1.8"},
    {0x303, "STI", 5, 5, KEEPS, 0, "3.1.8"},
    {0x303, "MSI", 3, 3, IS, 0, "3.1.8"},
    {0x303, "SSI", 1, 1, KEEPS, 0, "3.1.8"},
    {0x304, "MEIE", 11, 11, KEEPS, 0, "3.1.9"},
    {0x304, "SEIE", 9, 9, KEEPS, 0, "3.1.9"},
    {0x304, "MTIE", 7, 7, KEEPS, 0, "3.1.9"},
    {0x304, "STIE", 5, 5, KEEPS, 0, "3.1.9"},
    {0x304, "MSIE", 3, 3, KEEPS, 0, "3.1.9"},
    {0x304, "SSIE", 1, 1, KEEPS, 0, "3.1.9"},
    {0x305, "BASE", 63, 2, KEEPS, 0, "3.1.7"},
    {0x305, "MODE", 1, 0, WHOLE, 1 << 0 | 1 << 1, "3.1.7"},
    {0x306, "HPM", 31, 3, KEEPS, 0, "3.1.11"},
    {0x306, "IR", 2, 2, KEEPS, 0, "3.1.11"},
    {0x306, "TM", 1, 1, KEEPS, 0, "3.1.11"},
    {0x306, "CY", 0, 0, KEEPS, 0, "3.1.11"},
    {0x30a, "STCE", 63, 63, KEEPS, 0, "Sstc 2.2"},
    {0x30a, "PBMTE", 62, 62, IS, 0, "3.1.18"},
    {0x30a, "ADUE", 61, 61, IS, 0, "Svadu"}, /* here without Svadu */
    {0x30a, "CBZE", 7, 7, IS, 0, "3.1.18"},
    {0x30a, "CBCFE", 6, 6, IS, 0, "3.1.18"},
    {0x30a, "CBIE", 5, 4, IS, 0, "3.1.18"},
    {0x30a, "FIOM", 0, 0, KEEPS, 0, "3.1.18"},
    {0x320, "HPM", 31, 3, IS, 0, "3.1.12"}, /* what counts nothing can always be inhibited */
    {0x320, "IR", 2, 2, KEEPS, 0, "3.1.12"},
    {0x320, "CY", 0, 0, KEEPS, 0, "3.1.12"},
    {0x323, "", 63, 0, IS, 0, "3.1.10"},
    {0x340, "", 63, 0, KEEPS, 0, "3.1.13"},
    {0x341, "", 63, 1, KEEPS, 0, "3.1.14"},
    {0x342, "Interrupt", 63, 63, KEEPS, 0, "3.1.15"},
    {0x342, "Code", 62, 0, KEEPS, 0, "3.1.15"},
    {0x343, "", 63, 0, KEEPS, 0, "3.1.16"},
    {0x344, "MEIP", 11, 11, IS, 0, "3.1.9"},
    {0x344, "SEIP", 9, 9, KEEPS, 0, "3.1.9"},
    {0x344, "MTIP", 7, 7, IS, 0, "3.1.9"},
    {0x344, "STIP", 5, 5, KEEPS, 0, "3.1.9"},
    {0x344, "MSIP", 3, 3, IS, 0, "3.1.9"},
    {0x344, "SSIP", 1, 1, KEEPS, 0, "3.1.9"},
#define ENTRY(number, name, at)                                                                    \
    {number, "L" name, (at) + 7, (at) + 7, KEEPS, 0, "3.7.1.2"},                                   \
        {number, "A" name, (at) + 4, (at) + 3, KEEPS, 0, "3.7.1.1"},                               \
    {                                                                                              \
        number, "XWR" name, (at) + 2, (at), RWX, 0, "3.7.1"                                        \
    }
    ENTRY(0x3a0, "7", 56),
    ENTRY(0x3a0, "6", 48),
    ENTRY(0x3a0, "5", 40),
    ENTRY(0x3a0, "4", 32),
    ENTRY(0x3a0, "3", 24),
    ENTRY(0x3a0, "2", 16),
    ENTRY(0x3a0, "1", 8),
    ENTRY(0x3a0, "0", 0),
    ENTRY(0x3a2, "15", 56),
    ENTRY(0x3a2, "14", 48),
    ENTRY(0x3a2, "13", 40),
    ENTRY(0x3a2, "12", 32),
    ENTRY(0x3a2, "11", 24),
    ENTRY(0x3a2, "10", 16),
    ENTRY(0x3a2, "9", 8),
    ENTRY(0x3a2, "8", 0),
    {0x3b0, "", 53, 0, KEEPS, 0, "3.7.1"},
    {0x7a0, "", 63, 0, IS, 0, "Debug 5.7.1"},
    {0x7a1, "", 63, 0, IS, 0, "Debug 5.7.2"},
    {0x7a4, "Info", 15, 0, IS, 1, "Debug 5.7.6"},
    {0xb00, "", 63, 0, KEEPS, 0, "3.1.10"},
    {0xb02, "", 63, 0, KEEPS, 0, "3.1.10"},
    {0xb03, "", 63, 0, IS, 0, "3.1.10"},
};
enum { FIELDS = sizeof fields / sizeof *fields, SAMPLES = 16 };

static uint64_t mask_of(const struct field *field)
{
    return ALL >> (63 - (field->high - field->low)) << field->low;
}

static uint64_t field_of(const struct field *field, uint64_t csr)
{
    return (csr & mask_of(field)) >> field->low;
}

/* S sees its interrupts where they are delegated. */
static struct world *world_for(unsigned number)
{
    struct world *w = world_with(number);
    w->hart.csr.mideleg = number == CSR_sie || number == CSR_sip ? 0x222 : 0;
    return w;
}

/* The i-th value to write: each of a narrow field, of a wide one its edges and some others. */
static uint64_t sample(const struct field *field, unsigned i)
{
    uint64_t all = field_of(field, ALL);
    static const uint64_t some[SAMPLES] = {0,
                                           ALL,
                                           1,
                                           ALL - 1,
                                           0x5555555555555555,
                                           0xaaaaaaaaaaaaaaaa,
                                           (uint64_t)1 << 63,
                                           ALL >> 1,
                                           0x0123456789abcdef,
                                           0xfedcba9876543210,
                                           0x00000000ffffffff,
                                           0xffffffff00000000,
                                           0x8000000080000000,
                                           2,
                                           0x7fffffff,
                                           0xffff};
    return all < SAMPLES ? i : some[i] & all;
}

static bool is_legal(const struct field *field, uint64_t value)
{
    bool is_choice = field->kind == ONE_OF || field->kind == WHOLE;
    return !is_choice || field->what >> value & 1;
}

/* What a field holds after `value` was written where `before` stood. */
static uint64_t expected(const struct field *field, uint64_t before, uint64_t value)
{
    switch (field->kind) {
    case KEEPS:
        return value;
    case IS:
        return field->what;
    case ONE_OF:
    case WHOLE:
        return is_legal(field, value) ? value : before;
    case RWX:
        return value & 1 ? value : value & ~(uint64_t)2;
    case SUMS: /* FS was off */
        return 0;
    }
    return 0;
}

/* Writes `value` to the field of CSR `number`, and the rest as it is: only the field may change. */
static void check(const struct field *field, unsigned number, uint64_t value)
{
    struct world *w = world_for(number);
    uint64_t before = get(w, number);
    put(w, number, (before & ~mask_of(field)) | value << field->low);
    uint64_t after = get(w, number);
    uint64_t wanted = expected(field, field_of(field, before), value);
    cr_expect_eq(field_of(field, after), wanted, "%s of %03x (%s): %lx gives %lx", field->name,
                 number, field->section, value, field_of(field, after));
    bool dirties = strcmp(field->name, "FS") == 0 && value == 3;
    uint64_t sums = dirties ? (uint64_t)1 << 63 : 0;
    cr_expect_eq((after ^ before) & ~mask_of(field), sums, "%s of %03x: %lx changes %lx",
                 field->name, number, value, (after ^ before) & ~mask_of(field));
}

Test(csr_fields, each_keeps_of_each_value_what_the_manual_says)
{
    unsigned values = 0;
    for (int i = 0; i < FIELDS; i++) {
        const struct csr_info *info = csr_find(fields[i].number);
        cr_assert_not_null(info, "%03x", fields[i].number);
        uint64_t all = field_of(&fields[i], ALL);
        for (unsigned n = 0; n < info->count && !is_read_only(fields[i].number); n++)
            for (unsigned v = 0; v < SAMPLES && v <= all; v++, values++)
                check(&fields[i], fields[i].number + n, sample(&fields[i], v));
    }
    cr_expect_gt(values, 2000, "only %u values were written", values);
}

/* A choice that the field has not leaves it, or the whole register, with the last that it has. */
Test(csr_fields, an_illegal_choice_leaves_the_last_legal_one)
{
    for (int i = 0; i < FIELDS; i++) {
        const struct field *field = &fields[i];
        if (field->kind != ONE_OF && field->kind != WHOLE)
            continue;
        for (uint64_t held = 0; held <= field_of(field, ALL); held++)
            for (uint64_t value = 0; value <= field_of(field, ALL); value++) {
                if (!is_legal(field, held) || is_legal(field, value))
                    continue;
                struct world *w = world_for(field->number);
                put(w, field->number, held << field->low);
                uint64_t before = get(w, field->number);
                uint64_t rest = before ^ mask_of(field) ^ (uint64_t)1 << 20;
                put(w, field->number, (rest & ~mask_of(field)) | value << field->low);
                uint64_t after = get(w, field->number);
                cr_expect_eq(field_of(field, after), held, "%s of %03x: %lu over %lu", field->name,
                             field->number, value, held);
                cr_expect_eq(after == before, field->kind == WHOLE, "%03x: the rest",
                             field->number);
            }
    }
}

/* Reserved bits, and those of extensions that there are not, are zero and stay so. */
Test(csr_fields, bits_in_no_field_are_zero)
{
    for (unsigned number = 0; number < 4096; number++) {
        const struct csr_info *info = csr_find(number);
        if (!info)
            continue;
        uint64_t known = 0;
        for (int i = 0; i < FIELDS; i++)
            if (fields[i].number == info->number) {
                cr_expect_eq(known & mask_of(&fields[i]), 0, "%s of %03x overlaps", fields[i].name,
                             number);
                known |= mask_of(&fields[i]);
            }
        cr_expect(known, "%s has no field here", info->name);
        struct world *w = world_for(number);
        cr_expect_eq(get(w, number) & ~known, 0, "reset of %03x", number);
        if (is_read_only(number))
            continue;
        put(w, number, ~known);
        cr_expect_eq(get(w, number) & ~known, 0, "%03x keeps reserved bits", number);
        put(w, number, ALL);
        cr_expect_eq(get(w, number) & ~known, 0, "%03x keeps reserved bits", number);
    }
}

/* csr.def names fields for people to read: "NAME high:low" or "NAME bit", from the highest down. */
static int find_field(unsigned number, const char *name, int high, int low)
{
    for (int i = 0; i < FIELDS; i++)
        if (fields[i].number == number && fields[i].high == high && fields[i].low == low &&
            strcmp(fields[i].name, name) == 0)
            return i;
    return -1;
}

Test(csr_fields, the_names_in_csr_def_are_the_manuals)
{
    for (unsigned row = 0; row < csr_rows; row++) {
        const char *text = csr_table[row].fields;
        unsigned number = csr_table[row].number, named = 0, known = 0;
        int last = 64;
        for (int length; *text; text += length, named++) {
            char name[16];
            int high, low;
            if (sscanf(text, " %15s %d:%d%n", name, &high, &low, &length) != 3) {
                cr_assert_eq(sscanf(text, " %15s %d%n", name, &high, &length), 2, "%s", text);
                low = high;
            }
            cr_expect(find_field(number, name, high, low) >= 0, "%s %d:%d of %s", name, high, low,
                      csr_table[row].name);
            cr_expect_lt(high, last, "%s: %s is out of order", csr_table[row].name, name);
            last = low;
        }
        for (int i = 0; i < FIELDS; i++)
            known += fields[i].number == number;
        if (named)
            cr_expect_eq(named, known, "%s has %u of %u", csr_table[row].name, named, known);
    }
}

/* The fields of FS and SD in one: dirty is what SD says, in either register (3.1.6.6). */
Test(csr_fields, sd_follows_fs_and_cannot_be_written)
{
    static const unsigned numbers[] = {CSR_mstatus, CSR_sstatus};
    for (int i = 0; i < 2; i++)
        for (uint64_t fs = 0; fs < 4; fs++)
            for (uint64_t sd = 0; sd < 2; sd++) {
                struct world *w = world_new();
                put(w, numbers[i], sd << 63 | fs << 13);
                cr_expect_eq(get(w, CSR_mstatus) >> 63, fs == 3);
                cr_expect_eq(get(w, CSR_sstatus) >> 63, fs == 3);
                cr_expect_eq(get(w, CSR_sstatus) >> 13 & 3, fs);
            }
}
