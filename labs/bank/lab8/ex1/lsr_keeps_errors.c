/* wrong: an error, once seen, stays in LSR.
 * fails: reading LSR clears its errors
 * source: what students do */
static uint8_t read_lsr(struct uart *uart)
{
    return LSR_THRE | LSR_TEMT | uart->lsr_errors | (uart->count ? LSR_DR : 0);
}
