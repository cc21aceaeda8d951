/* wrong: the last byte of the user half is not the program's.
 * fails: a range ends below the end of the user half
 * source: what students do */
bool is_user_range(uint64_t address, uint64_t n)
{
    return address < USER_END && n < USER_END - address;
}
