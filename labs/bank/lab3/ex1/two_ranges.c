/* right: an address is in one of two ranges */
bool sv39_is_canonical(uint64_t va)
{
    const uint64_t half = (uint64_t)1 << 38;
    return va < half || va >= -half;
}
