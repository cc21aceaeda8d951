/* Copies between the kernel and the current process's memory. User addresses are plain numbers
 * here, so that no one reads through them by accident. */
#ifndef USERCOPY_H
#define USERCOPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if all of these n bytes lie in the user half; mapped or not. */
bool is_user_range(uint64_t address, uint64_t n);

/* Copy n bytes. False, and any part copied, if the process may not access all of them. */
bool copy_to_user(uint64_t user, const void *from, size_t n);
bool copy_from_user(void *to, uint64_t user, size_t n);

/* Copies a string with its zero into size bytes. Its length, or -EFAULT, or -ENAMETOOLONG if it
 * does not fit. */
int64_t string_from_user(char *to, uint64_t user, size_t size);

/* True if a fault at this kernel address is one of a copy: the process's fault. */
bool usercopy_owns(uint64_t pc);

/* Where such a copy goes on to report failure. */
uint64_t usercopy_failure(void);

#endif
