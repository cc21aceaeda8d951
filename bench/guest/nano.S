# The guest of the nanobenchmarks: one kernel, one user program, and a loop without end for each.
#
# The host writes the number of the loop into `which`, and reads s11: how often it went round. A
# kernel of 1 GiB pages lies where it lies, and a window of 512 small pages at WINDOW is the user's;
# there are two address spaces, which differ in the window's frames alone.

.equ WINDOW, 0x40000000
.equ TABLES, 0x80300000
.equ ROOT_A, TABLES
.equ ROOT_B, TABLES + 0x1000
.equ MIDDLE_A, TABLES + 0x2000
.equ MIDDLE_B, TABLES + 0x3000
.equ LEAVES_A, TABLES + 0x4000
.equ LEAVES_B, TABLES + 0x5000
.equ FRAMES_A, 0x80400000
.equ FRAMES_B, 0x80600000
.equ V, 0x01
.equ KERNEL, 0xcf                       # V R W X A D
.equ USER, 0xdf                         # and U
.equ SV39, 8
.equ UART, 0x10000000
.equ SUM, 0x40000

.section .text
.globl _start
_start: j       start
        .balign 8
which:  .dword  0

# ---- address spaces -----------------------------------------------------------------------------

# a0: table, a1: index, a2: physical address, a3: bits
set_entry:
        slli    a1, a1, 3
        add     a0, a0, a1
        srli    a2, a2, 2
        or      a2, a2, a3
        sd      a2, (a0)
        ret

.macro  entry table, index, pa, bits
        li      a0, \table
        li      a1, \index
        li      a2, \pa
        li      a3, \bits
        call    set_entry
.endm

# a4: root, a5: middle, a6: leaves, a7: frames
make_space:
        mv      s0, ra
        mv      a0, a4
        li      a1, 0
        li      a2, 0
        li      a3, KERNEL
        call    set_entry               # devices
        mv      a0, a4
        li      a1, 2
        li      a2, 0x80000000
        li      a3, KERNEL
        call    set_entry               # memory
        mv      a0, a4
        li      a1, 1
        mv      a2, a5
        li      a3, V
        call    set_entry               # the window
        mv      a0, a5
        li      a1, 0
        mv      a2, a6
        li      a3, V
        call    set_entry
        li      s1, 0
1:      mv      a0, a6
        mv      a1, s1
        slli    a2, s1, 12
        add     a2, a2, a7
        li      a3, USER
        call    set_entry
        addi    s1, s1, 1
        li      t0, 512
        bne     s1, t0, 1b
        mv      a0, a6                  # its first page is the user's program
        li      a1, 0
        la      a2, user
        li      a3, USER
        call    set_entry
        jr      s0

# satp in a0: root in a0, ASID in a1
make_satp:
        srli    a0, a0, 12
        slli    a1, a1, 44
        or      a0, a0, a1
        li      a1, SV39
        slli    a1, a1, 60
        or      a0, a0, a1
        ret

start:  li      sp, 0x80280000
        la      t0, handle
        csrw    stvec, t0
        li      a4, ROOT_A
        li      a5, MIDDLE_A
        li      a6, LEAVES_A
        li      a7, FRAMES_A
        call    make_space
        li      a4, ROOT_B
        li      a5, MIDDLE_B
        li      a6, LEAVES_B
        li      a7, FRAMES_B
        call    make_space
        li      a0, ROOT_B
        li      a1, 2
        call    make_satp
        mv      s10, a0                 # s10: the other space's satp
        li      a0, ROOT_A
        li      a1, 1
        call    make_satp
        mv      s9, a0                  # s9: this one's
        csrw    satp, s9
        sfence.vma
        li      t0, SUM
        csrs    sstatus, t0
        li      s11, 0
        ld      t0, which
        slli    t0, t0, 2
        la      t1, loops
        add     t0, t0, t1
        jr      t0
loops:  .option push
        .option norvc
        j       compute
        j       syscall
        j       csr
        j       device
        j       page_fault
        j       table_update
        j       refill
        j       switch
        .option pop

# To the user's program, at what is a0 here.
to_user:
        la      t0, user
        sub     a0, a0, t0
        li      t0, WINDOW
        add     t0, t0, a0
        csrw    sepc, t0
        li      t0, 0x100               # SPP
        csrc    sstatus, t0
        sret

# ---- the loops ----------------------------------------------------------------------------------

# In the user's program: no exit at all.
compute:
        la      a0, user_compute
        j       to_user

# An ecall from U, and the way back.
syscall:
        la      a0, user_syscall
        j       to_user

csr:    csrrw   t0, sscratch, t1
        addi    s11, s11, 1
        j       csr

device: li      s2, UART
1:      lbu     t0, 5(s2)               # line status
        addi    s11, s11, 1
        j       1b

# The user's stores find a page that is not mapped; `handle` maps it, and takes away the one before.
page_fault:
        li      s2, LEAVES_A
        li      t0, 1                   # no page of the window but the program's
1:      slli    t1, t0, 3
        add     t1, t1, s2
        sd      zero, (t1)
        addi    t0, t0, 1
        li      t2, 512
        bne     t0, t2, 1b
        sfence.vma
        la      t0, handle_fault
        csrw    stvec, t0
        la      a0, user_walk
        j       to_user

# A leaf changes frames; a fence of its address, and a look through it.
table_update:
        li      s2, LEAVES_A + 8 * 5
        li      s3, WINDOW + 0x5000
        ld      s4, (s2)
        li      s5, 0x400 * 16          # 16 frames further on
1:      xor     s4, s4, s5
        sd      s4, (s2)
        sfence.vma s3, zero
        ld      t0, (s3)
        addi    s11, s11, 1
        j       1b

# A fence of everything, and 64 pages that must be found again; each is one operation.
refill: li      s2, WINDOW + 0x40000
        li      s3, 0x1000
1:      sfence.vma
        mv      t0, s2
        li      t1, 64
2:      ld      t2, (t0)
        add     t0, t0, s3
        addi    t1, t1, -1
        bnez    t1, 2b
        addi    s11, s11, 64
        j       1b

# The other address space, and four pages of it.
switch: li      s2, WINDOW + 0x8000
        li      s3, WINDOW + 0xa000
1:      csrw    satp, s10
        ld      t0, (s2)
        ld      t1, (s3)
        ld      t2, -8(s2)
        ld      t3, -8(s3)
        xor     s10, s10, s9
        xor     s9, s9, s10
        xor     s10, s10, s9
        addi    s11, s11, 1
        j       1b

# ---- traps --------------------------------------------------------------------------------------

        .balign 4
handle: csrr    t0, sepc                # the user's ecall
        addi    t0, t0, 4
        csrw    sepc, t0
        sret

        .balign 4
handle_fault:
        csrr    t0, stval
        li      t1, WINDOW
        sub     t1, t0, t1
        srli    t2, t1, 12 - 3
        andi    t2, t2, -8              # the entry's offset in its table
        li      t3, LEAVES_A
        add     t2, t2, t3
        srli    t1, t1, 12
        slli    t1, t1, 10
        li      t3, (FRAMES_A >> 2) | USER
        add     t1, t1, t3
        sd      t1, (t2)
        sd      zero, (s3)              # the page before
        sfence.vma s4, zero
        mv      s3, t2
        mv      s4, t0
        sret

# ---- the user's program, a page of its own ---------------------------------------------------------

        .balign 4096
user:
user_compute:
        li      s2, WINDOW + 0x1000
        li      t1, 12345
1:      li      t0, 16
2:      slli    t2, t1, 13
        xor     t1, t1, t2
        srli    t2, t1, 7
        xor     t1, t1, t2
        slli    t2, t1, 17
        xor     t1, t1, t2
        andi    t3, t1, 0xff8 >> 1
        andi    t3, t3, -8
        add     t3, t3, s2
        ld      t4, (t3)
        add     t4, t4, t1
        sd      t4, (t3)
        mul     t5, t4, t1
        add     t6, t6, t5
        addi    t0, t0, -1
        bnez    t0, 2b
        addi    s11, s11, 1
        j       1b

user_syscall:
        ecall
        addi    s11, s11, 1
        j       user_syscall

user_walk:
        li      s3, LEAVES_A + 8 * 511
        li      s4, WINDOW + 511 * 0x1000
        li      s5, 0x1000
1:      li      s2, WINDOW + 0x1000
        li      s6, WINDOW + 0x1ff000
2:      sd      s2, (s2)
        addi    s11, s11, 1
        add     s2, s2, s5
        bne     s2, s6, 2b
        j       1b
        .balign 4096
