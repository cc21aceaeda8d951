# A program of the RISC-V test suites: it reports by HTIF and leaves a signature.
.section .text
.globl _start
_start: la s0, begin_signature
 li t0, 0x1122334455667788
 sd t0, 0(s0)
 la s1, tohost
 li t1, 'H'
 li t2, 0x0101000000000000
 or t1,t1,t2
 sd t1, 0(s1)
 li t1, 'i'
 sw t1, 0(s1)
 li t2, 0x01010000
 sw t2, 4(s1)
 li gp, 11
1: sw gp, 0(s1)
 j 1b
.section .tohost,"aw"
.align 6
.globl tohost, fromhost
tohost: .dword 0
.align 6
fromhost: .dword 0
.data
.align 4
.globl begin_signature, end_signature
begin_signature: .dword 0, 0xdeadbeefcafebabe
.word 5
end_signature:
