/* right: for each priority above the threshold, from the highest down, the first source that has
 *        it. */
static unsigned best_source(const struct plic *plic, unsigned context)
{
    for (uint32_t priority = HIGHEST_PRIORITY; priority > plic->threshold[context]; priority--)
        for (unsigned source = 1; source < PLIC_SOURCES; source++)
            if (plic->priority[source] == priority && get_bit(plic->pending, source) &&
                get_bit(plic->enable[context], source))
                return source;
    return 0;
}
