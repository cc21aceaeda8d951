/* Names and source lines of what runs: ELF symbols by libelf, lines and frames by libdw.
 *
 * Several files can be known at once, the kernel and programs of its: the one added last is asked
 * first. A file that is broken has fewer names; it cannot do harm. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
    uint64_t address, size;
    const char *name;
    bool is_code;
};

struct line {
    uint64_t address;
    const char *file; /* NULL: what follows has no lines */
    int number;
};

struct symbol_file {
    struct symbol_file *next;
    char *path;
    int fd;
    Elf *elf;
    Dwarf *dwarf;          /* NULL: no debugging information */
    struct symbol *symbol; /* by address */
    size_t symbols;
    struct line *line; /* by address */
    size_t lines;
};

struct symbols {
    struct symbol_file *files; /* the last added first */
};

/* Adds the names of the ELF file at `path`. False: one line in `error`. */
bool symbols_add(struct symbols *symbols, const char *path, char *error, size_t error_size);
void symbols_free(struct symbols *symbols);

/* The symbol that `address` lies in, and how far; NULL: none. */
const char *symbols_at(const struct symbols *symbols, uint64_t address, uint64_t *offset);

/* The value of a symbol. */
bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *value);

/* The `n`th symbol whose name starts with `prefix`; NULL: there are no more. */
const char *symbols_complete(const struct symbols *symbols, const char *prefix, unsigned n);

/* The source line of an address; NULL: unknown. */
const struct line *symbols_line(const struct symbols *symbols, uint64_t address);

/* The first address of line `number`, or of the next that has code, in the file that ends in
 * `file`. */
bool symbols_line_address(const struct symbols *symbols, const char *file, int number,
                          uint64_t *address);

#endif
