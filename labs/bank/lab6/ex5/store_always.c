/* wrong: every walk is one of a store, so that D is there when it is needed.
 * fails: A is set at the first use, D at the first store, and W comes with D
 * source: pitfalls P17: D only on a store that passes */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    struct space space =
        why == ACCESS_FETCH ? space_of_fetch(&vcpu->hart) : space_of_data(&vcpu->hart);
    if (!space_is_bare(space)) {
        enum walk_result result = sv39_walk(space, &vcpu->vm->port, gva.a, why, walk);
        if (result == WALK_OK && why == ACCESS_LOAD && walk->pte & PTE_W)
            return sv39_walk(space, &vcpu->vm->port, gva.a, ACCESS_STORE, walk);
        return result;
    }
    walk->steps = 0;
    walk->pa = gva.a;
    walk->pte = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
    walk->level = SV39_LEVELS - 1;
    return WALK_OK;
}
