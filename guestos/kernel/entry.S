/* The kernel's assembly: where the firmware enters, where traps arrive and leave, how one kernel
 * stack is left for another, and the loops that touch user memory.
 *
 * The one idea: sscratch is zero while the kernel runs, and the top of the process's kernel
 * stack while a user program runs. So one swap tells both where a trap came from and where to
 * save its registers. */
#include "priv.h"
#include "trap.h"

/* _start(hart, device tree): bare addresses, interrupts off, one hart; all others stay stopped. */
.section .text.entry, "ax"
.globl _start
_start:
    csrw sie, zero
    csrw sscratch, zero
    li t0, MSTATUS_FS
    csrc sstatus, t0 /* nobody here saves floating-point registers */
    la sp, boot_stack_top
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    sd zero, 8(t0)
    addi t0, t0, 16
    j 1b
2:  call kernel_main
3:  wfi
    j 3b

.section .bss.stacks, "aw", @nobits
.balign 16
    .space 8192
boot_stack_top:

.text

.macro each_register instruction
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction x\n, 8*\n(sp)
    .endr
.endm

.globl trap_entry
.balign 4
trap_entry:
    csrrw sp, sscratch, sp
    bnez sp, 1f
    csrr sp, sscratch           /* from the kernel: stay on its stack */
1:  addi sp, sp, -FRAME_BYTES
    each_register sd
    csrrw t0, sscratch, zero    /* the interrupted sp, from either mode */
    csrr t1, sepc
    csrr t2, sstatus
    csrr t3, scause
    csrr t4, stval
    sd t0, 8*2(sp)
    sd t1, FRAME_SEPC(sp)
    sd t2, FRAME_SSTATUS(sp)
    sd t3, FRAME_SCAUSE(sp)
    sd t4, FRAME_STVAL(sp)
    li t0, MSTATUS_SUM          /* the handler itself may not touch user memory */
    csrc sstatus, t0
    mv a0, sp
    call trap_handle
    j trap_return

.globl trap_first_return
trap_first_return:
    call trap_leave

trap_return:
    ld t1, FRAME_SEPC(sp)
    ld t2, FRAME_SSTATUS(sp)
    csrw sepc, t1
    csrw sstatus, t2
    andi t2, t2, MSTATUS_SPP
    bnez t2, 1f
    addi t0, sp, FRAME_BYTES    /* to user mode: the next trap starts on a clean stack */
    csrw sscratch, t0
1:  each_register ld
    ld sp, 8*2(sp)
    sret

/* trap_window(): opens interrupts for one instruction. */
.globl trap_window
trap_window:
    csrsi sstatus, MSTATUS_SIE
    nop
    csrci sstatus, MSTATUS_SIE
    ret

/* context_switch(from, to): saves the callee-saved registers in *from and goes on with *to. The
 * sc ends any reservation, so that no lr of one process pairs with an sc of another; should it
 * succeed, it stores what is there already. */
.globl context_switch
context_switch:
    .macro each_saved instruction, base
    \instruction ra, 0(\base)
    \instruction sp, 8(\base)
    .set offset, 16
    .irp r, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    \instruction \r, offset(\base)
    .set offset, offset + 8
    .endr
    .endm
    each_saved sd, a0
#ifdef __riscv_atomic
    sc.d zero, ra, (a0)
#endif
    each_saved ld, a1
    ret

/* The only code that touches user memory. It runs with SUM set; a page fault inside it that
 * cannot be cured goes on at user_fault, which reports failure (see trap.c). */
.globl user_access_start, user_access_end, user_fault
user_access_start:

/* long user_copy(to, from, n): 0, or -1 after a fault. */
.globl user_copy
user_copy:
    li t0, MSTATUS_SUM
    csrs sstatus, t0
    or t1, a0, a1
    andi t1, t1, 7
    bnez t1, 2f
    li t2, 8
1:  bltu a2, t2, 2f
    ld t1, 0(a1)
    sd t1, 0(a0)
    addi a0, a0, 8
    addi a1, a1, 8
    addi a2, a2, -8
    j 1b
2:  beqz a2, 3f
    lbu t1, 0(a1)
    sb t1, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    j 2b
3:  csrc sstatus, t0
    li a0, 0
    ret

/* long user_string(to, from, n): copies up to and including a zero; its length, or n if there
 * was no zero among n bytes, or -1 after a fault. */
.globl user_string
user_string:
    li t0, MSTATUS_SUM
    csrs sstatus, t0
    mv t2, zero
1:  beq t2, a2, 2f
    lbu t1, 0(a1)
    sb t1, 0(a0)
    beqz t1, 2f
    addi a0, a0, 1
    addi a1, a1, 1
    addi t2, t2, 1
    j 1b
2:  csrc sstatus, t0
    mv a0, t2
    ret

user_access_end:
user_fault:
    li t0, MSTATUS_SUM
    csrc sstatus, t0
    li a0, -1
    ret
