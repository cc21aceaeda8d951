/* wrong: the child's heap has no end.
 * fails: the child has its parent's regions and heap
 * source: what students do */
bool space_share(struct space *parent, struct space *child)
{
    memcpy(child->region, parent->region, sizeof child->region);
    bool done = true;
    if (parent->root[0] & PTE_V) {
        void *table = page_take_zeroed();
        if (table)
            child->root[0] = pte_make(table, PTE_V);
        done = table && share_table(pte_page(parent->root[0]), table);
    }
    fence_asid(parent->asid);
    return done;
}
