/* Names of CSRs: those of csr.def, and those that programs for other machines use. */
#ifndef CSR_NAMES_H
#define CSR_NAMES_H

#include "near.h"

/* The number of a CSR of the machine; -1: none has this name. */
int csr_names_find(struct text name);

/* Writes the name of CSR `number`. False: the machine has none of this number. */
bool csr_names_of(unsigned number, char *name, size_t size);

/* The same, for those of other machines, too. */
int csr_names_find_any(struct text name);
bool csr_names_of_any(unsigned number, char *name, size_t size);

/* Tries the names of any machine. */
void csr_names_try_near(struct near *near);

#endif
