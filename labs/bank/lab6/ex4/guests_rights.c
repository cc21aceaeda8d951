/* wrong: the entry grants what the guest's grants.
 * fails: an entry grants what shadow_perms says of it
 * source: pitfalls P17, P18: the guest's entry is copied */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    make_room(shadows, SV39_LEVELS - 1, shadow);
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
                  walk->pte & (PTE_R | PTE_W | PTE_X));
    shadows->stats.fills++;
}
