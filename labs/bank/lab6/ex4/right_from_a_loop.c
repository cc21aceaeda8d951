/* right: down by a loop, the leaf made ready before. */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    uint64_t grant = shadow_perms(shadow->view, walk->pte, memory->perms,
                                  shadow_withheld(shadows, GPA(walk->pa)));
    int level = SV39_LEVELS - 1;
    unsigned page = shadow->root;
    make_room(shadows, SV39_LEVELS - 1, shadow);
    page_on(shadows, page, walk);
    while (level > 0) {
        page = page_child(shadows, page, index_at(gva, level));
        page_on(shadows, page, walk);
        level--;
        if (level == 1 && stays_large(shadows, page, gva, walk, memory))
            break;
    }
    hpa_t first = HPA(memory->hpa.a / level_size(level) * level_size(level));
    page_set_leaf(shadows, page, index_at(gva, level), first, grant);
    shadows->stats.fills++;
}
