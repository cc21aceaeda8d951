/* wrong: every entry is one of 4 KiB.
 * fails: a page of 2 MiB stays large where the machine's frames do
 * source: what students do: the simple case alone */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    make_room(shadows, SV39_LEVELS - 1, shadow);
    int level = 0;
    page_on(shadows, shadow->root, walk);
    unsigned page = page_child(shadows, shadow->root, index_at(gva, 2));
    page_on(shadows, page, walk);
    page = page_child(shadows, page, index_at(gva, 1));
    page_on(shadows, page, walk);
    page_set_leaf(shadows, page, index_at(gva, level),
                  HPA(memory->hpa.a & ~(level_size(level) - 1)),
                  shadow_perms(shadow->view, walk->pte, memory->perms,
                               shadow_withheld(shadows, GPA(walk->pa))));
    shadows->stats.fills++;
}
