/* wrong: a string that fills all of the room is taken, without its zero.
 * fails: a string and its zero must fit
 * source: what students do */
int64_t string_from_user(char *to, uint64_t user, size_t size)
{
    if (user >= USER_END)
        return -EFAULT;
    size_t n = size < USER_END - user ? size : USER_END - user;
    long length = user_string(to, (const char *)user, n);
    if (length < 0 || ((size_t)length == n && n < size))
        return -EFAULT;
    return length;
}
