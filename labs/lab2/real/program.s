# Lab 2, the test on something real: a program that goes through the modes, and writes down what it
# finds there. judge.py makes data.s, the cases, and knows what must be found.
#
#   s0  where the next line of the log goes      s1  the case      s2  where its trap is raised

    .globl _start, begin_signature, end_signature

# A case: eight doublewords.
    .equ CASE_MSTATUS, 0        # with MPP, the mode of the case, and MPIE, what MIE is to be there
    .equ CASE_MEDELEG, 8
    .equ CASE_MIDELEG, 16
    .equ CASE_MIE, 24
    .equ CASE_MIP, 32
    .equ CASE_VECTORED, 40      # added to stvec and mtvec: 0 or 1
    .equ CASE_RAISE, 48         # which of `raise`
    .equ CASE_SIZE, 64

# A line of the log: eight doublewords, zero where no handler came.
    .equ LOG_HANDLER, 0         # 1 for S, 3 for M, and 16 times the number of the vector
    .equ LOG_CAUSE, 8
    .equ LOG_EPC, 16            # relative to where the trap is raised
    .equ LOG_TVAL, 24
    .equ LOG_STATUS, 32         # sstatus or mstatus in the handler
    .equ LOG_COUNT, 40          # how many traps came to handlers
    .equ LOG_END, 48            # mstatus when the case is over
    .equ LOG_SIZE, 64

    .text
_start:
    li t0, -1                   # all memory is open to all modes
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la s0, begin_signature
    la s1, cases

each:
    la t0, cases_end
    bgeu s1, t0, views
    ld t1, CASE_VECTORED(s1)
    la t0, m_vectors
    or t0, t0, t1
    csrw mtvec, t0
    la t0, s_vectors
    or t0, t0, t1
    csrw stvec, t0
    ld t0, CASE_MEDELEG(s1)
    csrw medeleg, t0
    ld t0, CASE_MIDELEG(s1)
    csrw mideleg, t0
    ld t0, CASE_RAISE(s1)
    la t1, raise
    slli t0, t0, 3
    add s2, t1, t0
    csrw mepc, s2
    csrw mie, zero
    ld t0, CASE_MIP(s1)
    csrw mip, t0
    ld t0, CASE_MSTATUS(s1)
    csrw mstatus, t0
    ld t0, CASE_MIE(s1)
    csrw mie, t0
    mret

# What raises the trap, eight bytes each. Where none comes, and after the handler, it is over.
    .balign 8
raise:
    ecall
    j over
    ebreak
    j over
    csrr t0, mscratch
    j over
    sret
    j over
    mret
    j over
    nop
    j over

# There is nothing at address 0: an instruction access fault, which is never delegated.
over:
    jr zero

# The handlers. In vectored mode, an interrupt finds its own line of these.
    .balign 256
s_vectors:
    .rept 16
    jal t5, s_handler
    .endr
m_vectors:
    .rept 16
    jal t5, m_handler
    .endr

# t5 = 16 times the vector's number, for `base`, plus `mode`
    .macro vector base, mode
    la t6, \base
    sub t5, t5, t6
    addi t5, t5, -4
    slli t5, t5, 2
    addi t5, t5, \mode
    sd t5, LOG_HANDLER(s0)
    ld t6, LOG_COUNT(s0)
    addi t6, t6, 1
    sd t6, LOG_COUNT(s0)
    .endm

s_handler:
    vector s_vectors, 1
    csrr t6, scause
    sd t6, LOG_CAUSE(s0)
    csrr t6, sepc
    sub t6, t6, s2
    sd t6, LOG_EPC(s0)
    csrr t6, stval
    sd t6, LOG_TVAL(s0)
    csrr t6, sstatus
    sd t6, LOG_STATUS(s0)
    csrw sie, zero
    la t6, over
    csrw sepc, t6
    sret

m_handler:
    csrr t6, mcause
    addi t6, t6, -1
    bnez t6, 1f
    csrr t6, mepc
    beqz t6, case_over
1:  vector m_vectors, 3
    csrr t6, mcause
    sd t6, LOG_CAUSE(s0)
    csrr t6, mepc
    sub t6, t6, s2
    sd t6, LOG_EPC(s0)
    csrr t6, mtval
    sd t6, LOG_TVAL(s0)
    csrr t6, mstatus
    sd t6, LOG_STATUS(s0)
    csrw mie, zero
    la t6, over
    csrw mepc, t6
    mret

case_over:
    csrr t6, mstatus
    sd t6, LOG_END(s0)
    addi s0, s0, LOG_SIZE
    addi s1, s1, CASE_SIZE
    j each

# CSRs as they are read and written. s1 now goes through values, s0 through lines of one doubleword.
    .macro put reg
    sd \reg, 0(s0)
    addi s0, s0, 8
    .endm
    .macro get reg
    ld \reg, 0(s1)
    addi s1, s1, 8
    .endm

views:
    la s1, values
    csrw mie, zero
    csrw mstatus, zero
    get a0                      # each form gives the old value and leaves the new one
    get a1
    get a2
    csrw sscratch, a0
    csrrs t0, sscratch, a1
    put t0
    csrrc t0, sscratch, a2
    put t0
    csrrw a0, sscratch, a0
    put a0
    csrr t0, sscratch
    put t0
    get a0                      # sie and sip
    csrw mideleg, a0
    li t0, -1
    csrw sie, t0
    csrr t0, mie
    put t0
    get a0
    csrw mie, a0
    csrr t0, sie
    put t0
    csrw sip, zero
    csrw mip, zero
    li t0, -1
    csrw sip, t0
    csrr t0, mip
    put t0
    csrw mip, zero
    get a0                      # sstatus and mstatus
    csrw mstatus, a0
    csrr t0, sstatus
    put t0
    csrw sstatus, zero
    csrr t0, mstatus
    put t0
    li t0, 2 << 11              # MPP = 2, which is no mode
    csrw mstatus, t0
    csrr t0, mstatus
    put t0

    li t0, 0x100000             # the test finisher: power off
    li t1, 0x5555
    sw t1, 0(t0)
    j .

    .data
    .balign 8
    .include "data.s"           # cases, cases_end, values, log_size
begin_signature:
    .zero log_size
end_signature:
