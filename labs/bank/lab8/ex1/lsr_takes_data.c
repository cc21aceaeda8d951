/* wrong: reading LSR empties the receiver, as if it were the data register.
 * fails: reading LSR takes no byte
 * source: what students do */
static uint8_t read_lsr(struct uart *uart)
{
    uint8_t value = LSR_THRE | LSR_TEMT | uart->lsr_errors | (uart->count ? LSR_DR : 0);
    uart->lsr_errors = 0;
    uart->count = 0;
    return value;
}
