/* right: one branch for each kind of overrun. */
void uart_receive(struct uart *uart, uint8_t byte)
{
    bool fits = uart_has_room(uart);
    if (!fits)
        uart->lsr_errors |= LSR_OE;
    if (fits) {
        unsigned behind = uart->head + uart->count;
        uart->fifo[behind < UART_FIFO ? behind : behind - UART_FIFO] = byte;
        uart->count++;
    } else if (!has_fifos(uart)) {
        uart->fifo[uart->head] = byte;
    }
}
