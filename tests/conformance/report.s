/* Reports by HTIF, in the ways that test programs have: from S by a virtual address as a doubleword,
 * or as words: the low one and the high one, the high one and the low one, the low one alone; once, or
 * again and again. Prints "ok", leaves a signature, and ends with status 3. */
    .section .text.start, "ax"
    .globl _start
_start:
    la t0, table
    la t1, middle
    srli t1, t1, 2
    ori t1, t1, 1
    sd t1, 0(t0)
    li t1, (0x80000 << 10) | 0xcf
    sd t1, 16(t0)
    la t0, middle
    la t1, leaves
    srli t1, t1, 2
    ori t1, t1, 1
    sd t1, 0(t0)
    la t0, leaves
    la t1, tohost
    srli t1, t1, 12
    slli t1, t1, 10
    ori t1, t1, 0xc7
    sd t1, 8 * 5(t0) /* at 0x5000 */
    la t0, table
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    csrw satp, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    li t0, 1 << 11
    csrs mstatus, t0
    la t0, 1f
    csrw mepc, t0
    mret
    .balign 4
1:  li s0, 0x5000
    la s1, begin_signature
    li t0, 0x1122334455667788
    sd t0, 0(s1)
    li a1, 'o'
    jal print
    li a1, 'k'
    jal print
    li a1, '\n'
    jal print
    li gp, 7
again:
.if WAY == 0
    sd gp, 0(s0)
.elseif WAY == 1
    sw gp, 0(s0)
    sw x0, 4(s0)
.elseif WAY == 2
    sw x0, 4(s0)
    sw gp, 0(s0)
.else
    sw gp, 0(s0)
1:  j 1b
.endif
    j again

/* Prints the byte in a1, when the host has taken the last. */
print:
    ld t0, 0(s0)
    beqz t0, 1f
    sd x0, 64(s0)
    j print
1:  li t0, 0x0101000000000000
    or a1, a1, t0
    sd a1, 0(s0)
    ret

    .section .tohost, "aw"
    .balign 64
    .globl tohost, fromhost
tohost:
    .dword 0
    .balign 64
fromhost:
    .dword 0

    .data
    .balign 4096
table:
    .zero 4096
middle:
    .zero 4096
leaves:
    .zero 4096
    .globl begin_signature, end_signature
begin_signature:
    .dword 0
    .word 0xdeadbeef
end_signature:
    .balign 4096
