/* wrong: a page that was written is told again and again: the log never gets shorter.
 * fails: a page that was written is told once
 * source: what students do: a question that forgets to reset */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    return vm->is_logging && p2m_lookup(&vm->p2m, PAGE(gpa), &entry) &&
           !(entry.reasons & SHADOW_LOGGED);
}
