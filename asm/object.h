/* What linking at home (image.c) shares with the object. */
#ifndef OBJECT_H
#define OBJECT_H

#include "as.h"

/* True when other files see the symbol, or must define it. */
bool object_is_global(const struct symbol *symbol);

#endif
