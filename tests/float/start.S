/* Bare-metal programs in S-mode: entry, with floating point on, and the end through SBI. */
.section .text.start, "ax"
.globl _start
_start:
    la sp, _stack_top
    li t0, 0x2000 /* FS: initial */
    csrs sstatus, t0
    la t0, trap
    csrw stvec, t0
    call main
    li a1, 0
    beqz a0, 1f
    li a1, 1
1:  li a0, 0
    li a6, 0
    li a7, 0x53525354 /* system reset: shut down, with or without a failure */
    ecall
    j .

/* An instruction traps: it is counted and skipped. It has 4 bytes, and does not use t5 and t6. */
.balign 4
trap:
    la t5, traps
    ld t6, 0(t5)
    addi t6, t6, 1
    sd t6, 0(t5)
    csrr t6, sepc
    addi t6, t6, 4
    csrw sepc, t6
    sret

.globl put_byte
put_byte:
    li a7, 1
    ecall
    ret

.bss
.balign 16
.globl traps
traps: .skip 16
    .skip 32768
_stack_top:
