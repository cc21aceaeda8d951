/* The 16550 UART: eight bits, received by interrupt, sent by polling. The firmware has set the
 * speed, so the divisor is left alone. */
#include "uart.h"

enum {
    REG_DATA = 0,
    REG_INTERRUPT_ENABLE = 1,
    REG_FIFO_CONTROL = 2,
    REG_LINE_CONTROL = 3,
    REG_LINE_STATUS = 5,

    INTERRUPT_RECEIVED = 1,
    FIFO_ENABLE_AND_CLEAR = 7,
    LINE_EIGHT_BITS = 3,
    STATUS_RECEIVED = 0x01,
    STATUS_ROOM_TO_SEND = 0x20,
};

static volatile uint8_t *registers;

void uart_init(uint64_t base)
{
    registers = (volatile uint8_t *)base;
    registers[REG_LINE_CONTROL] = LINE_EIGHT_BITS;
    registers[REG_FIFO_CONTROL] = FIFO_ENABLE_AND_CLEAR;
    registers[REG_INTERRUPT_ENABLE] = INTERRUPT_RECEIVED;
}

void uart_put(char c)
{
    while (!(registers[REG_LINE_STATUS] & STATUS_ROOM_TO_SEND))
        ;
    registers[REG_DATA] = (uint8_t)c;
}

int uart_get(void)
{
    return registers[REG_LINE_STATUS] & STATUS_RECEIVED ? registers[REG_DATA] : -1;
}
