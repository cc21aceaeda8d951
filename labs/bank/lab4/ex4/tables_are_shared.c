/* wrong: the last tables are shared, instead of the frames that they name.
 * fails: a child has tables of its own
 * source: what students do */
static bool share_table(pte_t *from, pte_t *to)
{
    for (int i = 0; i < PAGE_TABLE_ENTRIES; i++) {
        if (!(from[i] & PTE_V))
            continue;
        to[i] = from[i];
        pte_t *table = pte_page(from[i]);
        page_share(table);
        for (int j = 0; j < PAGE_TABLE_ENTRIES; j++)
            if (table[j] & PTE_V) {
                table[j] = shared_leaf(table[j]);
                page_share(pte_page(table[j]));
            }
    }
    return true;
}
