/* Every instruction of F and D, with every rounding mode, as a function that runs it once: operands
 * f10 to f12 or a0, result f13 or a0. The assembler encodes them, not Trapeze's table. */
.macro row double, text:vararg
    .section .rodata.names, "a"
1:  .asciz "\text"
    .text
    .balign 4
2:  .option push
    .option norvc
    \text
    .option pop
    ret
    .section .rodata.rows, "a"
    .balign 8
    .dword 1b, 2b, \double
.endm
.macro rounded double, text:vararg
    .irp mode, rne, rtz, rdn, rup, rmm, dyn
    row \double, \text, \mode
    .endr
.endm
.macro arithmetic double, f, x
    .irp op, fadd.\f, fsub.\f, fmul.\f, fdiv.\f
    rounded \double, \op f13, f10, f11
    .endr
    rounded \double, fsqrt.\f f13, f10
    .irp op, fmadd.\f, fmsub.\f, fnmsub.\f, fnmadd.\f
    rounded \double, \op f13, f10, f11, f12
    .endr
    .irp op, fsgnj.\f, fsgnjn.\f, fsgnjx.\f, fmin.\f, fmax.\f
    row \double, \op f13, f10, f11
    .endr
    .irp op, feq.\f, flt.\f, fle.\f
    row \double, \op a0, f10, f11
    .endr
    row \double, fclass.\f a0, f10
    .irp op, fcvt.w.\f, fcvt.wu.\f, fcvt.l.\f, fcvt.lu.\f
    rounded \double, \op a0, f10
    .endr
    .irp op, fcvt.\f\().l, fcvt.\f\().lu
    rounded \double, \op f13, a0
    .endr
    row \double, fmv.x.\x a0, f10
    row \double, fmv.\x\().x f13, a0
    /* operands that are the result's register */
    row \double, fsub.\f f13, f11, f13
    row \double, fmadd.\f f13, f13, f13, f13
.endm

.section .rodata.rows, "a"
.balign 8
.globl rows, rows_end
rows:
arithmetic 0, s, w
arithmetic 1, d, d
rounded 0, fcvt.s.w f13, a0
rounded 0, fcvt.s.wu f13, a0
row 1, fcvt.d.w f13, a0
row 1, fcvt.d.wu f13, a0
rounded 1, fcvt.s.d f13, f10
row 0, fcvt.d.s f13, f10
row 0, flw f13, (a1)
row 1, fld f13, (a1)
row 0, fsw f10, (a1)
row 1, fsd f10, (a1)
/* reserved rounding modes */
row 0, .insn r OP_FP, 5, 0x00, f13, f10, f11
row 1, .insn r OP_FP, 6, 0x01, f13, f10, f11
row 0, .insn r OP_FP, 5, 0x60, a0, f10, f0
row 1, .insn r OP_FP, 6, 0x21, f13, f10, f0
row 1, .insn r OP_FP, 5, 0x69, f13, a0, f0
row 0, .insn r4 MADD, 6, 0, f13, f10, f11, f12
.section .rodata.rows, "a"
rows_end:

/* void run_row(struct state *, void (*row)(void)): f10 to f13, a0, fcsr and FS from the state and
 * back. */
.text
.globl run_row
run_row:
    addi sp, sp, -16
    sd ra, 0(sp)
    sd a0, 8(sp)
    mv t0, a0
    mv t1, a1
    fld f10, 0(t0)
    fld f11, 8(t0)
    fld f12, 16(t0)
    fld f13, 24(t0)
    ld a0, 32(t0)
    addi a1, t0, 48
    ld t2, 40(t0)
    csrw fcsr, t2
    li t3, 0x6000
    ld t4, 56(t0)
    csrc sstatus, t3
    csrs sstatus, t4
    jalr t1
    ld t0, 8(sp)
    li t3, 0x6000
    csrr t4, sstatus
    and t4, t4, t3
    sd t4, 56(t0)
    csrs sstatus, t3
    csrr t2, fcsr
    csrwi fcsr, 0
    fsd f10, 0(t0)
    fsd f13, 24(t0)
    sd a0, 32(t0)
    sd t2, 40(t0)
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
