/* right: the gateway as one expression on the word. */
void plic_set_level(struct plic *plic, unsigned source, bool is_high)
{
    if (source < 1 || source > PLIC_SOURCES - 1)
        return;
    uint32_t bit = UINT32_C(1) << (source & 31);
    uint32_t *level = &plic->level[source >> 5];
    *level = is_high ? *level | bit : *level & ~bit;
    plic->pending[source >> 5] |= *level & bit & ~plic->claimed[source >> 5];
}
