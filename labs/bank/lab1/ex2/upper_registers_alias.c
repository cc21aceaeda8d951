/* wrong: register numbers have four bits, so x16 to x31 are x0 to x15.
 * fails: each of the 32 registers is its own
 * source: what students do: x16-x31 aliased, as in RV32E */
static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    uint32_t opcode = field(word, 6, 2);
    for (int id = rows_of[opcode].first; id < rows_of[opcode].end; id++) {
        if ((word & insn_table[id].mask) != insn_table[id].match)
            continue;
        insn.id = (uint16_t)id;
        insn.rd = (uint8_t)field(word, 10, 7);
        insn.rs1 = (uint8_t)field(word, 18, 15);
        insn.rs2 = (uint8_t)field(word, 23, 20);
        insn.rs3 = (uint8_t)field(word, 31, 27);
        insn.imm = immediate(word, insn_table[id].format);
        break;
    }
    return insn;
}
