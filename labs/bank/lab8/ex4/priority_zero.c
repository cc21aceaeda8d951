/* wrong: with a threshold of 0 everything interrupts, a source of priority 0 as well.
 * fails: a source of priority 0 never interrupts
 * source: PLIC 1.0.0, section 4 */
static unsigned best_source(const struct plic *plic, unsigned context)
{
    unsigned best = 0;
    for (unsigned source = 1; source < PLIC_SOURCES; source++) {
        bool is_ready = get_bit(plic->pending, source) && get_bit(plic->enable[context], source);
        if (is_ready && (!best || plic->priority[source] > plic->priority[best]))
            best = source;
    }
    uint32_t threshold = plic->threshold[context];
    return threshold == 0 || plic->priority[best] > threshold ? best : 0;
}
