/* wrong: the transmitter goes before received bytes, in the order of the bits in IER.
 * fails: the line status goes before bytes, and bytes before the transmitter
 * source: what students do */
static uint8_t iir_source(const struct uart *uart)
{
    static const uint8_t trigger[] = {1, 4, 8, 14};
    if (uart->ier & IER_LINE && uart->lsr_errors)
        return IIR_LINE;
    if (uart->ier & IER_THRE && uart->thr_pending)
        return IIR_THRE;
    if (uart->ier & IER_RDA && uart->count)
        return !has_fifos(uart) || uart->count >= trigger[uart->fcr >> 6] ? IIR_RDA : IIR_TIMEOUT;
    return IIR_NONE;
}
