/* wrong: the field ends below its high bit: its width is taken for high - low.
 * fails: a field can be a single bit
 * source: what students do: off by one in a range with both ends */
static inline uint32_t field(uint32_t word, int high, int low)
{
    return word >> low & (((uint32_t)1 << (high - low)) - 1);
}
