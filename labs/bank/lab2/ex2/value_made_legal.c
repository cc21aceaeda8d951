/* right: the value is made legal, then merged by exclusive or */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    uint64_t mpp = value >> MSTATUS_MPP_SHIFT & 3;
    if (mpp != MODE_U && mpp != MODE_S && mpp != MODE_M)
        value = (value & ~(uint64_t)MSTATUS_MPP) | (old & MSTATUS_MPP);
    return old ^ ((old ^ value) & writable);
}
