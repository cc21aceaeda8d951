/* wrong: MPP takes any two bits
 * fails: a write of mstatus with MPP = 2 keeps MPP and writes the rest
 * source: pitfalls P23 */
static uint64_t legal_mstatus(uint64_t old, uint64_t value, uint64_t writable)
{
    return (old & ~writable) | (value & writable);
}
