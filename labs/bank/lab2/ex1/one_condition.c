/* right: what must hold, said positively */
static bool is_switched_off(const struct hart *hart, const struct csr_info *info, unsigned number)
{
    if (info->ext == EXT_F)
        return (hart->csr.mstatus & MSTATUS_FS) == 0;
    if (number == CSR_satp)
        return hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_TVM) != 0;
    return false;
}

static bool may_access(const struct hart *hart, unsigned number, bool is_write)
{
    const struct csr_info *info = csr_find(number);
    bool is_there = info != NULL && isa_has(hart->isa, info->ext);
    bool is_high_enough = (unsigned)hart->mode >= (number & 0x300) >> 8;
    bool is_kept_whole = (number & 0xc00) != 0xc00 || !is_write;
    if (!is_there || !is_high_enough || !is_kept_whole || is_switched_off(hart, info, number))
        return false;
    if (number >= 0xc00 && number <= 0xcff)
        return may_read_counter(hart, number);
    return number == CSR_stimecmp ? may_use_stimecmp(hart) : true;
}
