/* right: the rights that the leaf gives, and the right that the access needs */
static uint64_t needs_of(enum access why)
{
    switch (why) {
    case ACCESS_FETCH:
        return PTE_X;
    case ACCESS_STORE:
    case ACCESS_AMO:
        return PTE_W;
    case ACCESS_LOAD:
    case ACCESS_LR:
    case ACCESS_WALK:
        break;
    }
    return PTE_R;
}

bool sv39_may(struct space space, uint64_t pte, enum access why)
{
    uint64_t rights = pte & (PTE_R | PTE_W | PTE_X);
    if (space.mxr && rights & PTE_X)
        rights |= PTE_R;
    if (space.mode == MODE_U && !(pte & PTE_U))
        rights = 0;
    if (space.mode == MODE_S && pte & PTE_U)
        rights = space.sum ? rights & ~(uint64_t)PTE_X : 0;
    return rights & needs_of(why);
}
