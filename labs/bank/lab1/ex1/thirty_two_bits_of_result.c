/* wrong: the extension is done in 32 bits, and the upper half of the result is zero.
 * fails: the highest of the bits is the sign
 * source: what students do: int where int64_t is wanted */
static inline int64_t sign_extend(uint32_t value, int bits)
{
    return (uint32_t)((int32_t)(value << (32 - bits)) >> (32 - bits));
}
