/* What S and U may do, what M keeps from them, and where their traps go. */
.include "check.s"

    begin
    /* Below M there is no M (Privileged 2.1, 3.3.2). */
    illegal_in S, csrr a0, mstatus
    illegal_in U, csrr a0, mstatus
    illegal_in S, csrw mscratch, a0
    illegal_in S, csrr a0, pmpcfg0
    illegal_in S, mret
    illegal_in U, mret
    illegal_in U, csrr a0, sstatus
    illegal_in U, csrw satp, x0
    illegal_in U, sret
    illegal_in U, sfence.vma
    works_in S, csrr a0, sstatus
    works_in S, csrr a0, satp
    works_in S, sfence.vma
    works_in S, sfence.vma a0, a1

    /* TVM, TW and TSR keep satp, wfi and sret from S, and not from M (3.1.6.5). */
    csrwi mip, 1 << 1
    csrwi mie, 1 << 1
    csrwi mideleg, 1 << 1 /* pending, enabled, and masked in S: wfi goes on */
    works_in S, wfi
    status TW, TW
    illegal_in S, wfi
    status TW, 0
    csrwi mip, 0
    csrwi mie, 0
    illegal_in U, wfi
    status TVM, TVM
    illegal_in S, csrr a0, satp
    illegal_in S, csrw satp, x0
    illegal_in S, sfence.vma
    csrr a0, satp
    sfence.vma
    works_in S, csrr a0, sstatus
    status TVM, 0
    status TSR, TSR
    illegal_in S, sret
    status TSR, 0

    /* sret: to the mode in SPP, SIE from SPIE, SPIE set, SPP U (3.1.6.1). It clears MPRV. */
    status SPP | SPIE | SIE, SPP | SPIE
    la a0, 1f
    csrw sepc, a0
    enter S
    sret
    .balign 4
1:  traps 9, ecall
    csr_has mstatus, SPP | SPIE | SIE, SPIE | SIE
    status SPP | SPIE | SIE, SIE
    la a0, 1f
    csrw sepc, a0
    enter S
    sret
    .balign 4
1:  traps 8, ecall
    csr_has mstatus, SPP | SPIE | SIE, SPIE
    status SPP | MPRV, SPP | MPRV
    la a0, 1f
    csrw sepc, a0
    sret /* by M */
    .balign 4
1:  traps 9, ecall
    csr_has mstatus, MPRV, 0

    /* Counters open from above (3.1.11, 4.1.5). */
    csrw mcounteren, x0
    csrwi scounteren, 7
    illegal_in S, csrr a0, cycle
    illegal_in U, csrr a0, time
    csrwi mcounteren, 7
    csrwi scounteren, 5
    works_in S, csrr a0, time
    works_in U, csrr a0, cycle
    works_in U, csrr a0, instret
    illegal_in U, csrr a0, time
    illegal_in U, csrw cycle, x0
    csrwi scounteren, 0
    illegal_in U, csrr a0, instret
    works_in S, csrr a0, instret

    /* satp with a MODE that there is not is left as it was; Sv48 and Sv57 are such (4.1.11). */
    li a1, 0x80001
    csrw satp, a1
    li a0, (9 << 60) | 0x12345
    csrw satp, a0
    csrr a0, satp
    same a0, a1
    li a0, (10 << 60) | 0x12345
    csrw satp, a0
    csrr a0, satp
    same a0, a1
    csrw satp, x0

    /* Exceptions that are delegated, from U and S; M's stay M's (3.1.8). */
    la a0, s_handler
    csrw stvec, a0
    li a0, (1 << 8) | (1 << BREAKPOINT) | (1 << ILLEGAL)
    csrw medeleg, a0
    status SIE | SPIE | SPP, SIE
    enter U
    li s3, -1
    la s2, 1f
2:  ecall
    .balign 4
1:  traps 9, ecall /* the handler went on in S */
    is s3, 8
    la a0, 2b
    same s4, a0
    is s5, 0
    is s6, SPIE /* SPP U, SIE off, what it was in SPIE */
    enter S
    la s2, 1f
2:  ebreak
    .balign 4
1:  leave
    is s3, BREAKPOINT
    la a0, 2b
    same s4, a0
    is s6, SPP | SPIE /* the sret before had SIE restored */
    enter S
    la s2, 1f
    .option push
    .option norvc
2:  csrw mscratch, x0
    .option pop
1:  leave
    is s3, ILLEGAL
    lwu a0, 2b
    same s5, a0
    traps BREAKPOINT, ebreak
    illegal .word 0xffffffff
    csrw medeleg, x0
    traps_in S, BREAKPOINT, ebreak

    /* A delegated interrupt is not for M; in S it asks SIE, in U it comes; vectored (4.1.2). */
    la a0, s_vectors + 1
    csrw stvec, a0
    csrwi mideleg, 1 << 1
    csrwi mie, 1 << 1
    csrwi mip, 1 << 1
    csrsi mstatus, MIE
    nop
    csrci mstatus, MIE
    status SIE, 0
    works_in S, nop
    li s3, -1
    status MPIE, 0
    enter S
    la s2, 1f
    csrsi sstatus, SIE
    .balign 4
1:  leave
    is s3, INTERRUPT | 1
    is s5, 0
    csrwi mip, 1 << 1
    csrwi mie, 1 << 1
    status SIE, 0
    la s2, 1f
    enter U
1:  leave
    is s8, 9 /* the handler went on in S */
    is s3, INTERRUPT | 1
    /* One that is not delegated comes to M from wherever, and is no business of sie and sip. */
    csrwi mideleg, 0
    works_in S, csrw sie, x0
    la s11, 2f
    csrwi mie, 1 << 1
    csrwi mip, 1 << 1
    enter S
1:  j 1b
    .balign 4
2:  is s8, INTERRUPT | 1
    la a0, 1b
    same s9, a0
    j pass

    .balign 4
s_handler:
    csrr s3, scause
    csrr s4, sepc
    csrr s5, stval
    csrr s6, sstatus
    andi s6, s6, SPP | SPIE | SIE
    csrw sepc, s2
    li s7, SPP
    csrs sstatus, s7
    sret
    .option norvc
    .balign 256
s_vectors:
    j s_handler
    j 1f
    .rept 14
    j fail
    .endr
1:  csrci sip, 1 << 1
    csrci sie, 1 << 1
    j s_handler
