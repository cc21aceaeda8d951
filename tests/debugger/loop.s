/* A guest that counts for ever. */
.globl _start
_start:
    la t1, counter
again:
    ld t0, 0(t1)
    addi t0, t0, 1
    sd t0, 0(t1)
    j again

.data
.balign 8
.globl counter
counter:
    .dword 0
