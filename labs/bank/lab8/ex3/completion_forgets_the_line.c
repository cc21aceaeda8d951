/* wrong: a completion does not look at the line, so what it still asks for is lost.
 * fails: a source whose line is still high at its completion pends again
 * source: pitfalls P34 */
static void complete(struct plic *plic, unsigned context, uint32_t source)
{
    if (source >= PLIC_SOURCES || !get_bit(plic->enable[context], source) ||
        !get_bit(plic->claimed, source))
        return;
    set_bit(plic->claimed, source, false);
}
