/* wrong: only bit 39 is compared with bit 38
 * fails: what lies between them is not canonical
 * source: pitfalls P08 */
bool sv39_is_canonical(uint64_t va)
{
    return (va >> 39 & 1) == (va >> 38 & 1);
}
