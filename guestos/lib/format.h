/* The heart of every printf: turns a format and its arguments into characters. */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdarg.h>

/* Gives the characters one by one to put(sink, c). Knows %d %u %x %s %c %%, the length l, the
 * flags 0 and -, and a width. */
void format(void (*put)(void *sink, char c), void *sink, const char *text, va_list arguments);

#endif
