/* right: the conditions nested, the words of bits by hand. */
static void complete(struct plic *plic, unsigned context, uint32_t source)
{
    if (source < PLIC_SOURCES) {
        uint32_t bit = UINT32_C(1) << source % 32;
        unsigned word = source / 32;
        if (plic->claimed[word] & plic->enable[context][word] & bit) {
            plic->claimed[word] &= ~bit;
            plic->pending[word] |= plic->level[word] & bit;
        }
    }
}
