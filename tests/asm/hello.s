# Prints hello and turns the machine off.
.globl _start
_start:
    la   a1, text
next:
    lbu  a0, 0(a1)
    beqz a0, done
    li   a7, 1              # SBI: put a character
    ecall
    addi a1, a1, 1
    j    next
done:
    li   t0, 0x100000       # the test finisher
    li   t1, 0x5555
    sw   t1, 0(t0)
1:  j    1b
.rodata
text: .asciz "hello from assembly\n"
.bss
    .space 100
