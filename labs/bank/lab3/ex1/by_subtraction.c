/* right: the value of bit 38 is counted as negative */
uint64_t sv39_canonical(uint64_t va)
{
    const uint64_t sign = (uint64_t)1 << 38;
    return ((va & (2 * sign - 1)) ^ sign) - sign;
}
