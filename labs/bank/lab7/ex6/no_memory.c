/* wrong: it is not asked whether there is memory.
 * fails: where there is no memory nothing was written
 * source: pitfalls P36: what a caller can reach must not crash */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry = {0};
    p2m_lookup(&vm->p2m, PAGE(gpa), &entry);
    if (!vm->is_logging || entry.reasons & SHADOW_LOGGED)
        return false;
    if (p2m_lookup(&vm->p2m, PAGE(gpa), &entry))
        add(vm, PAGE(gpa), SHADOW_LOGGED);
    return true;
}
