# Lab 1: a first program. It starts in M-mode, with nothing set up: no stack, no C, just registers and memory.
#
# data.s, which the test makes anew each time, has
#   numbers     a table of 32-bit signed numbers; address a multiple of 4
#   count       a doubleword: how many there are, 0 or more
#   sum         a doubleword
#   below       a doubleword
    .globl _start
_start:
# Lab 1, exercise 6: begins. Sort the table in place, from the lowest number to the highest. Then store at
# `sum` the sum of all numbers as a signed 64-bit number, and at `below` how many of them are below zero. Use
# any registers. Fall through at the end, to the power-off below.
    la   s0, numbers
    ld   s1, count
    slli s1, s1, 2
    add  s1, s0, s1             # s0: the first number, s1: behind the last
    mv   t0, s0
insert:                         # what is before t0 is sorted: put the number at t0 into it
    bgeu t0, s1, sorted
    lw   a0, 0(t0)
    mv   t1, t0
shift:
    beq  t1, s0, place
    lw   a1, -4(t1)
    bge  a0, a1, place
    sw   a1, 0(t1)
    addi t1, t1, -4
    j    shift
place:
    sw   a0, 0(t1)
    addi t0, t0, 4
    j    insert
sorted:
    li   a2, 0                  # the sum
    li   a3, 0                  # how many are below zero
next:
    bgeu s0, s1, store
    lw   a0, 0(s0)
    add  a2, a2, a0
    slti a1, a0, 0
    add  a3, a3, a1
    addi s0, s0, 4
    j    next
store:
    la   t0, sum
    sd   a2, 0(t0)
    la   t0, below
    sd   a3, 0(t0)
# Lab 1, exercise 6: ends.
    li   t0, 0x100000           # the test finisher: power off, all is well
    li   t1, 0x5555
    sw   t1, 0(t0)
wait:
    j    wait

    .include "data.s"
