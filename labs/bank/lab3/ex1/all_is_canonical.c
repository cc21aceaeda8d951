/* wrong: the upper bits are ignored
 * fails: what lies between them is not canonical
 * source: pitfalls P08 */
bool sv39_is_canonical(uint64_t va)
{
    (void)va;
    return true;
}
