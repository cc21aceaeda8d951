/* wrong: wfi goes on for whatever is pending
 * fails: wfi waits where no enabled interrupt is pending
 * source: pitfalls P28 */
bool trap_wakes(const struct hart *hart)
{
    return csr_mip(hart) != 0;
}
