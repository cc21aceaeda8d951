/* wrong: every immediate is extended from its twelfth bit, whatever its format.
 * fails: the number of a CSR and a shift's amount have no sign
 * source: what students do */
static int64_t immediate(uint32_t word, enum insn_format format)
{
    const struct layout *layout = &layouts[format];
    return sign_extend(pieces_gather(word, layout->pieces), layout->width ? layout->width : 12);
}
