/* wrong: a log that ends leaves its reasons behind: each page exits once more.
 * fails: a log that ends gives everything back
 * source: what students do: only the beginning is written */
void withhold_log(struct vm *vm, bool is_on)
{
    struct p2m_entry entry;
    vm->is_logging = is_on;
    for (uint64_t at = 0; is_on && at < vm->platform.ram_size; at += PAGE_SIZE)
        if (p2m_lookup(&vm->p2m, GPA(RAM_BASE + at), &entry))
            add(vm, GPA(RAM_BASE + at), SHADOW_LOGGED);
}
