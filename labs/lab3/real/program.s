# Lab 3, the test on something real: accesses of every kind to pages of every kind, and then a program that
# lives in virtual memory, whose pages come when it first touches them. judge.py makes data.s: the
# tables, the accesses, what happens to the program; and knows what must be found.
#
#   s0  where the next line of the log goes      s1  the access, or the event      s2  faults

    .globl _start, begin_signature, end_signature

    .equ MPRV, 1 << 17

# An access: eight doublewords.
    .equ ACCESS_KIND, 0         # which of `kinds`
    .equ ACCESS_MSTATUS, 8      # with MPP, the mode that makes it; SUM and MXR; and for loads and stores MPRV
    .equ ACCESS_VA, 16
    .equ ACCESS_VALUE, 24       # what is stored or added
    .equ ACCESS_SATP, 32
    .equ ACCESS_ENTRY, 40       # where its leaf is, and where its bytes are, physically
    .equ ACCESS_BYTES, 48
    .equ ACCESS_SIZE, 64

# A line of the log: eight doublewords.
    .equ LOG_CAUSE, 0           # -1: it did not trap
    .equ LOG_TVAL, 8
    .equ LOG_VALUE, 16          # what was loaded
    .equ LOG_ENTRY, 24          # leaf and bytes, afterwards
    .equ LOG_BYTES, 32
    .equ LOG_SIZE, 64

    .text
_start:
    li t0, -1                   # all memory is open to all modes
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la t0, access_trap
    csrw mtvec, t0
    la s0, begin_signature
    la s1, accesses

each:
    la t0, accesses_end
    bgeu s1, t0, live
    ld t0, ACCESS_SATP(s1)
    csrw satp, t0
    sfence.vma
    ld a0, ACCESS_VA(s1)
    ld a1, ACCESS_VALUE(s1)
    li a2, 0
    csrw mepc, a0
    ld t0, ACCESS_KIND(s1)
    slli t0, t0, 3
    la t1, kinds
    add t1, t1, t0
    ld t0, ACCESS_MSTATUS(s1)
    csrw mstatus, t0
    jr t1

    .balign 8
kinds:
    ld a2, 0(a0)
    j access_done
    sd a1, 0(a0)
    j access_done
    lr.d a2, (a0)
    j access_done
    amoadd.d a2, a1, (a0)
    j access_done
    mret                        # to the address; what is there is an ecall
    nop

access_done:
    li t0, -1
    li t1, 0
    j access_over
    .balign 4
access_trap:
    csrr t0, mcause
    csrr t1, mtval
access_over:
    li t2, MPRV
    csrc mstatus, t2
    sd t0, LOG_CAUSE(s0)
    sd t1, LOG_TVAL(s0)
    sd a2, LOG_VALUE(s0)
    ld t2, ACCESS_ENTRY(s1)
    ld t2, 0(t2)
    sd t2, LOG_ENTRY(s0)
    ld t2, ACCESS_BYTES(s1)
    ld t2, 0(t2)
    sd t2, LOG_BYTES(s0)
    addi s0, s0, LOG_SIZE
    addi s1, s1, ACCESS_SIZE
    j each

# The program that lives in virtual memory runs in S, at `live_code`. Each of its traps comes here: a
# fault, which is answered by a page, or by its W; or a call, upon which the next event happens.
live:
    la t0, live_trap
    csrw mtvec, t0
    ld t0, live_satp
    csrw satp, t0
    sfence.vma
    ld t0, live_code
    csrw mepc, t0
    li t0, 1 << 11              # MPP = S
    csrw mstatus, t0
    la s1, events
    la s3, live_frames
    li s2, 0
    ld a0, live_pages
    ld a1, live_count
    ld a2, live_value
    ld a3, live_step
    ld a6, live_alias
    li a4, 0
    mret

    .balign 4
live_trap:
    csrr t3, mcause
    addi t3, t3, -9             # a call from S
    beqz t3, live_call
    addi s2, s2, 1
    csrr t3, mtval              # the leaf of the page that was touched
    ld t4, live_pages
    sub t3, t3, t4
    srli t3, t3, 12
    ld t4, live_count
    bgeu t3, t4, live_over      # none of its pages
    la t4, live_leaves
    slli t3, t3, 3
    add t3, t3, t4
    ld t4, 0(t3)
    andi t5, t4, 1
    bnez t5, 1f
    ld t4, 0(s3)                # a page that is not there: the next frame
    addi s3, s3, 8
    j 2f
1:  ori t4, t4, 4               # one that may not be written: now it may
2:  sd t4, 0(t3)
    sfence.vma
    mret

# An event is two doublewords: the kind in the first's low byte.
live_call:
    sd s2, 0(s0)                # the faults so far
    addi s0, s0, 8
    csrr t3, mepc
    addi t3, t3, 4
    csrw mepc, t3
    ld t3, 0(s1)
    ld t4, 8(s1)
    addi s1, s1, 16
    la t5, live_leaves
    beqz t3, live_over
    srli t6, t3, 8
    slli t6, t6, 3
    add t6, t6, t5              # the leaf that the event is about
    andi t3, t3, 0xff
    addi t3, t3, -1
    beqz t3, live_swap
    addi t3, t3, -1
    beqz t3, live_change
    addi t3, t3, -1
    beqz t3, live_point
    csrw satp, t4               # 4: another address space
    j live_on
live_point:                     # 3: another entry, of which live_places has the address
    sub t6, t6, t5
    la t5, live_places
    add t5, t5, t6
    ld t5, 0(t5)
    sd t4, 0(t5)
    j live_on
live_swap:                      # 1: with another leaf
    slli t4, t4, 3
    add t4, t4, t5
    ld t3, 0(t4)
    ld t5, 0(t6)
    sd t3, 0(t6)
    sd t5, 0(t4)
    j live_on
live_change:                    # 2: bits are taken from it
    ld t3, 0(t6)
    not t4, t4
    and t3, t3, t4
    sd t3, 0(t6)
live_on:
    sfence.vma
    mret

live_over:
    sd a4, 0(s0)                # the sum of all that was read
    sd s2, 8(s0)                # faults
    addi s0, s0, 16
    la t3, live_leaves
    ld t4, live_logged
1:  ld t5, 0(t3)
    sd t5, 0(s0)
    addi s0, s0, 8
    addi t3, t3, 8
    addi t4, t4, -1
    bnez t4, 1b
    li t0, 0x100000             # the test finisher: power off
    li t1, 0x5555
    sw t1, 0(t0)
    j .

# a0 its pages, a1 how many, a2 the first one's value, a3 by how much each is more; and at a6 behind a0 the
# first address space's pages are seen again. It reads each page and adds one to it, and looks at it there, again and
# again, and sums up what it read in a4. There are two of it, which sum up differently.
    .macro live_program shift
    mv t0, a0
    mv t1, a1
    li a7, 4096
1:  sd a2, 0(t0)
    add a2, a2, a3
    add t0, t0, a7
    addi t1, t1, -1
    bnez t1, 1b
2:  mv t0, a0
    mv t1, a1
    li a7, 4096
3:  ld t2, 0(t0)
    slli a5, a4, \shift
    sub a4, a5, a4              # times 2^shift - 1
    add a4, a4, t2
    addi t2, t2, 1
    sd t2, 0(t0)
    add t2, t0, a6
    ld t2, 0(t2)
    add a4, a4, t2
    add t0, t0, a7
    addi t1, t1, -1
    bnez t1, 3b
    ecall
    j 2b
    .endm

    .org 0x1000
    live_program 5
    .org 0x2000
    live_program 7

    .org 0x3000
    .include "data.s"
