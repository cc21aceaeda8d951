/* wrong: a claim looks, but takes nothing: the source still pends.
 * fails: a claim gives the source and ends its pending
 * source: what students do */
static unsigned claim(struct plic *plic, unsigned context)
{
    unsigned source = best_source(plic, context);
    if (source)
        set_bit(plic->claimed, source, true);
    return source;
}
