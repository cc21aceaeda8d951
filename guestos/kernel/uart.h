/* The 16550 UART. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

/* Takes the UART whose registers stand at this virtual address into use. */
void uart_init(uint64_t base);

/* Sends one byte, waiting until there is room for it. */
void uart_put(char c);

/* The next byte that was received, or -1. */
int uart_get(void);

#endif
