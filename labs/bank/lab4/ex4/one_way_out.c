/* right: the fence first in the text, last in time. */
bool space_share(struct space *parent, struct space *child)
{
    bool done = false;
    child->brk = parent->brk;
    for (int i = 0; i < REGIONS; i++)
        child->region[i] = parent->region[i];
    if (!(parent->root[0] & PTE_V))
        return true;
    void *table = page_take_zeroed();
    if (table) {
        child->root[0] = pte_make(table, PTE_V);
        done = share_table(pte_page(parent->root[0]), table);
    }
    fence_all();
    return done;
}
