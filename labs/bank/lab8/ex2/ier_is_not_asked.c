/* wrong: what happened interrupts, whether the driver asked for it or not.
 * fails: nothing interrupts that IER does not ask for
 * source: what students do */
static uint8_t iir_source(const struct uart *uart)
{
    static const uint8_t trigger[] = {1, 4, 8, 14};
    if (uart->lsr_errors)
        return IIR_LINE;
    if (uart->count)
        return !has_fifos(uart) || uart->count >= trigger[uart->fcr >> 6] ? IIR_RDA : IIR_TIMEOUT;
    if (uart->thr_pending)
        return IIR_THRE;
    return IIR_NONE;
}
