/* wrong: addresses with their upper bits set are refused
 * fails: the lowest and the highest 2^38 addresses are canonical
 * source: what students do */
bool sv39_is_canonical(uint64_t va)
{
    return va >> 38 == 0;
}
