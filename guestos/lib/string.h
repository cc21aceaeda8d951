/* Memory and strings, for the kernel and for programs. The compiler calls the mem functions of
 * its own accord; they have their usual contracts. */
#ifndef STRING_H
#define STRING_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
const char *strchr(const char *s, char c);

/* Copies at most size - 1 characters and always ends with a zero. False if s did not fit. */
bool string_copy(char *to, const char *s, size_t size);

/* True if s begins with prefix. */
bool string_starts(const char *s, const char *prefix);

#endif
