/* wrong: level 0 is taken for the root
 * fails: an index is nine bits, those of level 0 the lowest
 * source: what students do */
uint64_t sv39_index(uint64_t va, int level)
{
    return va >> (PAGE_SHIFT + SV39_VPN_BITS * (SV39_LEVELS - 1 - level)) & 511;
}
