/* Calls to the host, as the run-time of test programs makes them: a call's words in memory, their
 * address to tohost, and then fromhost. Prints "called", and ends with status 0. */
    .section .text.start, "ax"
    .globl _start
_start:
    li a0, 64
    li a1, 1
    la a2, words
    li a3, 7
    jal call
    li t0, 7
    li gp, 1
    bne a0, t0, fail
    li a1, 5 /* no such file */
    jal call_write
    li t0, -9
    li gp, 2
    bne a0, t0, fail
    li a1, 2
    li a2, 0x40000000 /* no memory */
    jal call_write
    li t0, -14
    li gp, 3
    bne a0, t0, fail
    li a0, 63
    jal call
    li t0, -38
    li gp, 4
    bne a0, t0, fail
    li gp, 0
fail:
    slli gp, gp, 1
    ori gp, gp, 1
    la t0, tohost
    sd gp, 0(t0)
    j .

call_write:
    li a0, 64
call:
    la t0, request
    sd a0, 0(t0)
    sd a1, 8(t0)
    sd a2, 16(t0)
    sd a3, 24(t0)
    la t1, tohost
    la t2, fromhost
    fence
    sd t0, 0(t1)
1:  ld t3, 0(t2)
    beqz t3, 1b
    sd x0, 0(t2)
    ld a0, 0(t0)
    ret

    .data
    .balign 64
request:
    .zero 64
words:
    .ascii "called\n"

    .section .tohost, "aw"
    .balign 64
    .globl tohost, fromhost
tohost:
    .dword 0
    .balign 64
fromhost:
    .dword 0
