/* wrong: operands are filled in before a row is found, so what is illegal has some.
 * fails: what is illegal has length and word, and no operands
 * source: what students do */
static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    uint32_t opcode = field(word, 6, 2);
    insn.rd = (uint8_t)field(word, 11, 7);
    insn.rs1 = (uint8_t)field(word, 19, 15);
    insn.rs2 = (uint8_t)field(word, 24, 20);
    insn.rs3 = (uint8_t)field(word, 31, 27);
    for (int id = rows_of[opcode].first; id < rows_of[opcode].end; id++) {
        if ((word & insn_table[id].mask) == insn_table[id].match) {
            insn.id = (uint16_t)id;
            insn.imm = immediate(word, insn_table[id].format);
        }
    }
    return insn;
}
