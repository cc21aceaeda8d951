/* The table that a bench prints. */
#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>

#include "measure.h"

/* The table's heading. */
void table_head(FILE *out);

/* One benchmark: a line a side, the first with the name. */
void table_print(FILE *out, const char *name, const struct side *sides, unsigned count,
                 const struct figures *figures);

#endif
