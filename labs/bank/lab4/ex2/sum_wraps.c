/* wrong: the end is the sum of both numbers, which wraps around.
 * fails: a length may not wrap around
 * source: pitfalls P36 */
bool is_user_range(uint64_t address, uint64_t n)
{
    return address + n <= USER_END;
}
