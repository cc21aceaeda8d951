/* wrong: what is above the index is left in it
 * fails: offset and sign are no part of an index
 * source: what students do */
uint64_t sv39_index(uint64_t va, int level)
{
    return va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & (level == 2 ? ~(uint64_t)0 : 511);
}
