/* wrong: only the first byte is looked at.
 * fails: a range ends below the end of the user half
 * source: what students do */
bool is_user_range(uint64_t address, uint64_t n)
{
    (void)n;
    return address <= USER_END;
}
