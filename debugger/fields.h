/* The fields of CSRs, as csr.def names them. */
#ifndef FIELDS_H
#define FIELDS_H

#include "csr.h"

struct field {
    char name[16];
    unsigned high, low;
};

/* The next field in the text of a row, which *at goes through; false: no more. */
bool field_next(const char **at, struct field *field);

/* The field of that name. */
bool csr_field(const struct csr_info *info, const char *name, struct field *field);

static inline uint64_t field_of(uint64_t bits, struct field field)
{
    unsigned width = field.high - field.low + 1;
    return bits >> field.low & (width < 64 ? ((uint64_t)1 << width) - 1 : ~(uint64_t)0);
}

#endif
