/* right: the mode that the access is made by is found first */
struct space space_of_data(const struct hart *hart)
{
    struct space space = space_of_fetch(hart);
    bool is_lent = hart->mode == MODE_M && (hart->csr.mstatus & MSTATUS_MPRV) != 0;
    unsigned mpp = hart->csr.mstatus >> MSTATUS_MPP_SHIFT & 3;
    space.mode = is_lent ? (enum mode)mpp : hart->mode;
    return space;
}
