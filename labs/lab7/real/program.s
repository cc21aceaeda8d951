# Lab 7, the test on something real: a kernel that changes its page tables, uses what they map, and asks the
# VMM how often it exited for that. It carries out a script, which judge.py makes in script.s; what it
# loads, and the counts, are written down.
#
#   s0  where the next word of the log goes      s1  the next step of the script

    .globl _start, begin_signature, end_signature
    .include "script.s"

    .equ SBI_EXT_TRAPEZE, 0x0a000054    # hypercalls (isa/arch/priv.h)
    .equ HYPERCALL_COUNT, 3
    .equ SBI_EXT_SRST, 0x53525354

    .text
_start:
    la t0, faulted
    csrw stvec, t0
    la s0, begin_signature
    la s1, script

# A step: what to do, and two words for it.
next:
    ld t0, 0(s1)
    ld a1, 8(s1)
    ld a2, 16(s1)
    addi s1, s1, 24
    la t1, steps
    slli t0, t0, 2
    add t1, t1, t0
    jr t1
    .option push
    .option norvc
steps:
    j end
    j store
    j store_byte
    j load
    j fence_all
    j fence_va
    j switch
    j count
    .option pop

store:                          # (address, value)
    sd a2, 0(a1)
    j next
store_byte:                     # (address, value)
    sb a2, 0(a1)
    j next
load:                           # (address)
    ld a0, 0(a1)
    j log
fence_all:
    sfence.vma
    j next
fence_va:                       # (address)
    sfence.vma a1, zero
    j next
switch:                         # (satp)
    csrw satp, a1
    j next
count:                          # (the number of an exit reason)
    li a7, SBI_EXT_TRAPEZE
    li a6, HYPERCALL_COUNT
    mv a0, a1
    ecall
    mv a0, a1
log:                            # (a0)
    sd a0, 0(s0)
    addi s0, s0, 8
    j next

# A load or store that its page does not allow: the complement of the cause is written down.
    .balign 4
faulted:
    csrr a0, scause
    not a0, a0
    j log

end:
    li a7, SBI_EXT_SRST
    li a6, 0
    li a0, 0
    li a1, 0
    ecall
    j end

    .data
    .balign 8
begin_signature:
    .zero LOG_SIZE
end_signature:
