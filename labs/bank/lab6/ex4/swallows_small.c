/* wrong: a large entry takes the place of small ones that are in use.
 * fails: a large page does not swallow small ones that are in use
 * source: what students do: what stands there is not looked at */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    (void)page, (void)gva;
    return walk->level > 0 && memory->level > 0 && !chunk_of(shadows, GPA(walk->pa))->withheld;
}
