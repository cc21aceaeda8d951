/* Memory and strings. The one idea: move eight bytes at a time when both ends are aligned,
 * because a page is copied or cleared on nearly every page fault. */
#include "string.h"

#include <stdint.h>

static bool is_aligned(uintptr_t bits)
{
    return bits % sizeof(uint64_t) == 0;
}

void *memcpy(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (is_aligned((uintptr_t)t | (uintptr_t)f)) {
        for (; n >= 32; n -= 32, t += 32, f += 32) {
            uint64_t *t8 = (uint64_t *)t;
            const uint64_t *f8 = (const uint64_t *)f;
            uint64_t a = f8[0], b = f8[1], c = f8[2], d = f8[3];
            t8[0] = a;
            t8[1] = b;
            t8[2] = c;
            t8[3] = d;
        }
        for (; n >= 8; n -= 8, t += 8, f += 8)
            *(uint64_t *)t = *(const uint64_t *)f;
    }
    while (n--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if ((uintptr_t)to - (uintptr_t)from >= n)
        return memcpy(to, from, n);
    unsigned char *t = to;
    const unsigned char *f = from;
    while (n--)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    unsigned char *t = to;
    if (is_aligned((uintptr_t)t)) {
        uint64_t pattern = 0x0101010101010101 * (uint64_t)(unsigned char)byte;
        for (; n >= 64; n -= 64, t += 64) {
            uint64_t *t8 = (uint64_t *)t;
            t8[0] = t8[1] = t8[2] = t8[3] = pattern;
            t8[4] = t8[5] = t8[6] = t8[7] = pattern;
        }
    }
    while (n--)
        *t++ = (unsigned char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

const char *strchr(const char *s, char c)
{
    for (; *s; s++)
        if (*s == c)
            return s;
    return c == 0 ? s : NULL;
}

bool string_copy(char *to, const char *s, size_t size)
{
    size_t n = strlen(s);
    bool fits = n < size;
    if (!fits)
        n = size - 1;
    memcpy(to, s, n);
    to[n] = 0;
    return fits;
}

bool string_starts(const char *s, const char *prefix)
{
    while (*prefix)
        if (*s++ != *prefix++)
            return false;
    return true;
}
