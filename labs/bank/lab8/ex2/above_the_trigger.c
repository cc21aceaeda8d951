/* wrong: the FIFO must hold more bytes than the trigger level says.
 * fails: bytes below the trigger level are a timeout, from it on received data
 * source: what students do */
static uint8_t iir_source(const struct uart *uart)
{
    static const uint8_t trigger[] = {1, 4, 8, 14};
    if (uart->ier & IER_LINE && uart->lsr_errors)
        return IIR_LINE;
    if (uart->ier & IER_RDA && uart->count)
        return !has_fifos(uart) || uart->count > trigger[uart->fcr >> 6] ? IIR_RDA : IIR_TIMEOUT;
    if (uart->ier & IER_THRE && uart->thr_pending)
        return IIR_THRE;
    return IIR_NONE;
}
