/* wrong: an index has ten bits, as in Sv32
 * fails: an index is nine bits, those of level 0 the lowest
 * source: what students do */
uint64_t sv39_index(uint64_t va, int level)
{
    return va >> (PAGE_SHIFT + 10 * level) & 1023;
}
