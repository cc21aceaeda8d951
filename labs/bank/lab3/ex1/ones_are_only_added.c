/* wrong: bits are set where bit 38 is one, and left where it is zero
 * fails: bit 38 goes into all bits above it
 * source: what students do */
uint64_t sv39_canonical(uint64_t va)
{
    return va >> 38 & 1 ? va | ~(uint64_t)0 << 39 : va;
}
