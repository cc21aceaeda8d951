/* wrong: a priority that is equal to the threshold interrupts.
 * fails: a priority must be above the threshold
 * source: PLIC 1.0.0, section 7 */
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
    return plic->priority[best] >= plic->threshold[context] ? best : 0;
}
