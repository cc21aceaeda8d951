/* wrong: a CSR is for the mode in its number and for no other
 * fails: a CSR is open to its own mode and to those above
 * source: what students do */
static bool may_access(const struct hart *hart, unsigned number, bool is_write)
{
    const struct csr_info *info = csr_find(number);
    if (!info || !isa_has(hart->isa, info->ext))
        return false;
    if (hart->mode != (number >> 8 & 3) || (is_write && number >> 10 == 3))
        return false;
    if (info->ext == EXT_F && !(hart->csr.mstatus & MSTATUS_FS))
        return false;
    if (number == CSR_satp && hart->mode == MODE_S && hart->csr.mstatus & MSTATUS_TVM)
        return false;
    if (number == CSR_stimecmp && !may_use_stimecmp(hart))
        return false;
    return number >> 8 != 0xc || may_read_counter(hart, number);
}
