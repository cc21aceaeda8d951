/* Messages on the console, and the last one. */
#ifndef PANIC_H
#define PANIC_H

/* printf for the kernel. */
__attribute__((format(printf, 1, 2))) void print(const char *text, ...);

/* Prints the message with the registers of the last trap, and powers off with a failure. */
__attribute__((format(printf, 1, 2))) _Noreturn void panic(const char *text, ...);

#endif
