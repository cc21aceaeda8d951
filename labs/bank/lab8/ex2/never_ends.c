/* wrong: reading IIR has no effect, so that the transmitter interrupts for ever.
 * fails: a read of IIR that names the transmitter ends that
 * source: what students do */
static uint8_t read_iir(struct uart *uart)
{
    return iir_source(uart) | (has_fifos(uart) ? IIR_FIFOS : 0);
}
