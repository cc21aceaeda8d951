/* Console input by HTIF: asks for a byte at a time, prints it back, and ends with status 0 after a line.
 * The first byte is asked for while fromhost is not free. */
    .section .text.start, "ax"
    .globl _start
_start:
    la s0, tohost
    la s1, fromhost
    li s2, 1 << 56        /* the console: read */
    li s3, 0x0101 << 48   /* and write */
    li t0, 1
    sd t0, 0(s1)
    sd s2, 0(s0)
    li t1, 100000
1:  addi t1, t1, -1 /* until the byte must be there */
    bnez t1, 1b
    ld t2, 0(s1)
    bne t0, t2, fail
    sd x0, 0(s1)
    j wait
next:
    sd s2, 0(s0)
wait:
    ld a0, 0(s1)
    beqz a0, wait
    sd x0, 0(s1)
    li t0, 0x100
    or t0, t0, s2
    sub a0, a0, t0 /* the byte alone */
    li t0, 255
    bgtu a0, t0, fail
    or a1, a0, s3
    sd a1, 0(s0)
    li t0, '\n'
    bne a0, t0, next
    li t0, 1
    sd t0, 0(s0)
    j .
fail:
    li t0, 3
    sd t0, 0(s0)
    j .

    .section .tohost, "aw"
    .balign 64
    .globl tohost, fromhost
tohost:
    .dword 0
    .balign 64
fromhost:
    .dword 0
