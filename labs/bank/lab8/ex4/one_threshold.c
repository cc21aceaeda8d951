/* wrong: the threshold of context 0 is everybody's.
 * fails: thresholds are each context's own
 * source: what students do */
static unsigned best_source(const struct plic *plic, unsigned context)
{
    unsigned best = 0;
    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        uint32_t ready = plic->pending[word] & plic->enable[context][word];
        for (; ready; ready &= ready - 1) {
            unsigned source = 32 * word + (unsigned)__builtin_ctz(ready);
            if (plic->priority[source] > plic->priority[best])
                best = source;
        }
    }
    return plic->priority[best] > plic->threshold[0] ? best : 0;
}
