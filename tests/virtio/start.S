/* Bare metal in M-mode: hart 0 runs main, whose result the test finisher reports. */
.section .text.start, "ax"
.globl _start
_start:
    csrr t0, mhartid
1:  bnez t0, 1b
    la sp, _stack_top
    call main
    li t0, 0x100000
    slli a0, a0, 16
    li t1, 0x3333 /* failed, with a status */
    or t1, t1, a0
    bnez a0, 2f
    li t1, 0x5555
2:  sw t1, 0(t0)
    j .

.bss
.balign 16
    .skip 32768
_stack_top:
