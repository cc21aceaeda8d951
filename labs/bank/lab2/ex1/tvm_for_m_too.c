/* wrong: TVM keeps satp from everybody
 * fails: TVM keeps satp from S, and nothing else
 * source: pitfalls P24 */
static bool may_access(const struct hart *hart, unsigned number, bool is_write)
{
    const struct csr_info *info = csr_find(number);
    if (!info || !isa_has(hart->isa, info->ext))
        return false;
    if (hart->mode < (number >> 8 & 3) || (is_write && number >> 10 == 3))
        return false;
    if (info->ext == EXT_F && !(hart->csr.mstatus & MSTATUS_FS))
        return false;
    if (number == CSR_satp && hart->csr.mstatus & MSTATUS_TVM)
        return false;
    if (number == CSR_stimecmp && !may_use_stimecmp(hart))
        return false;
    return number >> 8 != 0xc || may_read_counter(hart, number);
}
