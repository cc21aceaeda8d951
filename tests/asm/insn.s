# Instructions by their fields, in every format.
start:
    .insn r 0x33, 0, 0, a0, a1, a2
    .insn r OP, 7, 0x20, a0, a1, a2
    .insn r CUSTOM_0, 3, 64, a0, fa1, a2
    .insn r MADD, 7, 0, fa0, fa1, fa2, fa3
    .insn r4 NMSUB, 0, 1, fa0, fa1, fa2, fa3
    .insn i OP_IMM, 0, a0, a1, -5
    .insn i LOAD, 3, a0, 8(sp)
    .insn i 0x13, 0, a0, a1, %lo(start)
    .insn s STORE, 3, a0, -8(sp)
    .insn b BRANCH, 0, a0, a1, start
    .insn sb BRANCH, 5, a0, a1, end
    .insn u LUI, a0, 0x12345
    .insn u AUIPC, a0, %pcrel_hi(outside)
    .insn j JAL, ra, start
    .insn uj JAL, zero, end
    .insn 0x0000100b

    .option push
    .option rvc
    .insn cr 2, 9, a0, a1
    .insn cr C2, 0x8, fa0, fs11
    .insn ci C1, 0, a0, -32
    .insn ci C1, 2, t6, 31
    .insn ci C2, 7, ft0, -1
    .insn ciw C0, 0, a0, 255
    .insn ciw C0, 4, a5, 1
    .insn css C2, 6, a0, 63
    .insn css C2, 5, fs11, 1
    .insn cl C0, 2, a0, 31(a1)
    .insn cl C0, 1, fa0, 0(s0)
    .insn cs C0, 6, a0, 5(a5)
    .insn cs C0, 5, fs1, 16(s1)
    .insn ca C1, 0x23, 1, a0, a1
    .insn ca 1, 0x27, 3, s0, s1
1:  .insn cb C1, 6, a0, 1b
    .insn cb C1, 7, s0, end
    .insn cb C1, 7, s0, outside
    .insn cj C1, 5, 1b
    .insn cj C1, 5, end
    .insn cj C1, 5, outside
    .insn 2, 0x0001
    .insn 0x8082
    .option pop
end:
