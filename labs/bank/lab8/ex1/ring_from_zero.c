/* wrong: the ring always begins at index 0, wherever its head is.
 * fails: the ring goes on at its beginning
 * source: what students do */
void uart_receive(struct uart *uart, uint8_t byte)
{
    if (!uart_has_room(uart)) {
        uart->lsr_errors |= LSR_OE;
        if (has_fifos(uart))
            return;
        uart->count = 0;
        uart->head = 0;
    }
    uart->fifo[uart->count++] = byte;
}
