/* The operations as a table, for a port. */
#include "arith.h"
#include "fp_ops.h"

const struct fp_ops fp_ops = {
    .add = fp_add,
    .mul = fp_mul,
    .div = fp_div,
    .sqrt = fp_sqrt,
    .fma = fp_fma,
    .min = fp_min,
    .max = fp_max,
    .eq = fp_eq,
    .lt = fp_lt,
    .le = fp_le,
    .to_int = fp_to_int,
    .from_int = fp_from_int,
    .convert = fp_convert,
};
