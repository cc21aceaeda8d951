# right: neighbours are swapped until nothing is out of order; the sum is taken from the end.
    la   a0, numbers
    ld   a1, count
again:
    li   a2, 0                  # whether something was swapped
    mv   t0, a0
    addi t1, a1, -1
    blez t1, total
pair:
    lw   a3, 0(t0)
    lw   a4, 4(t0)
    ble  a3, a4, in_order
    sw   a4, 0(t0)
    sw   a3, 4(t0)
    li   a2, 1
in_order:
    addi t0, t0, 4
    addi t1, t1, -1
    bgtz t1, pair
    bnez a2, again
total:
    li   a5, 0
    li   a6, 0
    slli t1, a1, 2
    add  t1, a0, t1
more:
    beq  t1, a0, done
    addi t1, t1, -4
    lw   a3, 0(t1)
    add  a5, a5, a3
    bgez a3, more
    addi a6, a6, 1
    j    more
done:
    sd   a5, sum, t0
    sd   a6, below, t0
