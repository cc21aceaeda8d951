/* Files that the user names. Each function complains on standard error, in one line that names the
 * file. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads all of a file; the caller frees it. NULL: it said why. */
uint8_t *file_read(const char *path, size_t *size);

/* Writes a file whole or not at all: beside, sync, rename. What is no regular file, as a device or
 * a pipe, is written to in its place. */
bool file_write(const char *path, const void *bytes, size_t size);

#endif
