/* Sv39: permissions, A and D, superpages, reserved bits, aliases, and the causes that say so. M looks
 * through S's eyes by MPRV, and sends S and U there themselves.
 *
 * Page `data` is mapped at 0x1000; the two pages of code at 0x2000 and 0x3000, crossed; RAM as a
 * gigapage at its own address, which is what S runs on, and 0x40000000 as a superpage to play with. */
.include "check.s"
.equ V, 1
.equ R, 2
.equ W, 4
.equ X, 8
.equ FOR_U, 16
.equ A, 64
.equ D, 128
.equ SV39, 8 << 60

/* The entry for what a0 points to, with flags, goes to `where`(table). */
.macro set_entry table, index, target, flags
    la t0, \target
    srli t0, t0, 12
    slli t0, t0, 10
    li t1, \flags
    or t0, t0, t1
    la t1, \table + 8 * (\index)
    sd t0, 0(t1)
    sfence.vma
.endm
.macro entry_has table, index, mask, value
    la t0, \table
    ld t0, 8 * (\index)(t0)
    li t1, \mask
    and t0, t0, t1
    is t0, \value
.endm
/* Data accesses of M are those of `mode`. */
.macro through mode
    status MPP | MPRV, (\mode << 11) | MPRV
.endm
/* The access at s1 faults with this cause, seen through `mode`. */
.macro faults mode, cause, insn:vararg
    through \mode
    traps \cause, \insn
    same s10, s1
    status MPRV, 0
.endm
.macro faults_at mode, tval, cause, insn:vararg
    through \mode
    traps \cause, \insn
    is s10, \tval
    status MPRV, 0
.endm
.macro works mode, insn:vararg
    through \mode
    la s11, fail
    \insn
    status MPRV, 0
.endm

    begin
    set_entry root, 0, middle, V
    set_entry middle, 0, leaves, V
    la t0, root
    li t1, (0x80000 << 10) | V | R | W | X | A | D
    sd t1, 16(t0)
    la a0, root
    srli a0, a0, 12
    li a1, SV39
    or a0, a0, a1
    csrw satp, a0
    csrr a1, satp
    same a0, a1
    li s1, 0x1000
    li a2, 0x1234567
    la a0, data
    sw a2, 0(a0)

    /* Whose page (Privileged 4.3.1): S's are not U's; U's are S's for data alone, under SUM. */
    set_entry leaves, 1, data, V | R | W | A | D
    works S, lw a0, 0(s1)
    same a0, a2
    faults U, LOAD_PAGE, lw a0, 0(s1)
    faults U, STORE_PAGE, sw a0, 0(s1)
    set_entry leaves, 1, data, V | R | W | X | FOR_U | A | D
    works U, lw a0, 0(s1)
    same a0, a2
    faults S, LOAD_PAGE, lw a0, 0(s1)
    faults S, STORE_PAGE, amoadd.w a0, x0, (s1)
    faults S, LOAD_PAGE, lr.w a0, (s1)
    status SUM, SUM
    works S, lw a0, 0(s1)
    works S, sw a0, 0(s1)
    status SUM, 0

    /* R, W and X; MXR reads what can be executed. */
    set_entry leaves, 1, data, V | R | A | D
    works S, lw a0, 0(s1)
    faults S, STORE_PAGE, sb a0, 0(s1)
    faults S, STORE_PAGE, amoswap.d a0, a0, (s1)
    works S, lr.w a0, (s1)
    set_entry leaves, 1, data, V | X | A | D
    faults S, LOAD_PAGE, lb a0, 0(s1)
    status MXR, MXR
    works S, lw a0, 0(s1)
    same a0, a2
    faults S, STORE_PAGE, sb a0, 0(s1)
    status MXR, 0

    /* Entries that mean nothing: not valid, W without R, reserved bits, which those of Svnapot and
     * Svpbmt are here, a pointer at the end, a pointer with A, D or U (4.3.1, 4.4). */
    .irp flags, R | W | A | D, V | W | A | D, V | W | X | A | D, V
    set_entry leaves, 1, data, \flags
    faults S, LOAD_PAGE, lw a0, 0(s1)
    faults S, STORE_PAGE, sw a0, 0(s1)
    .endr
    .irp bit, 54, 60, 61, 62, 63
    set_entry leaves, 1, data, V | R | W | A | D | (1 << \bit)
    faults S, LOAD_PAGE, lw a0, 0(s1)
    .endr
    set_entry leaves, 1, data, V | R | W | A | D
    .irp flag, A, D, FOR_U, 1 << 63
    set_entry middle, 0, leaves, V | \flag
    faults S, LOAD_PAGE, lw a0, 0(s1)
    .endr
    set_entry middle, 0, leaves, V
    works S, lw a0, 0(s1)

    /* A and D are set by whoever needs them, and by no access that faults (4.3.1). */
    set_entry leaves, 1, data, V | R | W
    faults U, STORE_PAGE, sw a2, 0(s1)
    entry_has leaves, 1, A | D, 0
    works S, lw a0, 0(s1)
    entry_has leaves, 1, A | D, A
    works S, sw a2, 0(s1)
    entry_has leaves, 1, A | D, A | D
    set_entry leaves, 1, data, V | R | W
    works S, amoadd.w a0, x0, (s1)
    entry_has leaves, 1, A | D, A | D
    set_entry leaves, 1, data, V | R
    faults S, STORE_PAGE, sw a2, 0(s1)
    entry_has leaves, 1, A | D, 0
    entry_has middle, 0, A | D, 0

    /* Superpages of both sizes; their low PPN bits must be zero. */
    la t0, root
    li t1, (0x80000 << 10) | V | R | W | A | D
    sd t1, 8(t0)
    sfence.vma
    la s2, data
    li s1, 0x40000000
    xor s1, s2, s1
    li t0, 0x80000000
    xor s1, s1, t0 /* data's address with bit 30 for bit 31 */
    works S, lw a0, 0(s1)
    same a0, a2
    la t0, root
    li t1, (0x80001 << 10) | V | R | W | A | D
    sd t1, 8(t0)
    sfence.vma
    faults S, STORE_PAGE, sw a0, 0(s1)
    la t0, root
    li t1, (0x80200 << 10) | V | R | W | A | D
    sd t1, 8(t0)
    sfence.vma
    faults S, LOAD_PAGE, lw a0, 0(s1)
    set_entry root, 1, middle, V
    la t0, middle
    li t1, (0x80000 << 10) | V | R | W
    sd t1, 0(t0)
    sfence.vma
    works S, lw a0, 0(s1)
    same a0, a2
    entry_has middle, 0, A | D, A
    la t0, middle
    li t1, (0x80100 << 10) | V | R | W | A | D
    sd t1, 0(t0)
    sfence.vma
    faults S, LOAD_PAGE, lw a0, 0(s1)
    set_entry middle, 0, leaves, V

    /* Addresses whose upper bits are not bit 38; tables and pages where no memory is. */
    li s1, 1 << 38
    faults S, LOAD_PAGE, lw a0, 0(s1)
    li s1, (1 << 39) | 0x1000
    faults S, STORE_PAGE, sw a0, 0(s1)
    li s1, 0x1000
    la t0, leaves
    li t1, (0x40000 << 10) | V | R | W | A | D
    sd t1, 8(t0)
    sfence.vma
    faults S, LOAD_ACCESS, lw a0, 0(s1)
    faults S, STORE_ACCESS, sw a0, 0(s1)
    la t0, middle
    li t1, (0x40000 << 10) | V
    sd t1, 0(t0)
    sfence.vma
    faults S, LOAD_ACCESS, lw a0, 0(s1)
    faults S, STORE_ACCESS, sw a0, 0(s1)
    set_entry middle, 0, leaves, V

    /* Fetches: S's own page, never one of U; code is where its physical page is, and a new mapping
     * counts after a fence, without fence.i. */
    set_entry leaves, 2, code_2, V | X | A
    set_entry leaves, 3, code_1, V | X | A
    .macro fetched mode, va, value
    la s11, .Lback\@
    status MPP, (\mode << 11)
    li t0, \va
    csrw mepc, t0
    mret
    .balign 4
.Lback\@:
    is a0, \value
    is s8, 8 + \mode
    .endm
    fetched S, 0x2000, 222
    fetched S, 0x3000, 111
    fetched S, 0x2000, 222
    set_entry leaves, 2, code_1, V | X | A
    fetched S, 0x2000, 111
    set_entry leaves, 2, code_2, V | X | FOR_U
    fetched U, 0x2000, 222
    entry_has leaves, 2, A | D, A
    .macro not_fetched mode, va, cause
    la s11, .Lback\@
    status MPP, (\mode << 11)
    li t0, \va
    csrw mepc, t0
    mret
    .balign 4
.Lback\@:
    is s8, \cause
    is s9, \va
    is s10, \va
    .endm
    not_fetched S, 0x2000, INSN_PAGE
    status SUM, SUM
    not_fetched S, 0x2000, INSN_PAGE
    status SUM, 0
    not_fetched U, 0x3000, INSN_PAGE
    set_entry leaves, 2, code_2, V | R | W | A | D
    not_fetched S, 0x2000, INSN_PAGE
    not_fetched S, 1 << 38, INSN_PAGE

    /* After the last address comes the first, for the next instruction and for half of one. */
    set_entry root, 511, middle, V
    set_entry middle, 511, leaves, V
    set_entry leaves, 511, top, V | R | X | A
    .macro runs_on from, epc
    la s11, .Lback\@
    status MPP, (S << 11)
    li t0, \from
    csrw mepc, t0
    mret
    .balign 4
.Lback\@:
    is s8, INSN_PAGE
    is s9, \epc
    is s10, 0
    .endm
    li a0, 0
    runs_on -8, 0
    is a0, 33
    la t0, top + 4094
    li t1, 0x0513 /* half of li a0, ... */
    sh t1, 0(t0)
    fence.i
    runs_on -2, -2
    li s1, -3 /* and for data */
    through S
    la s11, fail
    lhu a0, 0(s1)
    status MPRV, 0
    faults_at S, 0, LOAD_PAGE, ld a0, 0(s1)
    j pass

    .data
    .balign 4096
root:
    .zero 4096
middle:
    .zero 4096
leaves:
    .zero 4096
data:
    .zero 4096
code_1:
    li a0, 111
    ecall
    .balign 4096
code_2:
    li a0, 222
    ecall
    .balign 4096
top:
    .zero 4088
    .option norvc
    nop
    li a0, 33
