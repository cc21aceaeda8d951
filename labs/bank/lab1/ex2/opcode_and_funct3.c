/* wrong: only opcode and funct3 are looked at: sub is add, and srai is srli.
 * fails: one bit tells srai from srli, and sub from add
 * source: what students do */
static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    uint32_t opcode = field(word, 6, 2);
    for (int id = rows_of[opcode].first; id < rows_of[opcode].end; id++) {
        if ((word & insn_table[id].mask & 0x707f) != (insn_table[id].match & 0x707f))
            continue;
        insn.id = (uint16_t)id;
        insn.rd = (uint8_t)field(word, 11, 7);
        insn.rs1 = (uint8_t)field(word, 19, 15);
        insn.rs2 = (uint8_t)field(word, 24, 20);
        insn.rs3 = (uint8_t)field(word, 31, 27);
        insn.imm = immediate(word, insn_table[id].format);
        break;
    }
    return insn;
}
