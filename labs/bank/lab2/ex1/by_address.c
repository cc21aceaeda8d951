/* right: mip and sip are known by where their bits lie */
static uint64_t modify_base(const struct hart *hart, unsigned row, uint64_t read)
{
    if (row == ROW_mip)
        return hart->csr.mip;
    if (row == ROW_sip)
        return hart->csr.mip;
    return read;
}
