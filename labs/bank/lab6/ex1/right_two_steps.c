/* right: a loop with a bound, that goes on while there is a pointer. */
static uint64_t find(const struct p2m *p2m, gpa_t gpa, int *level)
{
    uint64_t pte = 0;
    hpa_t table = p2m->root;
    if (gpa.a >= (uint64_t)1 << 39)
        return 0;
    for (int at = 2; at >= 0; at--) {
        *level = at;
        pte = read_entry(p2m, entry_at(table, gpa, at));
        bool is_pointer = (pte & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V;
        if (!is_pointer)
            break;
        table.a = pte_pa(pte);
    }
    return pte;
}
