/* wrong: an immediate is taken as it stands, so every backward branch goes far ahead.
 * fails: the highest of the bits is the sign
 * source: what students do */
static inline int64_t sign_extend(uint32_t value, int bits)
{
    return (int64_t)((uint64_t)value << (64 - bits) >> (64 - bits));
}
