/* A and D where software sets them: Svade's hart faults; Svadu's (SVADU) does so until menvcfg.ADUE
 * asks the hardware to set them. */
.include "check.s"
.equ ADUE, 1 << 61
.equ V, 1
.equ R, 2
.equ W, 4
.equ A, 64
.equ D, 128

.macro leaf flags
    la t0, root
    li t1, (0x80000 << 10) | V | R | W | (\flags)
    sd t1, 16(t0)
    sfence.vma
.endm
.macro leaf_has value
    la t0, root
    ld t0, 16(t0)
    andi t0, t0, A | D
    is t0, \value
.endm
.macro faults cause, insn:vararg
    status MPP | MPRV, (S << 11) | MPRV
    traps \cause, \insn
    same s10, s1
    status MPRV, 0
.endm
.macro works insn:vararg
    status MPP | MPRV, (S << 11) | MPRV
    la s11, fail
    \insn
    status MPRV, 0
.endm

    begin
    la s1, data
    la t0, root
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    csrw satp, t0
    leaf 0
    faults LOAD_PAGE, lw a0, 0(s1)
    faults STORE_PAGE, sw a0, 0(s1)
    leaf_has 0
    leaf A
    works lw a0, 0(s1)
    faults STORE_PAGE, sw a0, 0(s1)
    faults STORE_PAGE, amoadd.w a0, a0, (s1)
    leaf_has A
    leaf D
    faults LOAD_PAGE, lw a0, 0(s1)
    leaf A | D
    works lw a0, 0(s1)
    works sw a0, 0(s1)

    li t0, ADUE
    csrs menvcfg, t0
.ifdef SVADU
    csr_has menvcfg, ADUE, ADUE
    leaf 0
    works lw a0, 0(s1)
    leaf_has A
    works sw a0, 0(s1)
    leaf_has A | D
    li t0, ADUE
    csrc menvcfg, t0
    leaf 0
    faults LOAD_PAGE, lw a0, 0(s1)
.else
    csr_has menvcfg, ADUE, 0
    leaf 0
    faults LOAD_PAGE, lw a0, 0(s1)
.endif
    j pass

    .data
    .balign 4096
root:
    .zero 4096
data:
    .zero 4096
