/* wrong: the walk takes a leaf without asking for its rights, only whose it is
 * fails: a load needs R on the leaf
 * source: what students do: an address that is mapped is taken for one that may be used */
bool sv39_may(struct space space, uint64_t pte, enum access why)
{
    bool is_user = pte & PTE_U;
    if (space.mode == MODE_U)
        return is_user;
    (void)why;
    return !is_user || (space.sum && why != ACCESS_FETCH);
}
