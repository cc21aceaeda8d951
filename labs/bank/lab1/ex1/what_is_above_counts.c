/* wrong: the sign bits are set above, and what stood there is not removed where the sign is 0.
 * fails: what stands above the bits does not count
 * source: what students do */
static inline int64_t sign_extend(uint32_t value, int bits)
{
    uint64_t above = ~(((uint64_t)1 << bits) - 1);
    return (int64_t)(value >> (bits - 1) & 1 ? value | above : value);
}
