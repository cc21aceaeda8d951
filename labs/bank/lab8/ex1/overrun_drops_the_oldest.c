/* wrong: with the FIFOs on, an overrun loses the oldest byte, as with them off.
 * fails: with the FIFOs on, a byte without room is lost
 * source: what students do */
void uart_receive(struct uart *uart, uint8_t byte)
{
    if (!uart_has_room(uart)) {
        uart->lsr_errors |= LSR_OE;
        uart->head = (uart->head + 1) % UART_FIFO;
        uart->count--;
    }
    uart->fifo[(uart->head + uart->count++) % UART_FIFO] = byte;
}
