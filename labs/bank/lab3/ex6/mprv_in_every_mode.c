/* wrong: MPRV changes the loads and stores of S and U, too
 * fails: MPRV is nothing to S and U
 * source: what students do */
struct space space_of_data(const struct hart *hart)
{
    struct space space = space_of_fetch(hart);
    if (hart->csr.mstatus & MSTATUS_MPRV)
        space.mode = (enum mode)((hart->csr.mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    return space;
}
