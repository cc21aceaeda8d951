/* Comparing two harts or two platforms that should be the same: what lockstep and the tests of the
 * engines ask. Field by field, because structs have holes. */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdio.h>

#include "platform.h"

/* What came of a comparison so far. */
struct comparison {
    FILE *out; /* gets a line for each thing that differs; NULL: only find out */
    bool differs;
};

void compare(struct comparison *c, const char *name, uint64_t a, uint64_t b);

/* Registers, mode, reservation and every CSR. The ports give CSRs such as time. */
void compare_harts(struct comparison *c, const struct hart *a, struct port *port_of_a,
                   const struct hart *b, struct port *port_of_b);

/* Clock, devices, console and whose turn it is. */
void compare_platforms(struct comparison *c, const struct platform_state *a,
                       const struct platform_state *b);

#endif
