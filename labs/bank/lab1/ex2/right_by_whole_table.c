/* right: the whole table is searched, from its end, and operands are taken by shifting. */
static int64_t immediate(uint32_t word, enum insn_format format)
{
    int width = layouts[format].width;
    uint32_t gathered = pieces_gather(word, layouts[format].pieces);
    if (width == 0)
        return gathered;
    return sign_extend(gathered, width);
}

static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    int id = INSN_COUNT - 1;
    while (id >= 0 && (word & insn_table[id].mask) != insn_table[id].match)
        id--;
    if (id < 0)
        return insn;
    insn.id = (uint16_t)id;
    insn.rd = word >> 7 & 31;
    insn.rs1 = word >> 15 & 31;
    insn.rs2 = word >> 20 & 31;
    insn.rs3 = word >> 27 & 31;
    insn.imm = immediate(word, insn_table[id].format);
    return insn;
}
