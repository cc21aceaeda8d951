/* wrong: a claim that finds nothing claims source 0.
 * fails: a claim without a source to serve changes nothing
 * source: what students do */
static unsigned claim(struct plic *plic, unsigned context)
{
    unsigned source = best_source(plic, context);
    set_bit(plic->pending, source, false);
    set_bit(plic->claimed, source, true);
    return source;
}
