/* A 16550A UART: the registers of National Semiconductor's PC16550D, as on QEMU's virt board,
 * byte-wide at consecutive addresses. A pure model: bytes come in by uart_receive, and go out
 * through the value of uart_write. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

enum { UART_FIFO = 16 };

struct uart {
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    uint8_t lsr_errors; /* overrun, until LSR is read */
    bool thr_pending;   /* the transmitter ran empty and IIR has not said so yet */
    uint8_t fifo[UART_FIFO];
    uint8_t head, count;
};

void uart_reset(struct uart *uart);

/* True when a received byte has room. */
bool uart_has_room(const struct uart *uart);

/* A byte arrives. With no room a byte is lost, and LSR says overrun. */
void uart_receive(struct uart *uart, uint8_t byte);

/* Reads register `reg` (0 to 7). */
uint8_t uart_read(struct uart *uart, unsigned reg);

/* Writes register `reg`. True: *sent is a byte to put on the line. */
bool uart_write(struct uart *uart, unsigned reg, uint8_t value, uint8_t *sent);

/* Takes the oldest received byte, as firmware does. False: none. */
bool uart_take(struct uart *uart, uint8_t *byte);

/* The level of the interrupt line. */
bool uart_irq(const struct uart *uart);

#endif
