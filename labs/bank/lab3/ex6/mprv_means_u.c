/* wrong: under MPRV, M loads and stores as U, whatever MPP says
 * fails: under MPRV loads and stores of M are made as by the mode in MPP
 * source: what students do */
struct space space_of_data(const struct hart *hart)
{
    struct space space = space_of_fetch(hart);
    if (hart->mode == MODE_M && hart->csr.mstatus & MSTATUS_MPRV)
        space.mode = MODE_U;
    return space;
}
