/* wrong: the fence names the child's address space, which nobody has used yet.
 * fails: the parent's translations are fenced
 * source: what students do */
bool space_share(struct space *parent, struct space *child)
{
    child->brk = parent->brk;
    memcpy(child->region, parent->region, sizeof child->region);
    bool done = true;
    if (parent->root[0] & PTE_V) {
        void *table = page_take_zeroed();
        if (table)
            child->root[0] = pte_make(table, PTE_V);
        done = table && share_table(pte_page(parent->root[0]), table);
    }
    fence_asid(child->asid);
    return done;
}
