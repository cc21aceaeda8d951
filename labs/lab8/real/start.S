/* Bare metal in M-mode: one hart runs main, and the test finisher ends it. What main leaves between
 * begin_signature and end_signature is the answer. */
.section .text.start, "ax"
.globl _start
_start:
    la sp, stack_top
    la t0, trap
    csrw mtvec, t0
    call main
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
    j .

.section .signature, "aw"
.globl begin_signature, end_signature
.balign 16
begin_signature:
.globl answer
answer:
    .skip 4096
end_signature:

.bss
.balign 16
    .skip 16384
stack_top:
