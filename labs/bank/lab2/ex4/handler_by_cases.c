/* right: the vector as an offset that is mostly zero */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t offset = 0;
    if (cause >> 63 && tvec % 4 == TVEC_VECTORED)
        offset = cause << 2; /* bit 63 is shifted out */
    return (tvec >> 2 << 2) + offset;
}
