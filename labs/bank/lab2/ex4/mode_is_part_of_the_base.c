/* wrong: the mode bits of the vector are left in the pc
 * fails: in vectored mode an interrupt goes four bytes a number behind the base
 * source: what students do */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    if ((tvec & TVEC_MODE) == TVEC_VECTORED && cause & CAUSE_INTERRUPT)
        return tvec + 4 * (cause & 63);
    return tvec & ~(uint64_t)TVEC_MODE;
}
