/* right: which of the two ends is nearer is decided first. */
int64_t string_from_user(char *to, uint64_t user, size_t size)
{
    bool is_cut = user < USER_END && USER_END - user < size;
    if (!is_user_range(user, 1))
        return -EFAULT;
    size_t most = is_cut ? (size_t)(USER_END - user) : size;
    long length = user_string(to, (const char *)user, most);
    if (length == -1)
        return -EFAULT;
    if (length < (long)most)
        return length;
    return is_cut ? -EFAULT : -ENAMETOOLONG;
}
