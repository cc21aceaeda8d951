/* Disassembly of a whole object or program, section by section, with its symbols. */
#ifndef DIS_FILE_H
#define DIS_FILE_H

#include <stdio.h>

#include "dis.h"

/* Writes the listing of an ELF file's code, or of the section named (NULL: all that hold code).
 * False: it is no ELF file of RISC-V, or has no such section; *why says which. */
bool dis_elf(struct dis *dis, uint8_t *bytes, size_t size, const char *section, FILE *out,
             const char **why);

/* Writes the listing of bytes that begin at address `pc`. */
void dis_flat(struct dis *dis, const uint8_t *bytes, size_t size, uint64_t pc, FILE *out);

#endif
