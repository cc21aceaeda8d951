/* The operations of struct fp_ops, by file. */
#ifndef ARITH_H
#define ARITH_H

#include "fp.h"

/* arith.c */
uint64_t fp_add(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_mul(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_div(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_sqrt(struct fp_env *env, enum fp_format format, uint64_t a);
uint64_t fp_fma(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b, uint64_t c);

/* compare.c */
uint64_t fp_min(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_max(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_eq(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_lt(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
uint64_t fp_le(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);

/* convert.c */
uint64_t fp_to_int(struct fp_env *env, enum fp_format format, uint64_t a, enum fp_integer to);
uint64_t fp_from_int(struct fp_env *env, enum fp_format format, uint64_t a, enum fp_integer from);
uint64_t fp_convert(struct fp_env *env, enum fp_format to, enum fp_format from, uint64_t a);

#endif
