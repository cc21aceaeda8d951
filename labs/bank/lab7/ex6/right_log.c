/* right: two loops, one to begin and one to end. */
void withhold_log(struct vm *vm, bool is_on)
{
    uint64_t end = RAM_BASE + vm->platform.ram_size;
    struct p2m_entry entry;
    for (uint64_t gpa = RAM_BASE; is_on && gpa < end; gpa += PAGE_SIZE)
        if (p2m_lookup(&vm->p2m, GPA(gpa), &entry) && !(entry.reasons & SHADOW_LOGGED))
            add(vm, GPA(gpa), SHADOW_LOGGED);
    for (uint64_t gpa = RAM_BASE; !is_on && gpa < end; gpa += PAGE_SIZE)
        take_back(vm, GPA(gpa), SHADOW_LOGGED);
    vm->is_logging = is_on;
}
