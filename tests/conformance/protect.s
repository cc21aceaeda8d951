/* Physical memory protection (Privileged 3.7): the address forms, priority, partial matches, locks,
 * and what of it binds M. Entry 15 opens all memory to all; the others are tried before it. */
.include "check.s"
.equ LOCK, 0x80
.equ NAPOT, 0x18
.equ NA4, 0x10
.equ TOR, 0x08
.equ R, 1
.equ W, 2
.equ X, 4

/* Data accesses of M are those of `mode`. */
.macro faults mode, cause, insn:vararg
    status MPP | MPRV, (\mode << 11) | MPRV
    traps \cause, \insn
    same s10, a1
    status MPRV, 0
.endm
.macro works mode, insn:vararg
    status MPP | MPRV, (\mode << 11) | MPRV
    la s11, fail
    \insn
    status MPRV, 0
.endm
.macro set_address number, symbol, offset
    la t0, \symbol
    li t1, \offset
    add t0, t0, t1
    srli t0, t0, 2
    csrw pmpaddr\number, t0
.endm
.macro set_config value
    li t0, \value
    csrw pmpcfg0, t0
.endm

    begin
    li t0, -1
    csrw pmpaddr15, t0
    csrr a0, pmpaddr15
    is a0, (1 << 54) - 1 /* bits 55:2, and a grain of four bytes */
    li t0, (NAPOT | R | W | X) << 56
    csrw pmpcfg2, t0
    csrw pmpcfg0, x0
    csrw pmpaddr0, x0
    la a1, page
    la a2, page + 64

    /* W without R is kept as neither; bits 6:5 are zero (3.7.1). */
    set_config W
    csrr a0, pmpcfg0
    is a0, 0
    set_config W | X
    csrr a0, pmpcfg0
    is a0, X
    set_config 0x60
    csrr a0, pmpcfg0
    is a0, 0
    set_config 0

    /* NA4: four bytes, of which R and W are apart from X. */
    set_address 0, page, 0
    set_config NA4 | R
    works S, lw a0, 0(a1)
    faults S, STORE_ACCESS, sw a0, 0(a1)
    faults U, STORE_ACCESS, sb a0, 0(a1)
    works S, sw a0, 4(a1)
    faults S, LOAD_ACCESS, ld a0, 0(a1) /* matched in part (3.7.1.3) */
    sw a0, 0(a1) /* M is free of it */
    set_config 0

    /* NAPOT: 64 bytes from page on. */
    la t0, page
    srli t0, t0, 2
    ori t0, t0, 7
    csrw pmpaddr0, t0
    set_config NAPOT | X
    faults S, LOAD_ACCESS, lb a0, 0(a1)
    faults U, STORE_ACCESS, amoadd.w a0, a0, (a1)
    faults S, LOAD_ACCESS, lr.w a0, (a1)
    works S, lb a0, 64(a1)
    la a1, page + 60
    faults S, STORE_ACCESS, sw a0, 0(a1)
    faults S, LOAD_ACCESS, ld a0, 0(a1)
    works S, sw a0, 4(a1)
    la a1, page

    /* TOR: [pmpaddr0, pmpaddr1); from zero where it is the first; none where it is empty. */
    set_address 0, page, 8
    set_address 1, page, 16
    set_config (TOR | R) << 8
    works S, sd a0, 0(a1)
    works S, sd a0, 16(a1)
    addi a1, a1, 8
    works S, ld a0, 0(a1)
    faults S, STORE_ACCESS, sd a0, 0(a1)
    set_config TOR
    addi a1, a1, -4
    faults S, LOAD_ACCESS, lw a0, 0(a1)
    works M, lw a0, 0(a1)
    set_address 1, page, 4
    set_config (TOR) << 8
    works S, lw a0, 0(a1)

    /* The lowest that matches decides, whatever follows. */
    la a1, page
    set_address 0, page, 0
    set_address 1, page, 0
    set_config (NA4 | R | W) | (NA4 << 8)
    works S, sw a0, 0(a1)
    set_config NA4 | ((NA4 | R | W) << 8)
    faults S, LOAD_ACCESS, lw a0, 0(a1)
    set_config 0

    /* A page table that may not be read is an access fault of the access, whoever walks (3.7.1). */
    la t0, page_table
    li t1, (0x80000 << 10) | 0xcf
    sd t1, 16(t0)
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    csrw satp, t0
    sfence.vma
    works S, lw a0, 0(a1)
    set_address 0, page_table, 16
    set_address 1, page_table, 24
    set_config TOR << 8
    sfence.vma
    faults S, LOAD_ACCESS, lw a0, 0(a1)
    faults S, STORE_ACCESS, sw a0, 0(a1)
    /* One that may be read but not written cannot have A and D set. */
    set_config 0
    la t0, page_table
    li t1, (0x80000 << 10) | 0x0f
    sd t1, 16(t0)
    set_config (TOR | R) << 8
    sfence.vma
    faults S, LOAD_ACCESS, lw a0, 0(a1)
    la t0, page_table
    ld t0, 16(t0)
    andi t0, t0, 0xc0
    is t0, 0
    set_config 0
    works S, lw a0, 0(a1)
    csrw satp, x0

    /* No entry that matches: nobody below M may. */
    csrw pmpcfg2, x0
    lw a0, 0(a1)
    faults S, LOAD_ACCESS, lw a0, 0(a1)
    la s11, 1f
    enter U
1:  is s8, INSN_ACCESS
    same s9, s10
    li t0, (NAPOT | R | W | X) << 56
    csrw pmpcfg2, t0

    /* Locked: it binds M, and neither it nor the bottom of a TOR changes any more (3.7.1.2). */
    set_address 0, page, 0
    set_address 1, page, 8
    set_config (LOCK | TOR | R) << 8
    traps STORE_ACCESS, sd x0, 0(a1)
    ld a0, 0(a1)
    li t0, -1
    csrw pmpcfg0, x0
    csrr a0, pmpcfg0
    is a0, (LOCK | TOR | R) << 8
    csrr a0, pmpaddr0
    csrw pmpaddr0, x0
    csrr a2, pmpaddr0
    same a2, a0
    csrr a0, pmpaddr1
    csrw pmpaddr1, x0
    csrr a2, pmpaddr1
    same a2, a0
    csrw pmpaddr2, t0
    csrr a0, pmpaddr2
    is a0, (1 << 54) - 1
    set_config LOCK << 16 /* an entry that is off can be locked too */
    csrw pmpaddr2, x0
    csrr a0, pmpaddr2
    is a0, (1 << 54) - 1
    j pass

    .data
    .balign 4096
page_table:
    .zero 4096
page:
    .zero 4096
