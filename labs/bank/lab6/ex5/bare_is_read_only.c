/* wrong: the identity of a guest that does not page is a clean page: its stores never get through.
 * fails: a guest that does not page finds its memory at its address
 * source: pitfalls P17: A and D where there is no entry to have them */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    struct space space =
        why == ACCESS_FETCH ? space_of_fetch(&vcpu->hart) : space_of_data(&vcpu->hart);
    if (!space_is_bare(space))
        return sv39_walk(space, &vcpu->vm->port, gva.a, why, walk);
    walk->steps = 0;
    walk->pa = gva.a;
    walk->pte = PTE_V | PTE_R | PTE_W | PTE_X;
    walk->level = SV39_LEVELS - 1;
    return WALK_OK;
}
