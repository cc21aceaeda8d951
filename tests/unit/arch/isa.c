/* ISA strings and misa. */
#include "isa.h"

#include <criterion/criterion.h>
#include <string.h>

/* Every string but "toy" has M, S and U, and the CSRs without which they could not be used. */
#define PRIVILEGED (ISA(S) | ISA(MM) | ISA(Zicsr) | ISA(Zicntr) | ISA(Zicclsm))

Test(isa, a_string_names_its_extensions)
{
    static const struct {
        const char *text;
        isa_t isa;
    } rows[] = {
        {"rv64i", PRIVILEGED | ISA(I)},
        {"rv64im", PRIVILEGED | ISA(I) | ISA(M)},
        {"rv64ima", PRIVILEGED | ISA(I) | ISA(M) | ISA(A)},
        {"rv64imac", PRIVILEGED | ISA(I) | ISA(M) | ISA(A) | ISA(C)},
        {"rv64ic", PRIVILEGED | ISA(I) | ISA(C)},
        {"rv64i_zifencei", PRIVILEGED | ISA(I) | ISA(Zifencei)},
        {"rv64izifencei", PRIVILEGED | ISA(I) | ISA(Zifencei)},
        {"rv64i_m_a", PRIVILEGED | ISA(I) | ISA(M) | ISA(A)},
        {"rv64if", PRIVILEGED | ISA(I) | ISA(F)},
        {"rv64id", PRIVILEGED | ISA(I) | ISA(F) | ISA(D)},
        {"rv64g_sstc", ISA_FULL & ~ISA(C)},
        {"rv64gc_sstc", ISA_FULL},
        {"rv64gc_zicntr", ISA_FULL & ~ISA(Sstc)},
        {"rv64imafdc_zicntr_zicsr_zifencei_sstc", ISA_FULL},
        {"rv64imac_zicsr_zifencei_sstc", ISA_FULL & ~ISA(F) & ~ISA(D)},
        {"rv64i_svade", PRIVILEGED | ISA(I) | ISA(Svade)},
        {"rv64i_svadu_svade", PRIVILEGED | ISA(I) | ISA(Svade) | ISA(Svadu)},
        {"rv64gc_zba_zbb_sstc", ISA_FULL | ISA(Zba) | ISA(Zbb)},
        {"rv64i_zbb", PRIVILEGED | ISA(I) | ISA(Zbb)},
        {"toy", ISA_TOY},
        {"Toy", ISA_TOY},
        {"RV64I", PRIVILEGED | ISA(I)},
        {"RV64GC_Sstc", ISA_FULL},
        {"RV64IMAFDCZicsr_Zifencei", ISA_FULL & ~ISA(Sstc)},
        {"RV64IMAFDCSUZicsr_Zifencei", ISA_FULL & ~ISA(Sstc)},
        {"rv64imsu_sstc", PRIVILEGED | ISA(I) | ISA(M) | ISA(Sstc)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        isa_t isa = 0;
        const char *wrong;
        cr_expect(isa_parse(rows[i].text, &isa, &wrong), "%s", rows[i].text);
        cr_expect_eq(isa, rows[i].isa, "%s: %x", rows[i].text, isa);
    }
}

Test(isa, a_string_that_asks_for_more_is_refused_where_it_does)
{
    static const struct {
        const char *text;
        size_t wrong;
    } rows[] = {
        {"", 0},
        {"rv32i", 0},
        {"rv64", 0},
        {"rv64e", 0},
        {"rv64m", 0},
        {"toys", 0},
        {"rv64imv", 6},
        {"rv64i_", 5},
        {"rv64imac_zbs", 8},
        {"rv64im__a", 6},
        {"rv64imac ", 8},
        {"rv64gcv", 6},
        {"rv64ig", 5},
        {"rv64iz", 5},
        {"rv64i_zicsrx", 5},
        {"rv64i_zicsr_q", 11},
        {"rv64im2", 6},
        {"rv64i_sst", 5},
        {"RV64IMQ", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        isa_t isa = 0xdead;
        const char *wrong = NULL;
        cr_expect_not(isa_parse(rows[i].text, &isa, &wrong), "%s", rows[i].text);
        cr_expect_eq((size_t)(wrong - rows[i].text), rows[i].wrong, "%s: at %td", rows[i].text,
                     wrong - rows[i].text);
        cr_expect_eq(isa, 0xdead, "%s: nothing is given", rows[i].text);
    }
}

Test(isa, it_prints_in_canonical_order)
{
    char text[64];
    isa_print(ISA_FULL, text, sizeof text);
    cr_expect_str_eq(text, "rv64imafdc_zicntr_zicsr_zifencei_sstc");
    isa_print(ISA_ALL, text, sizeof text);
    cr_expect_str_eq(text, "rv64imafdc_zicntr_zicsr_zifencei_zba_zbb_sstc_svade_svadu");
    isa_print(ISA(I) | ISA(S), text, sizeof text);
    cr_expect_str_eq(text, "rv64i");
    isa_print(ISA_TOY, text, sizeof text);
    cr_expect_str_eq(text, "rv64im_zicntr_zicsr");
}

Test(isa, what_it_prints_it_reads)
{
    for (isa_t some = 0; some < 16; some++) {
        isa_t isa = PRIVILEGED | ISA(I) | (some & 1 ? ISA(M) : 0) | (some & 2 ? ISA(A) : 0) |
                    (some & 4 ? ISA(C) : 0) | (some & 8 ? ISA(Zifencei) : 0);
        isa_t read = 0;
        const char *wrong;
        char text[64];
        isa_print(isa, text, sizeof text);
        cr_expect(isa_parse(text, &read, &wrong), "%s", text);
        cr_expect_eq(read, isa, "%s", text);
    }
}

Test(isa, a_small_buffer_is_not_overrun)
{
    static const char whole[] = "rv64imafdc_zicntr_zicsr_zifencei_sstc";
    for (size_t size = 1; size <= sizeof whole; size++) {
        char text[64];
        memset(text, '#', sizeof text);
        isa_print(ISA_FULL, text, size);
        cr_expect_eq(strlen(text), size - 1, "size %zu: %s", size, text);
        cr_expect_eq(strncmp(text, whole, size - 1), 0, "size %zu: %s", size, text);
        cr_expect_eq(text[size], '#', "size %zu", size);
    }
    char none = '#';
    isa_print(ISA_FULL, &none, 0);
    cr_expect_eq(none, '#');
}

Test(isa, misa_has_a_bit_a_letter_and_mxl_2)
{
    /* Privileged 3.1.1: A 0, C 2, D 3, F 5, I 8, M 12, S 18, U 20. */
    cr_expect_eq(isa_misa(ISA_FULL), 0x800000000014112d);
    cr_expect_eq(isa_misa(ISA_TOY), 0x8000000000141100);
    cr_expect_eq(isa_misa(ISA(I)), 0x8000000000000100);
}
