/* right: the bare case first. */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    const struct hart *hart = &vcpu->hart;
    struct space space = space_of_data(hart);
    if (why == ACCESS_FETCH)
        space = space_of_fetch(hart);
    if (space_is_bare(space)) {
        *walk = (struct walk){.pa = gva.a,
                              .pte = 0xcf, /* V, R, W, X, A, D */
                              .level = 2};
        return WALK_OK;
    }
    return sv39_walk(space, &vcpu->vm->port, gva.a, why, walk);
}
