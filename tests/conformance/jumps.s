/* Jumps on a hart without 16-bit instructions: a target that is no multiple of four traps at the jump,
 * which writes no link; mepc and sepc have no bit 1 (ISA 2.5, Privileged 3.1.14). */
.include "check.s"

    begin
    li a0, 77
    la a1, 1f + 2
    traps INSN_MISALIGNED, jalr a0, 0(a1)
    same s10, a1
    is a0, 77
1:  la a1, 1b
    traps INSN_MISALIGNED, jalr a0, 3(a1) /* bit 0 is dropped, bit 1 is not */
    is a0, 77
    addi a1, a1, 2
    same s10, a1
    la s11, 2f
    .word 0x0020056f | (10 << 7) /* jal a0, . + 2 */
2:  is s8, INSN_MISALIGNED
    is a0, 77
    addi s9, s9, 2
    same s10, s9
    la s11, 3f
    .word 0x00000163 /* beq x0, x0, . + 2 */
3:  is s8, INSN_MISALIGNED
    .word 0x00001163 /* bne x0, x0, . + 2: not taken, no trap */
    csr_has misa, 1 << 2, 0

    li a1, -1
    csrw mepc, a1
    csrr a2, mepc
    is a2, -4
    csrw sepc, a1
    csrr a2, sepc
    is a2, -4

    /* A 16-bit instruction is illegal. */
    traps ILLEGAL, .word 0x00000001 /* c.nop, and half a word */
    enter U
    la a1, 4f + 2
    traps INSN_MISALIGNED, jalr a0, 0(a1)
4:  same s10, a1
    j pass
