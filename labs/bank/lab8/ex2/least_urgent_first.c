/* right: from the least urgent to the most, each overriding the one before. */
static uint8_t iir_source(const struct uart *uart)
{
    uint8_t source = IIR_NONE;
    unsigned level = uart->fcr >> 6 == 3 ? 14 : uart->fcr >> 6 == 0 ? 1 : 4 * (uart->fcr >> 6);
    if ((uart->ier & IER_THRE) && uart->thr_pending)
        source = IIR_THRE;
    if ((uart->ier & IER_RDA) && uart->count > 0)
        source = has_fifos(uart) && uart->count < level ? IIR_TIMEOUT : IIR_RDA;
    if ((uart->ier & IER_LINE) && uart->lsr_errors != 0)
        source = IIR_LINE;
    return source;
}
