/* The name nearest to one that somebody mistyped. */
#ifndef NEAR_H
#define NEAR_H

#include "names.h"

struct near {
    struct text typed;
    unsigned least;
    char name[24]; /* empty: none was near */
};

struct near near_begin(struct text typed);

/* Keeps the name if it is nearer than those before. */
void near_try(struct near *near, const char *name);

#endif
