/* CSRs that show the bits of others (P22): sstatus, sie, sip, and mip with its wires. */
#include "csr.h"

#include <criterion/criterion.h>

#include "csr_world.h"

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
