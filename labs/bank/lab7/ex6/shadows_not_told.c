/* wrong: the page is made clean again without telling the shadows: the next store goes by unheard.
 * fails: while a page is clean the hart may not store to it, and then it may
 * source: pitfalls P18, P12 */
bool withhold_was_written(struct vm *vm, gpa_t gpa)
{
    struct p2m_entry entry;
    if (!vm->is_logging || !p2m_lookup(&vm->p2m, PAGE(gpa), &entry) ||
        entry.reasons & SHADOW_LOGGED)
        return false;
    vm->withhold.withheld += entry.reasons == 0;
    p2m_reason(&vm->p2m, PAGE(gpa), entry.reasons | SHADOW_LOGGED);
    return true;
}
