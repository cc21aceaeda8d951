/* wrong: vectors are a byte apart
 * fails: in vectored mode an interrupt goes four bytes a number behind the base
 * source: what students do */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~(uint64_t)TVEC_MODE;
    bool is_vectored = (tvec & TVEC_MODE) == TVEC_VECTORED && cause & CAUSE_INTERRUPT;
    return is_vectored ? base + (cause & 63) : base;
}
