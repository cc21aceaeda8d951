/* A UART that is passed through: the guest reaches it by itself, and nothing else. */
#include "../vmm/world.h"

enum { THR = 0, IER = 1, LSR = 5 };

static void given_the_uart(void)
{
    world_of(1, ISA_FULL, ENGINE_BLOCK);
    w.vm->config.passes_uart = true;
    hosted_boot(w.hosted);
    w.hart->csr.stvec = HANDLER;
    usual_space(MODE_S);
    map(UART_BASE, UART_BASE, S_RWX);
    map(PLIC_BASE, PLIC_BASE, S_RWX);
}

#define LBU(rd, rs1, at) i_type(INSN_lbu, rd, rs1, at)
#define SB(rs2, rs1, at) s_type(INSN_sb, rs1, rs2, at)

TestSuite(passthrough, .init = given_the_uart, .fini = world_end);

Test(passthrough, a_register_is_read_and_written_without_an_exit)
{
    program(CODE, LBU(A0, S0, LSR), LI(A1, 'x'), SB(A1, S0, THR), LBU(A0, S0, LSR), LOOP);
    w.hart->x[S0] = UART_BASE;
    run(4);
    cr_expect_eq(w.hart->x[A0], 0x60, "nothing received, all sent");
    cr_expect_eq(w.vm->platform.s.output_count, 1);
    cr_expect_eq(exits(EXIT_MMIO), 0);
    cr_expect_eq(w.vm->stats.direct, 4);
    cr_expect_eq(exits(EXIT_FILL), 2, "code, and the page");
    cr_expect_eq(pte_pa(shadow_entry(UART_BASE)), UART_BASE);
}

/* The guest has mapped memory there since and not fenced: the hart meets the device, which refuses
 * the width; the VMM finds the memory. It had a reason to do a plain load by hand. */
Test(passthrough, what_the_device_refuses_may_be_memory_by_now)
{
    uint64_t *pte = (uint64_t *)(void *)hw_frame(w.vm->hw, HPA(hpa_of(entry_at(UART_BASE, 0))));
    poke(DATA, 8, 0x1234);
    w.hart->x[S0] = UART_BASE;
    once(LBU(A0, S0, LSR));
    hosted_audit(w.hosted, 0);
    *pte = entry(DATA, S_RWX); /* behind the back of every policy */
    once(LD(A0, S0));
    cr_expect_eq(w.hart->x[A0], 0x1234);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

TestSuite(no_passthrough, .init = world_new, .fini = world_end);

Test(no_passthrough, without_it_each_access_is_an_exit)
{
    usual_space(MODE_S);
    map(UART_BASE, UART_BASE, S_RWX);
    program(CODE, LBU(A0, S0, LSR), LBU(A0, S0, LSR), LOOP);
    w.hart->x[S0] = UART_BASE;
    run(2);
    cr_expect_eq(exits(EXIT_MMIO), 2);
    cr_expect_eq(shadow_entry(UART_BASE), 0);
}

Test(passthrough, no_other_device_is_reached)
{
    program(CODE, i_type(INSN_lw, A0, S0, 0), LOOP);
    w.hart->x[S0] = PLIC_BASE;
    run(1);
    cr_expect_eq(exits(EXIT_MMIO), 1);
    cr_expect_eq(shadow_entry(PLIC_BASE), 0);
}

Test(passthrough, what_the_device_refuses_is_the_guests_access_fault)
{
    const struct {
        uint32_t word;
        uint64_t at, cause;
    } rows[] = {
        {LD(A0, S0), UART_BASE, CAUSE_LOAD_ACCESS_FAULT},
        {SD(A0, S0), UART_BASE, CAUSE_STORE_ACCESS_FAULT},
        {LBU(A0, S0, 0), UART_BASE + UART_SIZE, CAUSE_LOAD_ACCESS_FAULT},
        {LR(A0, S0), UART_BASE, CAUSE_LOAD_ACCESS_FAULT},
        {AMOADD(A0, A1, S0), UART_BASE, CAUSE_STORE_ACCESS_FAULT},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->x[S0] = rows[i].at;
        once(rows[i].word);
        expect_trap(rows[i].cause, rows[i].at, CODE);
    }
    w.hart->mode = MODE_S;
    w.hart->pc = UART_BASE;
    run(1);
    expect_trap(CAUSE_INSN_ACCESS_FAULT, UART_BASE, UART_BASE);
}

Test(passthrough, it_is_no_memory_for_walks_and_dma)
{
    struct platform *platform = &w.vm->platform;
    uint8_t byte = 0;
    cr_expect_not(platform->dma(platform->owner, UART_BASE, &byte, 1, false));
    cr_expect_not(platform->dma(platform->owner, UART_BASE, &byte, 1, true));
    w.hart->csr.satp = SV39 | UART_BASE >> PAGE_SHIFT;
    once(NOP);
    expect_trap(CAUSE_INSN_ACCESS_FAULT, CODE, CODE);
}

/* The transmitter is empty: enabling its interrupt raises the line at once, and the guest takes it
 * before its next instruction. */
Test(passthrough, its_interrupt_reaches_the_guest_at_the_step)
{
    enum { CONTEXT = 1, ENABLE = 0x2000 + 0x80 * CONTEXT };
    uint64_t priority = 1, enable = 1 << UART_IRQ, threshold = 0;
    struct platform *platform = &w.vm->platform;
    platform_mmio(platform, PLIC_BASE + 4 * UART_IRQ, 4, true, &priority);
    platform_mmio(platform, PLIC_BASE + ENABLE, 4, true, &enable);
    platform_mmio(platform, PLIC_BASE + 0x200000 + 0x1000 * CONTEXT, 4, true, &threshold);
    program(CODE, NOP, SB(A1, S0, IER), NOP, LOOP);
    program(HANDLER, LOOP);
    w.hart->x[S0] = UART_BASE;
    w.hart->x[A1] = 2;
    w.hart->csr.mie = MIP_SEIP;
    w.hart->csr.mstatus |= MSTATUS_SIE;
    twin_new();
    cr_expect_neq(twin_run(20, 1).result, FIDELITY_DIFFERENT);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_SEI);
    cr_expect_eq(w.hart->csr.sepc, CODE + 8, "after the store");
    cr_expect_eq(exits(EXIT_INTERRUPT), 1);
    cr_expect_eq(exits(EXIT_MMIO), 0);
}
