/* wrong: the pieces are put one after the other, as they stand in the list, and not where they go.
 * fails: each piece goes to its own place
 * source: what students do */
static inline uint32_t pieces_gather(uint32_t word, const struct piece *piece)
{
    uint32_t imm = 0;
    for (; piece->high; piece++)
        imm = imm << (piece->high - piece->low + 1) | field(word, piece->high, piece->low);
    return imm;
}
