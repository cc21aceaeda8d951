/* Physical memory protection: which bytes a mode may touch, by sixteen entries that M writes
 * (Privileged 3.7). Pure functions on the registers' values.
 *
 * The granularity is four bytes. The entries are checked by everything that reaches memory:
 * fetches, loads, stores, and the page-table walk, which counts as S. */
#ifndef PMP_H
#define PMP_H

#include "hart.h"
#include "port.h"

/* A byte of pmpcfg, one an entry. */
#define PMP_R 0x1
#define PMP_W 0x2
#define PMP_X 0x4
#define PMP_A 0x18
#define PMP_TOR 0x08
#define PMP_NA4 0x10
#define PMP_NAPOT 0x18
#define PMP_L 0x80

/* pmpaddr holds bits 55:2 of an address. */
#define PMP_ADDRESS ((uint64_t)0x003fffffffffffff)

/* True when one access of a hart in `mode` (the effective one, under MPRV) to [pa, pa + size) is
 * allowed: by the lowest entry that matches any of its bytes, which must match all of them; by
 * none, it is for M alone. `needs` is of PMP_R, PMP_W, PMP_X. Where a whole page is allowed, each
 * access within it is. */
bool pmp_allows(const struct pmp *pmp, enum mode mode, uint64_t pa, uint64_t size, unsigned needs);

/* What an access needs. W implies R, so W says all of an AMO. */
unsigned pmp_needs(enum access why);

/* The value of pmpcfg register `index` (0 or 1: pmpcfg0, pmpcfg2) after a write of `value`, and of
 * pmpaddr `index`: locked entries keep theirs, and a TOR entry's lock holds the address below it.
 */
uint64_t pmp_cfg_written(const struct pmp *pmp, unsigned index, uint64_t value);
uint64_t pmp_address_written(const struct pmp *pmp, unsigned index, uint64_t value);

/* Opens all memory to S and U by the first entry, as firmware does. */
void pmp_open(struct pmp *pmp);

#endif
