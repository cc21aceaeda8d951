/* wrong: a write replaces the register, and clears what is read-only
 * fails: mstatus takes what is written to it, and keeps what is read-only
 * source: pitfalls P23 */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    if ((value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2)
        value = (value & ~(uint64_t)MSTATUS_MPP) | (old & MSTATUS_MPP);
    return value & writable;
}
