/* wrong: an address is made canonical by clearing what is above bit 38
 * fails: bit 38 goes into all bits above it
 * source: what students do */
uint64_t sv39_canonical(uint64_t va)
{
    return va & (((uint64_t)1 << 39) - 1);
}
