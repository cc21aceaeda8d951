/* M-mode by itself: CSR instructions, exceptions with epc and tval, misaligned accesses, vectored
 * interrupts, wfi. */
.include "check.s"

    begin
    /* misa: 64 bits, A C D F I M S U; what a write would leave out stays (Privileged 3.1.1). */
    csrr a0, misa
    srli a1, a0, 62
    is a1, 2
    li a1, 0x14112d
    and a2, a0, a1
    same a2, a1
    csrr a0, mvendorid
    csrr a0, marchid
    csrr a0, mimpid
    csrr a0, mhartid
    is a0, 0
    csr_has sstatus, 3 << 32, 2 << 32 /* UXL */

    /* The four forms that only read a read-only CSR; those that write are illegal (ISA 9.1). */
    csrrs x0, cycle, x0
    csrrc x0, cycle, x0
    csrrsi x0, cycle, 0
    csrrci x0, cycle, 0
    illegal csrrw x0, cycle, x0
    li a0, 0
    illegal csrrs a1, instret, a0
    illegal csrrwi x0, time, 0
    illegal csrr a0, 0x5c0 /* nobody's */
    illegal csrr a0, 0x3a1 /* pmpcfg1, RV32's alone */
    illegal csrw mhartid, x0

    /* Each form of a CSR instruction gives the old value and leaves the new. */
    csrwi mscratch, 3
    csrrci a1, mscratch, 1
    is a1, 3
    csrrsi a1, mscratch, 4
    is a1, 2
    li a0, 0xbad1dea
    csrrw a1, mscratch, a0
    is a1, 6
    li a0, 0x1dea
    csrrc a1, mscratch, a0
    li a0, 0xbeef
    csrrs a1, mscratch, a0
    is a1, 0xbad0000
    csrrw a1, mscratch, a1
    is a1, 0xbadbeef

    /* Exceptions at their own address. */
    traps 11, ecall
    is s10, 0
    traps BREAKPOINT, ebreak
    illegal .word 0xffffffff
    illegal .word 0x0000000b /* custom-0 */
    traps ILLEGAL, .half 0
    is s10, 0
    traps ILLEGAL, .half 0x8000
    is s10, 0x8000

    /* Without FS there is no floating point, and nothing is stored (3.1.6.6). */
    la a1, data
    li a2, 1
    sw a2, 0(a1)
    status FS, 0
    illegal fsw f0, 0(a1)
    illegal flw f0, 0(a1)
    illegal fadd.d f0, f0, f0
    illegal csrr a0, fcsr
    lw a0, 0(a1)
    is a0, 1
    status FS, 1 << 13
    fmv.w.x f0, x0
    fsw f0, 0(a1)
    lw a0, 0(a1)
    is a0, 0
    csr_has mstatus, FS, FS
    csr_has mstatus, INTERRUPT, INTERRUPT /* SD */

    /* A jump to where nothing is writes its link, and its target faults. */
    la a0, main
    li a1, 1 << 63
    xor a1, a0, a1
    la s11, 1f
    li s8, -1
    jalr a2, 0(a1)
1:  is s8, INSN_ACCESS
    same s9, a1
    same s10, a1
    la a0, 1b
    same a2, a0

    /* A load that faults writes no register; each access has its cause. */
    li a2, 77
    traps LOAD_ACCESS, lb a2, 0(a1)
    same s10, a1
    is a2, 77
    traps STORE_ACCESS, sd a2, 0(a1)
    traps LOAD_ACCESS, lr.w a2, (a1)
    traps STORE_ACCESS, amoadd.d a2, a2, (a1)
    traps STORE_ACCESS, fsd f0, 0(a1)
    same s10, a1

    /* Jumps to halfwords are as good as others; bit 0 of jalr's target is dropped. */
    .option push
    .option norvc
    la a0, 2f
    jalr a1, 1(a0)
    j fail
2:  la a0, 2f + 2
    jalr a1, 1(a0)
2:  .half 0
    .option rvc
    c.nop
    .option pop
    .balign 4

    /* Misaligned accesses give what their bytes say, over a page's end too. */
    la a1, page_end
    li a2, 0x8877665544332211
    sd a2, -8(a1)
    li a2, 0xffeeddccbbaa9988
    sd a2, 0(a1)
    lh a0, -1(a1)
    is a0, 0xffffffffffff8888
    lhu a0, -7(a1)
    is a0, 0x3322
    lw a0, -2(a1)
    is a0, 0xffffffff99888877
    lwu a0, -6(a1)
    is a0, 0x66554433
    ld a0, -3(a1)
    is a0, 0xccbbaa9988887766
    ld a0, -7(a1)
    is a0, 0x8888776655443322
    li a0, 0x0102030405060708
    sd a0, -5(a1)
    ld a0, -8(a1)
    is a0, 0x0405060708332211
    ld a0, 0(a1)
    is a0, 0xffeeddccbb010203
    sw x0, -1(a1)
    ld a0, -8(a1)
    is a0, 0x0005060708332211
    ld a0, 0(a1)
    is a0, 0xffeeddccbb000000
    /* Atomics never do (ISA 8.2, 8.4). */
    la a1, data + 4
    traps LOAD_MISALIGNED, lr.d a0, (a1)
    same s10, a1
    traps STORE_MISALIGNED, amoswap.d a0, a0, (a1)
    same s10, a1

    /* Interrupts are vectored, exceptions are not (3.1.7). */
    la a0, vectors + 1
    csrw mtvec, a0
    csrwi mip, 1 << 1
    csrwi mie, 1 << 1
    la s11, 4f
    csrsi mstatus, MIE
4:  is s0, 1
    la a0, 4b
    is s8, INTERRUPT | 1
    same s9, a0
    is s10, 0
    traps BREAKPOINT, ebreak
    is s0, 0
    la a0, handler
    csrw mtvec, a0

    /* wfi goes on where an enabled interrupt is pending, whatever MIE says; TW is not M's (3.3.3). */
    csrci mstatus, MIE
    csrwi mie, 1 << 1
    status TW, TW
    wfi
    status TW, 0
    csrwi mip, 0
    csrwi mie, 0
    csr_has mip, 1 << 1, 0

    /* M's own pending bits are not software's to set (3.1.9). */
    li a0, 0x888
    csrw mip, a0
    csr_has mip, 0x888, 0

    /* mret to M keeps MPRV, to another mode clears it; MPP becomes U (3.1.6.1). */
    status MPRV | MPP | MPIE, MPRV | MPP
    la a0, 5f
    csrw mepc, a0
    mret
5:  csr_has mstatus, MPRV | MPP | MPIE, MPRV | MPIE
    works_in S, nop
    csr_has mstatus, MPRV, 0
    j pass

    .option norvc
    .balign 256
vectors:
    j at_base
    j at_1
    .rept 14
    j fail
    .endr
at_base:
    li s0, 0
    j handler
at_1:
    li s0, 1
    j handler

    .data
    .balign 8
data:
    .dword 0
    .balign 4096
    .zero 4096
page_end:
    .dword 0
