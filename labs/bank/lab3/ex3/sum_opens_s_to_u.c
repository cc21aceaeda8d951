/* wrong: under SUM, U reaches pages of S
 * fails: SUM takes nothing from S, and gives U nothing
 * source: what students do */
bool sv39_may(struct space space, uint64_t pte, enum access why)
{
    bool is_user = pte & PTE_U;
    if (space.mode == MODE_U && !is_user && !space.sum)
        return false;
    if (space.mode == MODE_S && is_user && (!space.sum || why == ACCESS_FETCH))
        return false;
    if (why == ACCESS_FETCH)
        return pte & PTE_X;
    bool may_read = pte & PTE_R || (space.mxr && pte & PTE_X);
    return access_is_write(why) ? (pte & PTE_W) != 0 : may_read;
}
