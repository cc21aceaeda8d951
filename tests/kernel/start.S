/* Every hart, wherever it starts: a stack of its own, then start(). */
.section .text.start
.globl _start
_start:
    csrr t0, mhartid
    la sp, stacks
    addi t1, t0, 1
    slli t1, t1, 12
    add sp, sp, t1
    mv tp, t0
    call start
1:  j 1b

.bss
.balign 16
stacks:
    .skip 4096 * 8
