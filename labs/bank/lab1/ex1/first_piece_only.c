/* wrong: just the first piece is read: enough for I and U, and for nothing else.
 * fails: each piece goes to its own place
 * source: what students do */
static inline uint32_t pieces_gather(uint32_t word, const struct piece *piece)
{
    return piece->high ? field(word, piece->high, piece->low) << piece->to : 0;
}
