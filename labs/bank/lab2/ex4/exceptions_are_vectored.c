/* wrong: in vectored mode exceptions have vectors, too
 * fails: in vectored mode an exception goes to the base
 * source: pitfalls P25 */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~(uint64_t)TVEC_MODE;
    return (tvec & TVEC_MODE) == TVEC_VECTORED ? base + 4 * (cause & 63) : base;
}
