/* right: a helper for each level. */
static bool share_last(pte_t *from, pte_t *to)
{
    for (pte_t *end = from + PAGE_TABLE_ENTRIES; from < end; from++, to++) {
        if (!(*from & PTE_V))
            continue;
        *from = shared_leaf(*from);
        *to = *from;
        page_share(pte_page(*to));
    }
    return true;
}

static bool share_table(pte_t *from, pte_t *to)
{
    bool done = true;
    for (unsigned i = 0; done && i < PAGE_TABLE_ENTRIES; i++) {
        pte_t *table;
        if ((from[i] & PTE_V) == 0)
            continue;
        table = page_take_zeroed();
        to[i] = table ? pte_make(table, PTE_V) : 0;
        done = table && share_last(pte_page(from[i]), table);
    }
    return done;
}
