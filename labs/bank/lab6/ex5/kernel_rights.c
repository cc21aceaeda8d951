/* wrong: the walk is made with the rights of the guest's kernel, whoever faulted.
 * fails: a program that touches its kernel's page has a page fault of its own
 * source: pitfalls P01 */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    struct space space =
        why == ACCESS_FETCH ? space_of_fetch(&vcpu->hart) : space_of_data(&vcpu->hart);
    if (space.mode == MODE_U)
        space.mode = MODE_S;
    space.sum = true;
    if (!space_is_bare(space))
        return sv39_walk(space, &vcpu->vm->port, gva.a, why, walk);
    walk->steps = 0;
    walk->pa = gva.a;
    walk->pte = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
    walk->level = SV39_LEVELS - 1;
    return WALK_OK;
}
