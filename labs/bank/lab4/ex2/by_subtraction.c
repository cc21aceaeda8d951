/* right: the room is what is subtracted from. */
bool is_user_range(uint64_t address, uint64_t n)
{
    if (address > USER_END || n > USER_END)
        return false;
    return address + n <= USER_END;
}
