/* Names in assembly text: registers, rounding modes, fence sets. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of somebody's text. */
struct text {
    const char *at;
    size_t size;
};

bool text_is(struct text text, const char *word);

/* A decimal number below `limit`, of two digits at most, without leading zeros; -1: it is none. */
int text_number(struct text text, int limit);

/* The number of an x register by any of its names, or of an f register; -1: it is none. */
int names_x(struct text name);
int names_f(struct text name);

/* The ABI's or the numeric name of a register. */
const char *names_of_x(unsigned number, bool is_numeric);
const char *names_of_f(unsigned number, bool is_numeric);

/* A rounding mode (ISA table 11.1); -1: it is none. The name of one, or NULL. */
int names_rounding(struct text name);
const char *names_of_rounding(unsigned mode);

/* The bits of a fence set such as "rw" (ISA 2.7), letters in the order iorw; -1: it is none. */
int names_fence_set(struct text name);

/* Writes a fence set, which is not empty. */
void names_of_fence_set(unsigned set, char name[5]);

#endif
