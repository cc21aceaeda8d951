# What C++ says of a function that catches: who looks for handlers, and where they are listed.
    .text
    .globl catches
catches:
    .cfi_startproc
    .cfi_personality 0x9b, DW.ref.finder
    .cfi_lsda 0x1b, table
    addi sp, sp, -16
    .cfi_def_cfa_offset 16
    sd ra, 8(sp)
    .cfi_offset ra, -8
    call thrower
    ld ra, 8(sp)
    .cfi_restore ra
    addi sp, sp, 16
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc

# The same, with another table: one common entry. Without one, and plain: others.
also:
    .cfi_startproc
    .cfi_personality 0x9b, DW.ref.finder
    .cfi_lsda 0x1b, table + 8
    nop
    .cfi_endproc
cleans:
    .cfi_startproc
    .cfi_personality 0x9b, DW.ref.finder
    nop
    .cfi_endproc
absolute:
    .cfi_startproc
    .cfi_personality 0, finder
    .cfi_lsda 0x3, table
    nop
    .cfi_endproc
plain:
    .cfi_startproc
    .cfi_personality 0xff
    .cfi_lsda 0xff
    nop
    .cfi_endproc
signal:
    .cfi_startproc
    .cfi_personality 0x9b, DW.ref.finder
    .cfi_signal_frame
    nop
    .cfi_endproc

    .section .gcc_except_table, "a", @progbits
table:
    .byte 0xff, 0xff, 1, 0
    .word 0, 0, 0
