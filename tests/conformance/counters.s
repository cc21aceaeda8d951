/* Counters to the instruction, and triggers, of which there are none. */
.include "check.s"

    begin
    /* What is written to a counter is what the next instruction reads (ISA 9.1). */
    csrwi minstret, 0
    csrr a0, minstret
.ifdef SPOILT
    addi a0, a0, 1
.endif
    is a0, 0
    csrwi mcycle, 0
    csrr a0, mcycle
    is a0, 0
    csrwi minstret, 7
    nop
    csrr a0, instret
    is a0, 8
    li a0, -1
    csrw minstret, a0
    nop
    csrr a0, minstret
    is a0, 0

    /* What traps is a cycle and does not retire. */
    la s11, 1f
    csrwi mcycle, 0
    csrwi minstret, 0
    ebreak
1:  csrr a0, minstret
    csrr a1, mcycle
    sub a1, a1, a0
    is a1, 3 /* the csrwi of minstret, the ebreak, and the csrr of minstret */

    /* Inhibited, they stand still (Privileged 3.1.12). */
    csrwi mcountinhibit, 7
    csrr a0, mcountinhibit
    is a0, 5
    csrr a0, minstret
    csrr a1, mcycle
    nop
    csrr a2, minstret
    csrr a3, mcycle
    same a2, a0
    same a3, a1
    csrwi mcountinhibit, 0

    /* Event counters count nothing. */
    csrw mhpmcounter3, a0
    csrr a0, mhpmcounter3
    is a0, 0
    csrw mhpmevent31, a1
    csrr a0, mhpmevent31
    is a0, 0
    csrr a0, hpmcounter31

    /* time is mtime. */
    li a1, 0x200bff8
    csrr a0, time
    ld a2, 0(a1)
    csrr a3, time
    next_check
    bltu a2, a0, fail
    bltu a3, a2, fail

    /* There is one place for a trigger, and none in it (Debug 5.7). */
    csrw tselect, x0
    csrr a0, tselect
    is a0, 0
    li a0, (2 << 60) | (1 << 6) | (1 << 2)
    csrw tdata1, a0
    csrr a0, tdata1
    is a0, 0
    la a0, main
    csrw tdata2, a0
    csrr a0, tdata2
    is a0, 0
    csrr a0, tinfo
    is a0, 1
    li a0, 1
    csrw tselect, a0
    csrr a0, tselect
    is a0, 0
    j pass
