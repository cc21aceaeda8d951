# Lab 6, the test on something real: a kernel and a program of its own, in two address spaces. It carries
# out a script, which judge.py makes in script.s: changes of page-table entries, fences, switches, and
# accesses from S and from U. What came of each access is written down.
#
#   s0  where the next line of the log goes      s1  the next step of the script
#
# The kernel's own gigabyte is mapped one to one in both spaces. A program's instructions are copied to
# the page that script.s calls STUB, which both spaces have at STUB_VA.

    .globl _start, begin_signature, end_signature
    .include "script.s"

    .equ SPP, 0x100

    .text
_start:
    la t0, handler
    csrw stvec, t0
    la s0, begin_signature
    la s1, script
    la t0, stub
    la t1, stub_end
    li t2, STUB
copy:
    lwu t3, 0(t0)
    sw t3, 0(t2)
    addi t0, t0, 4
    addi t2, t2, 4
    bltu t0, t1, copy
    fence.i

# A step: what to do, and three words for it.
next:
    ld t0, 0(s1)
    ld a1, 8(s1)
    ld a2, 16(s1)
    ld a3, 24(s1)
    addi s1, s1, 32
    la t1, steps
    slli t0, t0, 2
    add t1, t1, t0
    jr t1
    .option push
    .option norvc
steps:
    j end
    j poke
    j peek
    j fence_all
    j fence_va
    j fence_va_asid
    j fence_asid
    j switch
    j status
    j by_kernel
    j by_program
    .option pop

end:
    li a7, 0x53525354           # SRST: power off
    li a6, 0
    li a0, 0
    li a1, 0
    ecall
    j end

poke:                           # (address, value)
    sd a2, 0(a1)
    fence.i
    j next
peek:                           # (address)
    ld a0, 0(a1)
    li t0, -2
    j log
fence_all:
    sfence.vma
    j next
fence_va:                       # (va)
    sfence.vma a1, zero
    j next
fence_va_asid:                  # (va, ASID)
    sfence.vma a1, a2
    j next
fence_asid:                     # (-, ASID)
    sfence.vma zero, a2
    j next
switch:                         # (satp)
    csrw satp, a1
    j next
status:                         # (bits of sstatus to clear, to set)
    csrc sstatus, a1
    csrs sstatus, a2
    j next

# Accesses: (va, value to store, which of the stub's)
by_kernel:
    la t0, stub
    add t0, t0, a3
    jr t0
by_program:
    li t0, SPP
    csrc sstatus, t0
    li t0, STUB_VA
    add t0, t0, a3
    csrw sepc, t0
    sret

    .balign 16
    .option norvc
stub:                           # 0: a load
    ld a0, 0(a1)
    ebreak
    .balign 16
    sd a2, 0(a1)                # 16: a store
    ebreak
    .balign 16
    jalr ra, 8(a1)              # 32: an instruction there, which gives a0 and returns
    ebreak
    .balign 16
    amoadd.d a0, a2, (a1)       # 48: an AMO
    ebreak
    .balign 16
stub_end:

# An ebreak says that the access is done; its result is a0.
    .balign 4
handler:
    csrr t0, scause
    csrr t1, stval
    li t2, 3
    bne t0, t2, faulted
    li t0, -1
    j log
faulted:
    mv a0, t1
log:                            # (t0: the cause, -1: done, -2: a peek; a0)
    sd t0, 0(s0)
    sd a0, 8(s0)
    addi s0, s0, 16
    li a0, 0
    j next

    .data
    .balign 16
begin_signature:
    .zero LOG_SIZE
end_signature:
