/* wrong: a context completes a source that it has not enabled: another's.
 * fails: a context completes only what it has enabled
 * source: PLIC 1.0.0, section 9 */
static void complete(struct plic *plic, unsigned context, uint32_t source)
{
    (void)context;
    if (source >= PLIC_SOURCES || !get_bit(plic->claimed, source))
        return;
    set_bit(plic->claimed, source, false);
    if (get_bit(plic->level, source))
        set_bit(plic->pending, source, true);
}
