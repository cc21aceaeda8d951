/* Misaligned loads and stores where the hardware does none (--misaligned trap): each traps at itself,
 * before any other fault of the access, and changes nothing. */
.include "check.s"

.macro each at
    addi s1, s2, \at
    traps LOAD_MISALIGNED, lh a0, \at(s2)
    same s10, s1
    traps LOAD_MISALIGNED, lhu a0, \at(s2)
    traps LOAD_MISALIGNED, lw a0, \at(s2)
    traps LOAD_MISALIGNED, lwu a0, \at(s2)
    traps LOAD_MISALIGNED, ld a0, \at(s2)
    traps LOAD_MISALIGNED, flw f0, \at(s2)
    traps LOAD_MISALIGNED, fld f0, \at(s2)
    same s10, s1
    traps STORE_MISALIGNED, sh a0, \at(s2)
    traps STORE_MISALIGNED, sw a0, \at(s2)
    traps STORE_MISALIGNED, sd a0, \at(s2)
    traps STORE_MISALIGNED, fsw f0, \at(s2)
    traps STORE_MISALIGNED, fsd f0, \at(s2)
    same s10, s1
.endm

    begin
    status FS, FS
    li a0, 77
    la s2, page_end
    each 1
    each -1
    li s2, 0x40000000 /* no memory: misaligned comes first */
    each 1
    is a0, 77

    /* Words and halves at their own size do not trap. */
    la s2, page_end
    lw a1, -4(s2)
    is a1, 0x11223344
    lhu a1, 2(s2)
    is a1, 0x5566
    fld f0, -8(s2)

    /* From U, by 16-bit forms, and across a page. */
    enter U
    la s1, page_end - 6
    traps LOAD_MISALIGNED, c.ld a0, 0(s1)
    enter U
    la s1, page_end - 2
    traps STORE_MISALIGNED, c.sw a0, 0(s1)
    same s10, s1
    j pass

    .data
    .balign 4096
    .zero 4092
    .word 0x11223344
page_end:
    .word 0x55667788
