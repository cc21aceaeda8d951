/* wrong: the lowest number goes first, whatever the priorities.
 * fails: the highest priority goes first, wherever its source stands
 * source: what students do */
static unsigned best_source(const struct plic *plic, unsigned context)
{
    for (unsigned source = 1; source < PLIC_SOURCES; source++)
        if (get_bit(plic->pending, source) && get_bit(plic->enable[context], source) &&
            plic->priority[source] > plic->threshold[context])
            return source;
    return 0;
}
