/* wrong: room is made for one table, though two may be needed.
 * fails: room is made for both tables that a fill may need
 * source: what students do: off by one, seen when the pool is almost empty */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    make_room(shadows, 1, shadow);
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
