/* Copies between the kernel and the current process's memory. The addresses are checked here
 * against the user half; whether they are mapped is left to the page fault, because the answer
 * may be to map them. The loops are in entry.S. */
#include "usercopy.h"

#include "abi.h"

extern char user_access_start[], user_access_end[], user_fault[];
long user_copy(void *to, const void *from, size_t n);
long user_string(char *to, const char *from, size_t n);

/* True when the n bytes from `address` on all lie below USER_END. Lab 4, exercise 2. Both numbers
 * are the program's, so their sum may well be more than 64 bits hold. No bytes at all may lie at
 * USER_END, but not above it. */
bool is_user_range(uint64_t address, uint64_t n)
{
    return address <= USER_END && n <= USER_END - address;
}

bool copy_to_user(uint64_t user, const void *from, size_t n)
{
    return is_user_range(user, n) && user_copy((void *)user, from, n) == 0;
}

bool copy_from_user(void *to, uint64_t user, size_t n)
{
    return is_user_range(user, n) && user_copy(to, (const void *)user, n) == 0;
}

/* Copies a program's string, with the zero that ends it, to `to`, which has room for `size` bytes.
 * Lab 4, exercise 2.
 *
 * user_string() copies, at most as many bytes as it is told to, and gives the string's length; that
 * number itself if there was no zero among them; or -1 after a fault that could not be cured. It
 * does not ask what the program may touch, so it must never be told to go beyond USER_END. The
 * result is the length; -EFAULT when the string begins at or runs up to USER_END, or faults; and
 * -ENAMETOOLONG when size bytes do not hold it and its zero. */
int64_t string_from_user(char *to, uint64_t user, size_t size)
{
    if (user >= USER_END)
        return -EFAULT;
    size_t n = size < USER_END - user ? size : USER_END - user;
    long length = user_string(to, (const char *)user, n);
    if (length < 0 || ((size_t)length == n && n < size))
        return -EFAULT;
    return (size_t)length == n ? -ENAMETOOLONG : length;
}

bool usercopy_owns(uint64_t pc)
{
    return pc >= (uint64_t)user_access_start && pc < (uint64_t)user_access_end;
}

uint64_t usercopy_failure(void)
{
    return (uint64_t)user_fault;
}
