/* Arithmetic of F and D, exact to the bit: the implementation of fp.h's interface. */
#ifndef FP_OPS_H
#define FP_OPS_H

#include "fp.h"

extern const struct fp_ops fp_ops;

#endif
