/* wrong: a source that is being served pends again at once, and its handler never ends.
 * fails: a claimed source does not pend again
 * source: pitfalls P34 */
void plic_set_level(struct plic *plic, unsigned source, bool is_high)
{
    if (source == 0 || source >= PLIC_SOURCES)
        return;
    set_bit(plic->level, source, is_high);
    if (is_high)
        set_bit(plic->pending, source, true);
}
