/* wrong: an illegal MPP makes the whole write void
 * fails: a write of mstatus with MPP = 2 keeps MPP and writes the rest
 * source: pitfalls P23 (it is satp that does so, P16) */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    if ((value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2)
        return old;
    return (old & ~writable) | (value & writable);
}
