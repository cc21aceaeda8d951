/* wrong: bits of the gpa above the root's index are ignored: a guest's wild PPN finds its memory.
 * fails: a gpa of more than 39 bits is not taken for the one of its low bits
 * source: pitfalls P03: a guest's PPN is hostile input */
static uint64_t find(const struct p2m *p2m, gpa_t gpa, int *level)
{
    hpa_t table = p2m->root;
    for (*level = SV39_LEVELS - 1;; --*level) {
        uint64_t pte = read_entry(p2m, entry_at(table, gpa, *level));
        if (!(pte & PTE_V) || pte_is_leaf(pte))
            return pte;
        table = HPA(pte_pa(pte));
    }
}
