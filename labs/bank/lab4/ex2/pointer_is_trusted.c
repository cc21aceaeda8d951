/* wrong: a string is copied from wherever the program says, the kernel's memory as well.
 * fails: a string of the kernel is not the program's to name
 * source: what students do */
int64_t string_from_user(char *to, uint64_t user, size_t size)
{
    long length = user_string(to, (const char *)user, size);
    if (length < 0)
        return -EFAULT;
    return (size_t)length == size ? -ENAMETOOLONG : length;
}
