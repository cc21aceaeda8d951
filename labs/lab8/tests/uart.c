/* Exercises 1 and 2: the UART. The model alone, through its functions and registers. */
#include "lab_test.h"

#include "uart.h"

enum { DATA = 0, IIR = 2, LSR = 5 };
enum { FIFOS_ON = 0x01, LSR_READY = 0x01, LSR_OVERRUN = 0x02, LSR_EMPTY = 0x60 };
enum { ASK_RECEIVED = 1, ASK_SENT = 2, ASK_LINE = 4 };
enum { NONE = 0x1, SENT = 0x2, RECEIVED = 0x4, LINE = 0x6, TIMEOUT = 0xc };

#define READ_LSR "isa/device/uart.c: read_lsr; PC16550D 8.4"
#define READ_RING "isa/device/uart.h: struct uart; uart.c: uart_receive, uart_take"
#define READ_IIR "isa/device/uart.c: iir_source, read_iir; PC16550D table IV"

static struct uart uart_with(uint8_t fcr)
{
    struct uart uart;
    uart_reset(&uart);
    uart.fcr = fcr;
    return uart;
}

static void receive(struct uart *uart, const char *text)
{
    for (; *text; text++)
        uart_receive(uart, (uint8_t)*text);
}

/* Takes all that is there, through the register that a driver reads. */
static const char *received(struct uart *uart)
{
    static char text[UART_FIFO + 1];
    unsigned n = 0;
    for (unsigned count = uart->count; n < count && n < UART_FIFO; n++)
        text[n] = (char)uart_read(uart, DATA);
    text[n] = 0;
    return text;
}

CLAIM(1, NOTHING, "bytes are read in the order in which they came", READ_RING)
{
    struct uart uart = uart_with(FIFOS_ON);
    receive(&uart, "trap");
    same_u64(4, uart.count, "the number of bytes after four came");
    same_text("trap", received(&uart), "what the driver reads");
    same_u64(0, uart.count, "the number of bytes after all were read");
}

CLAIM(1, NOTHING, "the ring goes on at its beginning", READ_RING)
{
    struct uart uart = uart_with(FIFOS_ON);
    static const char *const lines[] = {"seven..", "eleven.....", "thirteen.....",
                                        "16 bytes. 16 byt"};
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        receive(&uart, lines[i]);
        same_text(lines[i], received(&uart), "line %u that the driver reads", i + 1);
    }
}

CLAIM(1, NOTHING, "with the FIFOs on, a byte without room is lost", READ_RING)
{
    struct uart uart = uart_with(FIFOS_ON);
    receive(&uart, "0123456789abcdef");
    same_u64(0, uart.lsr_errors, "the errors while there was room");
    receive(&uart, "X");
    same_u64(LSR_OVERRUN, uart.lsr_errors, "the errors after the seventeenth byte");
    same_text("0123456789abcdef", received(&uart), "what the driver reads");
}

CLAIM(1, NOTHING, "with the FIFOs off, the new byte replaces the unread one", READ_RING)
{
    struct uart uart = uart_with(0);
    receive(&uart, "a");
    same_u64(0, uart.lsr_errors, "the errors after the first byte");
    receive(&uart, "b");
    same_u64(LSR_OVERRUN, uart.lsr_errors, "the errors after the second byte");
    same_u64(1, uart.count, "the number of bytes");
    same_text("b", received(&uart), "what the driver reads");
}

CLAIM(1, NOTHING, "an empty receiver has nothing to give", READ_RING)
{
    struct uart uart = uart_with(FIFOS_ON);
    uint8_t byte;
    bool took = uart_take(&uart, &byte);
    holds(!took, "uart_take of an empty ring is false", "it is true");
    same_u64(0, uart.count, "the number of bytes after that");
    receive(&uart, "z");
    same_text("z", received(&uart), "what the driver reads after the next byte came");
}

CLAIM(1, NOTHING, "LSR says that a byte is there, and that the transmitter is empty", READ_LSR)
{
    struct uart uart = uart_with(FIFOS_ON);
    same_u64(LSR_EMPTY, uart_read(&uart, LSR), "LSR without a byte");
    receive(&uart, "ab");
    same_u64(LSR_EMPTY | LSR_READY, uart_read(&uart, LSR), "LSR with two bytes");
    uart_read(&uart, DATA);
    same_u64(LSR_EMPTY | LSR_READY, uart_read(&uart, LSR), "LSR with one of them left");
    uart_read(&uart, DATA);
    same_u64(LSR_EMPTY, uart_read(&uart, LSR), "LSR when both were read");
}

CLAIM(1, NOTHING, "reading LSR takes no byte", READ_LSR)
{
    struct uart uart = uart_with(FIFOS_ON);
    receive(&uart, "ab");
    for (int i = 0; i < 3; i++)
        uart_read(&uart, LSR);
    same_text("ab", received(&uart), "what the driver reads after it read LSR three times");
}

CLAIM(1, NOTHING, "reading LSR clears its errors", READ_LSR)
{
    struct uart uart = uart_with(0);
    receive(&uart, "ab");
    same_u64(LSR_EMPTY | LSR_OVERRUN | LSR_READY, uart_read(&uart, LSR), "LSR after an overrun");
    same_u64(LSR_EMPTY | LSR_READY, uart_read(&uart, LSR), "LSR when it is read again");
}

/* A UART in which everything that can interrupt has happened. */
static struct uart busy(uint8_t ier)
{
    struct uart uart = uart_with(0);
    uart.ier = ier;
    uart.count = 1;
    uart.lsr_errors = LSR_OVERRUN;
    uart.thr_pending = true;
    return uart;
}

static uint8_t read_iir(struct uart uart)
{
    return uart_read(&uart, IIR);
}

CLAIM(2, NOTHING, "nothing interrupts that IER does not ask for", READ_IIR)
{
    static const struct {
        uint8_t ier, iir;
    } row[] = {{0, NONE},
               {ASK_SENT, SENT},
               {ASK_RECEIVED, RECEIVED},
               {ASK_LINE, LINE},
               {8 /* modem status, which has nothing to tell */, NONE}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct uart uart = busy(row[i].ier);
        same_u64(row[i].iir != NONE, uart_irq(&uart), "the line with IER %#x", row[i].ier);
        same_u64(row[i].iir, read_iir(uart), "IIR with IER %#x", row[i].ier);
    }
}

CLAIM(2, NOTHING, "a quiet UART has no reason to interrupt", READ_IIR)
{
    struct uart uart = uart_with(FIFOS_ON);
    uart.ier = ASK_LINE | ASK_RECEIVED | ASK_SENT;
    holds(!uart_irq(&uart), "the line is low while nothing happened", "it is high");
    same_u64(0xc0 | NONE, read_iir(uart), "IIR");
}

CLAIM(2, NOTHING, "the line status goes before bytes, and bytes before the transmitter", READ_IIR)
{
    struct uart uart = busy(ASK_LINE | ASK_RECEIVED | ASK_SENT);
    same_u64(LINE, read_iir(uart), "IIR with an error, a byte and an empty transmitter");
    uart.lsr_errors = 0;
    same_u64(RECEIVED, read_iir(uart), "IIR with a byte and an empty transmitter");
    uart.count = 0;
    same_u64(SENT, read_iir(uart), "IIR with an empty transmitter");
}

CLAIM(2, NOTHING, "bytes below the trigger level are a timeout, from it on received data", READ_IIR)
{
    static const uint8_t level[] = {1, 4, 8, 14};
    for (unsigned i = 0; i < 4; i++) {
        struct uart uart = uart_with((uint8_t)(i << 6 | FIFOS_ON));
        uart.ier = ASK_RECEIVED;
        for (uart.count = 1; uart.count <= UART_FIFO; uart.count++)
            same_u64(0xc0 | (uart.count < level[i] ? TIMEOUT : RECEIVED), read_iir(uart),
                     "IIR with %u bytes and a trigger level of %u", uart.count, level[i]);
    }
}

CLAIM(2, NOTHING, "with the FIFOs off a byte is received data whatever the trigger level", READ_IIR)
{
    struct uart uart = uart_with(0xc0);
    uart.ier = ASK_RECEIVED;
    uart.count = 1;
    same_u64(RECEIVED, read_iir(uart), "IIR with a byte and no FIFOs");
}

CLAIM(2, NOTHING, "a read of IIR that names the transmitter ends that", READ_IIR)
{
    struct uart uart = uart_with(FIFOS_ON);
    uart.ier = ASK_SENT;
    uart.thr_pending = true;
    same_u64(0xc0 | SENT, uart_read(&uart, IIR), "IIR");
    same_u64(0xc0 | NONE, uart_read(&uart, IIR), "IIR when it is read again");
    holds(!uart_irq(&uart), "then the line is low", "it is high");
}

CLAIM(2, NOTHING, "a read of IIR ends no reason but the one that it names", READ_IIR)
{
    struct uart uart = busy(ASK_LINE | ASK_RECEIVED | ASK_SENT);
    same_u64(LINE, uart_read(&uart, IIR), "IIR");
    same_u64(LINE, uart_read(&uart, IIR), "IIR when it is read again: the error is still there");
    holds(uart.thr_pending, "the transmitter still waits to be named", "it does not");
    uart.lsr_errors = 0;
    same_u64(RECEIVED, uart_read(&uart, IIR), "IIR without the error");
    same_u64(1, uart.count, "the number of bytes after that");
    uart.count = 0;
    same_u64(SENT, uart_read(&uart, IIR), "IIR without the byte");
}
