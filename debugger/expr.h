/* Expressions over the machine's state: registers, CSRs and their fields, symbols, memory at each
 * level, and walks.
 *
 *   sp + 16   csr.sstatus.SPP == 1   *(u64*)sp   u32(gpa:0x80000000)   walk(0x1000, w).pa
 *
 * C's operators with C's precedence, on 64 bits. A symbol stands for its address. Evaluating
 * changes nothing; only a place, what stands left of `=` in set, can be written. */
#ifndef EXPR_H
#define EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target.h"

struct debugger;

/* Where a value came from, for who wants to change it. */
enum place { PLACE_NONE, PLACE_X, PLACE_F, PLACE_PC, PLACE_CSR, PLACE_MEMORY };

struct value {
    uint64_t bits;
    unsigned size; /* bytes: of what was loaded or cast to; 8 otherwise */
    bool is_signed;
    enum level level; /* of the address that it is */
    unsigned points;  /* size of what it points to; 0: it is no pointer */
    bool points_signed;
    enum place place;
    unsigned index; /* of the register, or number of the CSR */
    uint64_t address;
};

struct expr_error {
    char text[160];
};

/* Evaluates all of `text`, or up to `*end` where `end` is given: the first character that is not
 * part of it. False: `error` names the token and what is wrong with it. */
bool expr_eval(struct debugger *debugger, const char *text, const char **end, struct value *value,
               struct expr_error *error);

/* A function of one address, for an access that `why` says (r, w, x); `member` of it is wanted. */
struct expr_call {
    const char *name;
    const struct value *args;
    unsigned count;
    char why;
    const char *member;
};

/* expr_names.c: what a name, and a function, stand for. */
bool expr_name(struct debugger *debugger, const char *name, struct value *value,
               struct expr_error *error);
bool expr_function(struct debugger *debugger, const struct expr_call *call, struct value *value,
                   struct expr_error *error);
bool expr_is_function(const char *name);

/* The size and sign that a type's name says: u8 to u64, s8 to s64. */
bool expr_type(const char *name, unsigned *size, bool *is_signed);

/* Loads what stands at an address. */
bool expr_load(struct debugger *debugger, enum level level, uint64_t address, unsigned size,
               bool is_signed, struct value *value, struct expr_error *error);

__attribute__((format(printf, 2, 3))) bool expr_wrong(struct expr_error *error, const char *format,
                                                      ...);

#endif
