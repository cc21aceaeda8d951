/* What a register keeps of a write where a mask does not say it, and who may touch it when. */
#include "csr.h"

#include <criterion/criterion.h>

#include "csr_world.h"

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

static unsigned changes[2];
static void note_change(struct port *port, enum change what)
{
    (void)port;
    changes[what]++;
}

/* A write of these, and no reading of any, is told to the port. */
Test(csr, the_port_is_told_when_timer_or_protection_change)
{
    static const struct {
        unsigned first, last;
        enum change what;
    } told[] = {{CSR_stimecmp, CSR_stimecmp, CHANGE_TIMER},
                {CSR_menvcfg, CSR_menvcfg, CHANGE_TIMER},
                {CSR_pmpcfg0, CSR_pmpcfg0, CHANGE_PROTECTION},
                {CSR_pmpcfg2, CSR_pmpcfg2, CHANGE_PROTECTION},
                {CSR_pmpaddr, CSR_pmpaddr + 15, CHANGE_PROTECTION}};
    for (unsigned number = 0; number < 4096; number++) {
        if (!csr_find(number))
            continue;
        struct world *w = world_with(number);
        w->port.changed = note_change;
        unsigned expected[2] = {0};
        for (size_t i = 0; i < sizeof told / sizeof *told; i++)
            expected[told[i].what] += number >= told[i].first && number <= told[i].last;
        memset(changes, 0, sizeof changes);
        get(w, number);
        cr_expect_eq(changes[0] + changes[1], 0, "reading %03x", number);
        if (!is_read_only(number))
            put(w, number, 1);
        cr_expect_eq(memcmp(changes, expected, sizeof changes), 0, "writing %03x", number);
    }
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
