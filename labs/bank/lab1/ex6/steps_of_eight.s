# wrong: the table is walked in steps of eight bytes, as if numbers were doublewords.
# fails: Exercise 6: a first program in assembly sorts a table
# source: what students do
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
    addi t0, t0, 8
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
