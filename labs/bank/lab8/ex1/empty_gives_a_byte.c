/* wrong: nobody asks whether there is a byte to take.
 * fails: an empty receiver has nothing to give
 * source: what students do */
bool uart_take(struct uart *uart, uint8_t *byte)
{
    *byte = uart->fifo[uart->head];
    uart->head = (uart->head + 1) % UART_FIFO;
    uart->count--;
    return true;
}
