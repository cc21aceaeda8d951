/* wrong: offsets of jumps are extended as if bit 0, which is not in the word, had no place: one bit too low.
 * fails: the offset of a branch is in four pieces, and even
 * source: what students do */
static int64_t immediate(uint32_t word, enum insn_format format)
{
    const struct layout *layout = &layouts[format];
    uint32_t imm = pieces_gather(word, layout->pieces);
    int width = layout->width - (format == FMT_B || format == FMT_J);
    return layout->width ? sign_extend(imm, width) : imm;
}
