/* wrong: the sign is the one of the word, not that of its low bits.
 * fails: the highest of the bits is the sign
 * source: what students do: a cast to int32_t is taken for sign extension of any width */
static inline int64_t sign_extend(uint32_t value, int bits)
{
    (void)bits;
    return (int32_t)value;
}
