/* The listing: address, bytes and source of each line. */
#ifndef LISTING_H
#define LISTING_H

#include "as.h"

/* Notes where a line begins and ends; nothing without --listing. */
void listing_begin(struct as *as);
void listing_end(struct as *as);

void listing_write(struct as *as, FILE *out);
void listing_free(struct as *as);

#endif
