/* The 16550A, as QEMU's hw/char/serial.c shows it to a driver.
 *
 * A byte that is written leaves at once, so the transmitter is always empty (LSR.THRE, LSR.TEMT)
 * and only its interrupt has state: it is raised by each byte sent and put down by reading IIR. No
 * line has noise, so of the receiver's errors only overrun exists. Offsets, bits and priorities are
 * the PC16550D data sheet's, table II and section 8. */
#include "uart.h"

#include <string.h>

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };
enum { IER_RDA = 0x1, IER_THRE = 0x2, IER_LINE = 0x4, IER_BITS = 0xf };
enum { IIR_THRE = 0x2, IIR_RDA = 0x4, IIR_LINE = 0x6, IIR_TIMEOUT = 0xc, IIR_NONE = 0x1 };
enum { IIR_FIFOS = 0xc0 };
enum { FCR_ENABLE = 0x1, FCR_CLEAR_RX = 0x2, FCR_CLEAR_TX = 0x4, FCR_BITS = 0xc9 };
enum { LCR_DLAB = 0x80 };
enum {
    MCR_DTR = 0x1,
    MCR_RTS = 0x2,
    MCR_OUT1 = 0x4,
    MCR_OUT2 = 0x8,
    MCR_LOOP = 0x10,
    MCR_BITS = 0x1f
};
enum { LSR_DR = 0x1, LSR_OE = 0x2, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

void uart_reset(struct uart *uart)
{
    memset(uart, 0, sizeof *uart);
    uart->mcr = MCR_OUT2;
    uart->dll = 12; /* 9600 baud */
}

static bool has_fifos(const struct uart *uart)
{
    return uart->fcr & FCR_ENABLE;
}

bool uart_has_room(const struct uart *uart)
{
    return uart->count < (has_fifos(uart) ? UART_FIFO : 1);
}

/* A byte arrives. Lab 8, exercise 1.
 *
 * While there is room (uart_has_room), it goes behind the youngest of the `count` bytes in the ring
 * `fifo`, the oldest of which is at index `head`. Without room one byte is lost, and lsr_errors
 * gets LSR_OE: with the FIFOs on it is the new byte that is lost; with them off the new byte takes
 * the place of the one that nobody read (data sheet 8.4). */
void uart_receive(struct uart *uart, uint8_t byte)
{
    if (!uart_has_room(uart)) {
        uart->lsr_errors |= LSR_OE;
        if (has_fifos(uart))
            return;
        uart->count = 0;
    }
    uart->fifo[(uart->head + uart->count++) % UART_FIFO] = byte;
}

/* The oldest byte leaves the ring. Lab 8, exercise 1. True: it is in *byte. False: the ring is
 * empty, and stays as it is. */
bool uart_take(struct uart *uart, uint8_t *byte)
{
    if (uart->count == 0)
        return false;
    *byte = uart->fifo[uart->head];
    uart->head = (uart->head + 1) % UART_FIFO;
    uart->count--;
    return true;
}

/* The most urgent reason to interrupt, as IIR names it. Lab 8, exercise 2.
 *
 * A reason counts only where its bit in `ier` is set. From the most urgent to the least (data
 * sheet, table IV): the line status (IER_LINE), when there is an error in lsr_errors: IIR_LINE;
 * received bytes (IER_RDA): IIR_RDA, or with the FIFOs on and fewer bytes than the trigger level
 * IIR_TIMEOUT, the character timeout, which no model time has to pass for; the transmitter that ran
 * empty (IER_THRE), when thr_pending: IIR_THRE; and otherwise IIR_NONE. The trigger level is 1, 4,
 * 8 or 14 bytes, as bits 7:6 of `fcr` choose. */
static uint8_t iir_source(const struct uart *uart)
{
    static const uint8_t trigger[] = {1, 4, 8, 14};
    if (uart->ier & IER_LINE && uart->lsr_errors)
        return IIR_LINE;
    if (uart->ier & IER_RDA && uart->count)
        return !has_fifos(uart) || uart->count >= trigger[uart->fcr >> 6] ? IIR_RDA : IIR_TIMEOUT;
    if (uart->ier & IER_THRE && uart->thr_pending)
        return IIR_THRE;
    return IIR_NONE;
}

bool uart_irq(const struct uart *uart)
{
    return iir_source(uart) != IIR_NONE;
}

/* Reads IIR. Lab 8, exercise 2. The value is the most urgent reason (iir_source), with IIR_FIFOS
 * beside it while the FIFOs are on. Where it says IIR_THRE, the driver has now heard of that, and
 * it pends no more; the other reasons stay until what they tell of is gone (data sheet, table IV).
 */
static uint8_t read_iir(struct uart *uart)
{
    uint8_t source = iir_source(uart);
    if (source == IIR_THRE)
        uart->thr_pending = false;
    return has_fifos(uart) ? source | IIR_FIFOS : source;
}

/* Reads LSR. Lab 8, exercise 1. The value says that the transmitter is empty (LSR_THRE, LSR_TEMT),
 * whether a byte is there to be read (LSR_DR), and the errors in lsr_errors, which this read
 * clears; the bytes stay (data sheet 8.4). */
static uint8_t read_lsr(struct uart *uart)
{
    uint8_t errors = uart->lsr_errors;
    uart->lsr_errors = 0;
    return LSR_THRE | LSR_TEMT | errors | (uart->count ? LSR_DR : 0);
}

/* A cable is plugged in and the other side is ready; in loopback our own outputs come back. */
static uint8_t read_msr(const struct uart *uart)
{
    uint8_t mcr = uart->mcr;
    if (!(mcr & MCR_LOOP))
        return MSR_DCD | MSR_DSR | MSR_CTS;
    return (mcr & MCR_RTS ? MSR_CTS : 0) | (mcr & MCR_DTR ? MSR_DSR : 0) |
           (mcr & MCR_OUT1 ? MSR_RI : 0) | (mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static uint8_t read_data(struct uart *uart)
{
    uint8_t byte = 0;
    uart_take(uart, &byte);
    return byte;
}

uint8_t uart_read(struct uart *uart, unsigned reg)
{
    bool is_divisor = uart->lcr & LCR_DLAB;
    switch (reg) {
    case DATA:
        return is_divisor ? uart->dll : read_data(uart);
    case IER:
        return is_divisor ? uart->dlm : uart->ier;
    case IIR:
        return read_iir(uart);
    case LCR:
        return uart->lcr;
    case MCR:
        return uart->mcr;
    case LSR:
        return read_lsr(uart);
    case MSR:
        return read_msr(uart);
    case SCR:
        return uart->scr;
    default:
        return 0;
    }
}

/* The byte is gone before the driver can look again, so the transmitter is empty once more. */
static bool send(struct uart *uart, uint8_t byte, uint8_t *sent)
{
    uart->thr_pending = true;
    if (uart->mcr & MCR_LOOP) {
        uart_receive(uart, byte);
        return false;
    }
    *sent = byte;
    return true;
}

/* Turning the transmitter's interrupt on finds it empty, and says so even if IIR did before. */
static void write_ier(struct uart *uart, uint8_t value)
{
    if ((uart->ier ^ value) & IER_THRE)
        uart->thr_pending = value & IER_THRE;
    uart->ier = value & IER_BITS;
}

/* Switching the FIFOs on or off empties them (data sheet 8.5). */
static void write_fcr(struct uart *uart, uint8_t value)
{
    if ((uart->fcr ^ value) & FCR_ENABLE)
        value |= FCR_CLEAR_RX | FCR_CLEAR_TX;
    if (value & FCR_CLEAR_RX)
        uart->count = 0;
    if (value & FCR_CLEAR_TX)
        uart->thr_pending = true;
    uart->fcr = value & FCR_BITS;
}

bool uart_write(struct uart *uart, unsigned reg, uint8_t value, uint8_t *sent)
{
    bool is_divisor = uart->lcr & LCR_DLAB;
    switch (reg) {
    case DATA:
        if (!is_divisor)
            return send(uart, value, sent);
        uart->dll = value;
        return false;
    case IER:
        if (is_divisor)
            uart->dlm = value;
        else
            write_ier(uart, value);
        return false;
    case FCR:
        write_fcr(uart, value);
        return false;
    case LCR:
        uart->lcr = value;
        return false;
    case MCR:
        uart->mcr = value & MCR_BITS;
        return false;
    case SCR:
        uart->scr = value;
        return false;
    default: /* LSR and MSR are read-only */
        return false;
    }
}
