/* wrong: pending is the line itself: when it falls, the request is gone.
 * fails: a line that falls takes nothing back
 * source: what students do */
void plic_set_level(struct plic *plic, unsigned source, bool is_high)
{
    if (source == 0 || source >= PLIC_SOURCES)
        return;
    set_bit(plic->level, source, is_high);
    set_bit(plic->pending, source, is_high && !get_bit(plic->claimed, source));
}
