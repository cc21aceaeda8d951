/* The console: characters out, lines in. What is typed is echoed and collected in `line`, where
 * it can still be corrected; Enter moves the line to `typed`, from which processes read. An end
 * of file (^D) stands in `typed` as a zero byte. */
#include "console.h"

#include <stddef.h>

#include "abi.h"
#include "kmap.h"
#include "platform.h"
#include "plic.h"
#include "sbi.h"
#include "sched.h"
#include "uart.h"
#include "usercopy.h"

enum { LINE_BYTES = 256, TYPED_BYTES = 1024 };
enum { CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, DELETE = 127, END_OF_FILE = 0 };

static struct {
    bool has_uart, is_polled;
    int foreground;

    char line[LINE_BYTES];
    unsigned length;

    char typed[TYPED_BYTES]; /* a ring: counts grow, remainders index */
    unsigned committed, read;
    struct proc_list readers;
} console;

void console_init(void)
{
    uint64_t uart = platform.uart ? kmap_device(platform.uart) : 0;
    if (uart) {
        uart_init(uart);
        console.has_uart = true;
    }
    if (uart && platform.plic)
        plic_init(platform.plic, platform.plic_context, platform.uart_irq);
    else
        console.is_polled = true;
}

static void put_byte(char c)
{
    if (console.has_uart)
        uart_put(c);
    else
        sbi_put(c);
}

void console_put(char c)
{
    if (c == '\n')
        put_byte('\r');
    put_byte(c);
}

static void commit(char c)
{
    if (console.committed - console.read < TYPED_BYTES)
        console.typed[console.committed++ % TYPED_BYTES] = c;
}

static void commit_line(void)
{
    for (unsigned i = 0; i < console.length; i++)
        commit(console.line[i]);
    console.length = 0;
    sched_wake(&console.readers);
}

static void erase(unsigned n)
{
    for (; n && console.length; n--, console.length--)
        for (const char *c = "\b \b"; *c; c++)
            console_put(*c);
}

static void interrupt_job(void)
{
    console_put('^');
    console_put('C');
    console_put('\n');
    console.length = 0;
    if (console.foreground) {
        proc_kill(-console.foreground);
    } else {
        commit('\n'); /* whoever prompts, prompts again */
        commit_line();
    }
}

static void edit(char c)
{
    unsigned limit = c == '\n' ? LINE_BYTES : LINE_BYTES - 1;
    if (console.length >= limit || (c < ' ' && c != '\n' && c != '\t'))
        return;
    console.line[console.length++] = c;
    console_put(c);
    if (c == '\n')
        commit_line();
}

static void type(char c)
{
    switch (c) {
    case CTRL_C:
        interrupt_job();
        break;
    case CTRL_D:
        if (console.length == 0)
            commit(END_OF_FILE);
        commit_line();
        break;
    case CTRL_U:
        erase(LINE_BYTES);
        break;
    case BACKSPACE:
    case DELETE:
        erase(1);
        break;
    default:
        edit(c == '\r' ? '\n' : c);
    }
}

void console_interrupt(void)
{
    for (int c = uart_get(); c >= 0; c = uart_get())
        type((char)c);
}

bool console_is_polled(void)
{
    return console.is_polled;
}

void console_poll(void)
{
    if (!console.is_polled)
        return;
    if (console.has_uart)
        console_interrupt();
    else
        for (int c = sbi_get(); c >= 0; c = sbi_get())
            type((char)c);
}

int64_t console_read(uint64_t user, uint64_t n)
{
    while (console.read == console.committed)
        if (!sched_block(&console.readers))
            return -EINTR;
    for (uint64_t done = 0; done < n; done++) {
        if (console.read == console.committed)
            return (int64_t)done;
        char c = console.typed[console.read % TYPED_BYTES];
        if (c == END_OF_FILE && done > 0)
            return (int64_t)done; /* the next read finds it at the start */
        if (c != END_OF_FILE && !copy_to_user(user + done, &c, 1))
            return done ? (int64_t)done : -EFAULT;
        console.read++;
        if (c == END_OF_FILE)
            return 0;
        if (c == '\n')
            return (int64_t)done + 1;
    }
    return (int64_t)n;
}

int64_t console_write(uint64_t user, uint64_t n)
{
    char piece[64];
    for (uint64_t done = 0; done < n;) {
        uint64_t size = n - done < sizeof piece ? n - done : sizeof piece;
        if (!copy_from_user(piece, user + done, size))
            return done ? (int64_t)done : -EFAULT;
        for (uint64_t i = 0; i < size; i++)
            console_put(piece[i]);
        done += size;
    }
    return (int64_t)n;
}

void console_set_foreground(int group)
{
    console.foreground = group;
}
