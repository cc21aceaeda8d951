/* wrong: pages are taken from a pool that may be empty.
 * fails: when the pool is empty, other shadows give up their pages, and no fill fails
 * source: what students do: an allocation that is thought never to fail */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    page_on(shadows, shadow->root, walk);
    unsigned page = page_child(shadows, shadow->root, index_at(gva, 2));
    page_on(shadows, page, walk);
    int level = stays_large(shadows, page, gva, walk, memory) ? 1 : 0;
    if (level == 0) {
        page = page_child(shadows, page, index_at(gva, 1));
        page_on(shadows, page, walk);
    }
    page_set_leaf(shadows, page, index_at(gva, level),
                  HPA(memory->hpa.a & ~(level_size(level) - 1)),
                  shadow_perms(shadow->view, walk->pte, memory->perms,
                               shadow_withheld(shadows, GPA(walk->pa))));
    shadows->stats.fills++;
}
