/* wrong: the parent goes on writing by what the hart remembers.
 * fails: the parent's translations are fenced
 * source: Privileged 4.2.1 */
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
    return done;
}
