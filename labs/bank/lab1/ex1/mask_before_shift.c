/* wrong: the mask is as wide as the field, but laid over the word before it is shifted.
 * fails: a field is what stands from its low to its high bit
 * source: what students do */
static inline uint32_t field(uint32_t word, int high, int low)
{
    return (word & (((uint32_t)1 << (high - low + 1)) - 1)) >> low;
}
