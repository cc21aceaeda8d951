/* wrong: where nobody logs, every page was written.
 * fails: where nobody logs, nothing was written
 * source: what students do: the absence of a reason is read as news */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    if (!p2m_lookup(&vm->p2m, PAGE(gpa), &entry) || entry.reasons & SHADOW_LOGGED)
        return false;
    add(vm, PAGE(gpa), SHADOW_LOGGED);
    return true;
}
