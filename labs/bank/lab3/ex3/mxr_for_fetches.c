/* wrong: under MXR, what can be read can be executed
 * fails: MXR is about loads alone
 * source: pitfalls P07 */
bool sv39_may(struct space space, uint64_t pte, enum access why)
{
    bool is_user = pte & PTE_U;
    if (space.mode == MODE_U && !is_user)
        return false;
    if (space.mode == MODE_S && is_user && (!space.sum || why == ACCESS_FETCH))
        return false;
    if (why == ACCESS_FETCH)
        return pte & PTE_X || (space.mxr && pte & PTE_R);
    bool may_read = pte & PTE_R || (space.mxr && pte & PTE_X);
    return access_is_write(why) ? (pte & PTE_W) != 0 : may_read;
}
