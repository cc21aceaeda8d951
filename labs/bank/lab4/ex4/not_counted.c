/* wrong: the frame has two holders and one reference.
 * fails: each shared frame has one reference more
 * source: what students do */
static bool share_table(pte_t *from, pte_t *to)
{
    for (int i = 0; i < PAGE_TABLE_ENTRIES; i++) {
        if (!(from[i] & PTE_V))
            continue;
        if (is_leaf(from[i])) {
            from[i] = to[i] = shared_leaf(from[i]);
            continue;
        }
        void *table = page_take_zeroed();
        if (!table)
            return false;
        to[i] = pte_make(table, PTE_V);
        if (!share_table(pte_page(from[i]), table))
            return false;
    }
    return true;
}
