/* The frame of a conformance program: it starts in M, checks one thing after the other, and reports
 * through the test finisher: status 0, or the number of the first check that failed.
 *
 * A trap that nobody delegated comes to `handler`, which leaves mcause in s8, mepc in s9 and mtval
 * in s10, and goes on in M, with interrupts off, at the address in s11. t5 and t6 are the macros'
 * own. */
.equ U, 0
.equ S, 1
.equ M, 3
.equ INTERRUPT, 1 << 63
.equ FINISHER, 0x100000

/* mstatus */
.equ SIE, 1 << 1
.equ MIE, 1 << 3
.equ SPIE, 1 << 5
.equ MPIE, 1 << 7
.equ SPP, 1 << 8
.equ MPP, 3 << 11
.equ FS, 3 << 13
.equ MPRV, 1 << 17
.equ SUM, 1 << 18
.equ MXR, 1 << 19
.equ TVM, 1 << 20
.equ TW, 1 << 21
.equ TSR, 1 << 22

/* Causes. */
.equ INSN_MISALIGNED, 0
.equ INSN_ACCESS, 1
.equ ILLEGAL, 2
.equ BREAKPOINT, 3
.equ LOAD_MISALIGNED, 4
.equ LOAD_ACCESS, 5
.equ STORE_MISALIGNED, 6
.equ STORE_ACCESS, 7
.equ INSN_PAGE, 12
.equ LOAD_PAGE, 13
.equ STORE_PAGE, 15

.set checks, 0

.macro next_check
    .set checks, checks + 1
    li gp, checks
.endm

/* The register holds the value, which may be any that li takes; or the other register's. */
.macro is reg, value
    next_check
    li t6, \value
    bne \reg, t6, fail
.endm
.macro same reg, other
    next_check
    bne \reg, \other, fail
.endm

/* The bits of a CSR in `mask` are those of `value`. */
.macro csr_has csr, mask, value
    csrr t5, \csr
    li t6, \mask
    and t5, t5, t6
    is t5, \value
.endm

/* The bits of mstatus in `mask` become those of `value`. */
.macro status mask, value
    li t6, \mask
    csrc mstatus, t6
    li t6, \value
    csrs mstatus, t6
.endm

/* From M to `mode`, at the next instruction. */
.macro enter mode
    status MPP, (\mode << 11)
    la t6, .Lin\@
    csrw mepc, t6
    mret
    .balign 4
.Lin\@:
.endm

/* From S or U back to M. */
.macro leave
    la s11, .Lout\@
    ecall
    .balign 4
.Lout\@:
.endm

/* The instruction, where it stands, traps with this cause; the program goes on in M. */
.macro traps cause, insn:vararg
    la s11, .Lon\@
    li s8, -1
.Lat\@:
    \insn
    j .Lon\@
    .balign 4
.Lon\@:
    is s8, \cause
    la t6, .Lat\@
    same s9, t6
.endm

/* As traps, in `mode`, which is entered for it. */
.macro traps_in mode, cause, insn:vararg
    enter \mode
    traps \cause, \insn
.endm

/* It is illegal, and mtval has its bits (32 of them). */
.macro illegal insn:vararg
    la s11, .Lon\@
    li s8, -1
.Lat\@:
    .option push
    .option norvc
    \insn
    .option pop
    j .Lon\@
    .balign 4
.Lon\@:
    is s8, ILLEGAL
    lwu t5, .Lat\@
    same s10, t5
.endm
.macro illegal_in mode, insn:vararg
    enter \mode
    illegal \insn
.endm

/* It is done in `mode`, without a trap; the program goes on in M. */
.macro works_in mode, insn:vararg
    enter \mode
    li s8, -1
    \insn
    la s11, .Lon\@
.Lat\@:
    ecall
    .balign 4
.Lon\@:
    is s8, 8 + \mode
    la t6, .Lat\@
    same s9, t6
.endm

.macro begin
    .section .text.start, "ax"
    .globl _start
_start:
    la t0, handler
    csrw mtvec, t0
    li t0, -1 /* all memory is open to all */
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    j main

    .balign 4
handler:
    csrr s8, mcause
    csrr s9, mepc
    csrr s10, mtval
    csrw mepc, s11
    li t6, MPP
    csrs mstatus, t6
    li t6, MPIE
    csrc mstatus, t6
    mret

fail:
    li t0, MPRV
    csrc mstatus, t0
    slli t0, gp, 16
    li t1, 0x3333
    or t0, t0, t1
    li t1, FINISHER
    sw t0, 0(t1)
    j .
pass:
    li t0, 0x5555
    li t1, FINISHER
    sw t0, 0(t1)
    j .

    .balign 8
main:
.endm
