/* right: the value grows bit by bit. */
static uint8_t read_lsr(struct uart *uart)
{
    uint8_t value = uart->lsr_errors;
    if (uart->count > 0)
        value |= LSR_DR;
    value |= LSR_THRE;
    value |= LSR_TEMT;
    uart->lsr_errors = 0;
    return value;
}
