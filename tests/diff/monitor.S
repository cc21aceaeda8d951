/* The monitor: runs one case after another, on any machine, and notes what happens.
 *
 * For each case it sets every register and CSR from the slot, enters the case, and takes its traps:
 * a record for each, then the instruction is skipped; after a fetch that failed, the case goes on at
 * t3, which only jumps into the unknown change. tp is the slot and is never written by a case; with
 * it the handlers need neither mscratch nor a stack. */
#include "slot.h"

#define FINISHER 0x100000
#define FINISHER_PASS 0x5555
#define CLINT 0x2000000
#define PLIC 0xc000000
#define PLIC_CLAIM_M 0xc200004
#define PLIC_CLAIM_S 0xc201004
#define PLIC_ENABLE_M 0xc002000
#define PLIC_ENABLE_S 0xc002080
#define UART 0x10000000
#define UART_IRQ 10

.option norvc
.section .text
.globl _start
_start:
    csrr t0, mhartid
    beqz t0, 2f
1:  wfi /* other harts have nothing to do */
    j 1b
2:
    la s0, _start
    li t0, MONITOR_NEXT
    add s1, s0, t0
    ld t0, MONITOR_DONE - MONITOR_NEXT(s1)
    beqz t0, next
    call locate /* the case that is done goes back to where it lies */
    mv t1, t0
    mv t0, tp
    call copy
    ld t0, 0(s1)
    addi t0, t0, 1
    sd t0, 0(s1)
    sd zero, MONITOR_DONE - MONITOR_NEXT(s1)
next:
    ld t0, 0(s1)
    ld t1, 8(s1)
    bltu t0, t1, run_case
off:
    li t0, FINISHER
    li t1, FINISHER_PASS
    sw t1, 0(t0)
1:  j 1b

run_case:
    call locate
    mv t1, tp
    call copy

    /* Devices are quiet. */
    li t0, UART
    sb zero, 1(t0)
    li t0, CLINT
    sw zero, 0(t0)
    li t1, 0x4000
    add t1, t1, t0
    li t2, -1
    sd t2, 0(t1)
    .macro quiet enable, claim /* nothing is claimed, and nothing is enabled */
    li t0, \enable
    li t1, 1 << UART_IRQ
    sw t1, 0(t0)
    li t1, UART_IRQ
    li t2, \claim
    lw zero, 0(t2)
    sw t1, 0(t2)
    sw zero, 0(t0)
    .endm
    quiet PLIC_ENABLE_M, PLIC_CLAIM_M
    quiet PLIC_ENABLE_S, PLIC_CLAIM_S
    li t0, PLIC
    sw zero, 4 * UART_IRQ(t0)

    /* CSRs: first what others depend on. */
    csrw mstatus, zero
    csrw mie, zero
    csrw menvcfg, zero
    li t0, 0x222
    csrc mip, t0
    csrw satp, zero
    csrw mcountinhibit, zero
    csrw pmpcfg0, zero
    csrw pmpcfg2, zero
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ld t0, SLOT_PMPADDR + 8 * \i(tp)
    csrw pmpaddr\i, t0
    .endr
    ld t0, SLOT_PMPCFG(tp)
    csrw pmpcfg0, t0
    ld t0, SLOT_PMPCFG + 8(tp)
    csrw pmpcfg2, t0
    .irp csr, mscratch, mcause, mtval, sscratch, sepc, scause, stval
    csrw \csr, zero
    .endr
    .macro set csr, offset
    ld t0, \offset(tp)
    csrw \csr, t0
    .endm
    set medeleg, SLOT_MEDELEG
    set mideleg, SLOT_MIDELEG
    set satp, SLOT_SATP
    set mcounteren, SLOT_MCOUNTEREN
    set scounteren, SLOT_SCOUNTEREN
    set menvcfg, SLOT_MENVCFG
    ld t0, SLOT_HAS_SSTC(tp)
    beqz t0, 1f
    set 0x14d, SLOT_STIMECMP
1:
    set senvcfg, SLOT_SENVCFG
    la t0, m_vectors
    ld t1, SLOT_MTVEC_MODE(tp)
    add t0, t0, t1
    csrw mtvec, t0
    la t0, s_vectors
    ld t1, SLOT_STVEC_MODE(tp)
    add t0, t0, t1
    csrw stvec, t0
    li t0, SLOT_LOG
    add t0, t0, tp
    sd t0, SLOT_LOG_AT(tp)
    sd zero, SLOT_NESTED(tp)
    sfence.vma
    fence.i
    sc.w zero, zero, (tp) /* no reservation: this does not write */

    /* Registers, and away. */
    li t0, 0x6000
    csrs mstatus, t0
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld f\i, SLOT_F + 8 * \i(tp)
    .endr
    ld t0, SLOT_FCSR(tp)
    csrw fcsr, t0
    set mepc, SLOT_PC
    set mie, SLOT_MIE
    set mstatus, SLOT_MSTATUS
    .irp i, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld x\i, SLOT_X + 8 * \i(tp)
    .endr
    mret

/* tp = the slot where cases run, t0 = where this one lies. s0 and s1: RAM, the variables. */
locate:
    li t0, RUN_OFFSET
    add tp, s0, t0
    ld t0, 0(s1)
    slli t0, t0, SLOT_SHIFT
    add t0, t0, s0
    li t1, CASES_OFFSET
    add t0, t0, t1
    ret

/* Copies a slot from t0 to t1, unless the case stays where it is. Clobbers t2 to t6. */
copy:
    ld t2, MONITOR_STAYS - MONITOR_NEXT(s1)
    bnez t2, 2f
    li t2, SLOT_SIZE
    add t2, t2, t0
1:  ld t3, 0(t0)
    ld t4, 8(t0)
    ld t5, 16(t0)
    ld t6, 24(t0)
    sd t3, 0(t1)
    sd t4, 8(t1)
    sd t5, 16(t1)
    sd t6, 24(t1)
    addi t0, t0, 32
    addi t1, t1, 32
    bltu t0, t2, 1b
2:  ret

/* handler P, WHO: the vectors of M or S, and what they have in common: a record in the log; the case
 * ends where it is at its end or the log is full (P_end); else P_back returns behind the
 * instruction. */
.macro handler p, who
    .balign 256
\p\()_vectors:
    .set entry, 0
    .rept 16
    j \p\()_entries + 12 * entry
    .set entry, entry + 1
    .endr
\p\()_entries:
    .set entry, 0
    .rept 16
    sd t0, SLOT_T0(tp)
    li t0, entry + \who
    j \p\()_trap
    .set entry, entry + 1
    .endr
\p\()_trap:
    sd t1, SLOT_T1(tp)
    sd t2, SLOT_T2(tp)
    ld t1, SLOT_LOG_AT(tp)
    sd t0, 0(t1)
    csrr t0, \p\()cause
    sd t0, 8(t1)
    csrr t0, \p\()epc
    sd t0, 16(t1)
    csrr t0, \p\()tval
    csrr t2, \p\()cause /* exceptions `jump` and `breakpoint`: the value is 0 here */
    beqz t2, 2f
    addi t2, t2, -3
    bnez t2, 1f
    csrr t2, \p\()epc
    bne t0, t2, 1f
2:  li t0, 0
    csrw \p\()tval, zero
1:  sd t0, 24(t1)
    csrr t0, \p\()status
    sd t0, 32(t1)
    addi t1, t1, RECORD_SIZE
    sd t1, SLOT_LOG_AT(tp)
    .ifc \p,s
    ld t0, SLOT_NESTS(tp)
    ld t1, SLOT_NESTED(tp)
    bgtu t0, t1, s_nest
s_nested:
    .endif
    csrr t0, \p\()epc
    .ifc \p,m
    la t1, s_leave /* S's handler says that the case is over */
    la t2, s_left
    bltu t0, t1, 1f
    bltu t0, t2, m_end
1:
    .endif
    ld t1, SLOT_LOG_AT(tp)
    li t2, SLOT_LOG_END
    add t2, t2, tp
    bgeu t1, t2, \p\()_end
    csrr t1, \p\()cause
    bltz t1, \p\()_interrupt
    slli t2, t0, 64 - SLOT_SHIFT
    srli t2, t2, 64 - SLOT_SHIFT
    addi t2, t2, 8
    li t1, SLOT_END + 8
    beq t1, t2, \p\()_end
    csrr t1, \p\()cause /* a fetch that failed, misaligned, denied or unmapped */
    li t2, 1 << 0 | 1 << 1 | 1 << 12
    srl t2, t2, t1
    andi t2, t2, 1
    bnez t2, \p\()_lost
    li t2, SLOT_SIZE
    la t1, _start /* in the handler of S */
    sub t1, t0, t1
    bltu t1, t2, 1f
    sub t1, t0, tp /* in the slot, where it is or in the window */
    bltu t1, t2, 2f
    li t1, SLOT_WINDOW
    sub t1, t0, t1
    bltu t1, t2, 2f
    j \p\()_lost
1:  la t2, _start
    add t1, t1, t2
    j 3f
2:  add t1, t1, tp
3:  lhu t1, 0(t1)
    andi t1, t1, 3
    addi t1, t1, -3
    snez t1, t1
    ld t2, SLOT_HAS_C(tp) /* without, every word is a long one */
    and t1, t1, t2
    slli t1, t1, 1
    sub t0, t0, t1
    addi t0, t0, 4 /* two less for a short one */
    csrw \p\()epc, t0
    j \p\()_back
\p\()_lost:
    andi t0, t3, -2
    csrw \p\()epc, t0
    j \p\()_back
\p\()_interrupt: /* it comes no more */
    li t2, 1
    sll t2, t2, t1
    csrc \p\()ie, t2
\p\()_back:
    ld t0, SLOT_T0(tp)
    ld t1, SLOT_T1(tp)
    ld t2, SLOT_T2(tp)
    \p\()ret
.endm

    handler s, RECORD_S

/* An exception in the handler, wherever it is delegated to, and all as it was. */
s_nest:
    li t0, 1
    sd t0, SLOT_NESTED(tp)
    .macro outer at, csr
    csrr t0, \csr
    sd t0, SLOT_OUTER + 8 * \at(tp)
    .endm
    outer 0, sepc
    outer 1, scause
    outer 2, sstatus
    .macro keep at, from
    ld t0, \from(tp)
    sd t0, SLOT_OUTER + 8 * \at(tp)
    .endm
    keep 3, SLOT_T0
    keep 4, SLOT_T1
    keep 5, SLOT_T2
    ebreak
    .macro inner at, csr
    ld t0, SLOT_OUTER + 8 * \at(tp)
    csrw \csr, t0
    .endm
    inner 0, sepc
    inner 1, scause
    inner 2, sstatus
    .macro again at, to
    ld t0, SLOT_OUTER + 8 * \at(tp)
    sd t0, \to(tp)
    .endm
    again 3, SLOT_T0
    again 4, SLOT_T1
    again 5, SLOT_T2
    sd zero, SLOT_NESTED(tp)
    j s_nested

/* To M, by an exception that this case has not delegated. */
s_end:
    ld t0, SLOT_LEAVE(tp)
    beqz t0, s_leave
    addi t0, t0, -1
    beqz t0, 1f
    j 2f
s_leave:
    ecall
1:  ebreak
2:  .word 0
s_left:

    handler m, 0

/* The case is over. What it leaves is noted, and the next begins. */
m_end:
    csrw mie, zero
    li t0, SLOT_RESULT
    add t0, t0, tp
    sd zero, 0(t0)
    .irp i, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\i, 8 * \i(t0)
    .endr
    ld t1, SLOT_T0(tp)
    sd t1, 8 * 5(t0)
    ld t1, SLOT_T1(tp)
    sd t1, 8 * 6(t0)
    ld t1, SLOT_T2(tp)
    sd t1, 8 * 7(t0)
    li t1, 0x6000
    csrs mstatus, t1
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd f\i, RESULT_F + 8 * \i(t0)
    .endr
    addi t0, t0, RESULT_CSR
    .irp csr, fcsr, misa, medeleg, mideleg, mip, mtvec, stvec, mcounteren, scounteren, menvcfg, senvcfg, mscratch, sscratch, sepc, scause, stval, satp, mcountinhibit, pmpcfg0, pmpcfg2, pmpaddr0, pmpaddr1, pmpaddr2, pmpaddr3, pmpaddr4, pmpaddr5, pmpaddr6, pmpaddr7, pmpaddr8, pmpaddr9, pmpaddr10, pmpaddr11, pmpaddr12, pmpaddr13, pmpaddr14, pmpaddr15
    csrr t1, \csr
    sd t1, 0(t0)
    addi t0, t0, 8
    .endr
    csrw pmpcfg0, zero /* nothing is in the way of the copy, unless it is locked */
    csrw pmpcfg2, zero
    la s0, _start
    li t0, MONITOR_DONE
    add t0, t0, s0
    li t1, 1
    sd t1, 0(t0)
    ld t0, SLOT_LOCKS(tp)
    beqz t0, _start
    j off /* the host takes it from here: M itself may not */
