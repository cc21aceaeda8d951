/* The console: characters out, lines in. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

/* Moves from the firmware's console to the machine's own devices. */
void console_init(void);

/* Shows a character; a newline starts a line at its left end. */
void console_put(char c);

/* Reads what was typed, at most one line: waits for its end. 0 after ^D at the start of a line. */
int64_t console_read(uint64_t user, uint64_t n);

int64_t console_write(uint64_t user, uint64_t n);

/* ^C kills this group of processes; 0: none. */
void console_set_foreground(int group);

/* Takes what the UART has received. */
void console_interrupt(void);

/* True if no interrupt tells of input, so that console_poll must be called now and then. */
bool console_is_polled(void);
void console_poll(void);

#endif
