/* wrong: every read of IIR ends the transmitter's reason, even one that names another.
 * fails: a read of IIR ends no reason but the one that it names
 * source: what students do */
static uint8_t read_iir(struct uart *uart)
{
    uint8_t source = iir_source(uart);
    uart->thr_pending = false;
    return has_fifos(uart) ? source | IIR_FIFOS : source;
}
