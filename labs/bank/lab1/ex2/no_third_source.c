/* wrong: rs3 is forgotten: a fused multiply-add adds f0.
 * fails: a third source is in bits 31 to 27
 * source: what students do */
static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    uint32_t opcode = field(word, 6, 2);
    for (int id = rows_of[opcode].first; id < rows_of[opcode].end; id++) {
        if ((word & insn_table[id].mask) != insn_table[id].match)
            continue;
        insn.id = (uint16_t)id;
        insn.rd = (uint8_t)field(word, 11, 7);
        insn.rs1 = (uint8_t)field(word, 19, 15);
        insn.rs2 = (uint8_t)field(word, 24, 20);
        insn.imm = immediate(word, insn_table[id].format);
        break;
    }
    return insn;
}
