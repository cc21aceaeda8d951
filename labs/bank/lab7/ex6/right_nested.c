/* right: asked one after the other. */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    gpa_t page = GPA(gpa.a / PAGE_SIZE * PAGE_SIZE);
    struct p2m_entry entry;
    bool was_written = false;
    if (vm->is_logging && p2m_lookup(&vm->p2m, page, &entry)) {
        was_written = (entry.reasons & SHADOW_LOGGED) == 0;
        if (was_written)
            add(vm, page, SHADOW_LOGGED);
    }
    return was_written;
}
