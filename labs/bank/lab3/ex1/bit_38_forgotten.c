/* wrong: bits 63 to 39 are compared with each other, and not with bit 38
 * fails: what lies between them is not canonical
 * source: what students do */
bool sv39_is_canonical(uint64_t va)
{
    return va >> 39 == 0 || va >> 39 == 0x1ffffff;
}
