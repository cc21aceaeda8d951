/* wrong: a log that ends takes every reason back, also who shares a page.
 * fails: what is withheld for another reason stays so when the log ends
 * source: pitfalls P18 */
void withhold_log(struct vm *vm, bool is_on)
{
    struct p2m_entry entry;
    vm->is_logging = is_on;
    for (uint64_t at = 0; at < vm->platform.ram_size; at += PAGE_SIZE) {
        gpa_t gpa = GPA(RAM_BASE + at);
        if (!p2m_lookup(&vm->p2m, gpa, &entry))
            continue;
        if (is_on)
            add(vm, gpa, SHADOW_LOGGED);
        else
            for (unsigned reason = SHADOW_CLEAN; reason & SHADOW_REASONS; reason <<= 1)
                take_back(vm, gpa, reason);
    }
}
