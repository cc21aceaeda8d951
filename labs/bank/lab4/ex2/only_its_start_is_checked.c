/* wrong: a string that begins in the user half is copied beyond its end.
 * fails: a string that runs into the kernel's half is -EFAULT
 * source: what students do */
int64_t string_from_user(char *to, uint64_t user, size_t size)
{
    if (user >= USER_END)
        return -EFAULT;
    long length = user_string(to, (const char *)user, size);
    if (length < 0)
        return -EFAULT;
    return (size_t)length == size ? -ENAMETOOLONG : length;
}
