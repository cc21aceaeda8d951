/* wrong: the last page of memory is not logged.
 * fails: a log begins with all pages clean
 * source: what students do: off by one */
void withhold_log(struct vm *vm, bool is_on)
{
    struct p2m_entry entry;
    vm->is_logging = is_on;
    for (uint64_t at = 0; at + PAGE_SIZE < vm->platform.ram_size; at += PAGE_SIZE) {
        gpa_t gpa = GPA(RAM_BASE + at);
        if (is_on && p2m_lookup(&vm->p2m, gpa, &entry))
            add(vm, gpa, SHADOW_LOGGED);
        else
            take_back(vm, gpa, SHADOW_LOGGED);
    }
}
