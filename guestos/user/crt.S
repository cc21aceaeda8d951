/* Where a program begins, and its way into the kernel. */

/* The kernel enters with argc in a0, argv in a1, and a stack. */
.section .text.entry, "ax"
.globl _start
_start:
    call main
    call exit

/* A stub for each system call, named as the call. */
.text
#define SYSCALL(number, name) .globl name; name: li a7, number; ecall; ret;
#include "syscall.def"
