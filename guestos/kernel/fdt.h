/* Reads a flattened device tree (Devicetree Specification 0.3, chapter 5). */
#ifndef FDT_H
#define FDT_H

#include <stdbool.h>
#include <stdint.h>

struct fdt {
    const uint8_t *structure; /* the tokens */
    uint32_t structure_bytes;
    const char *strings; /* names of properties */
};

/* A node is the offset of its token; a node that does not exist is FDT_NONE. */
enum { FDT_NONE = -1, FDT_ROOT = 0 };

/* Opens the tree at this address; false if there is none. */
bool fdt_open(struct fdt *fdt, const void *blob);

/* The node after this one in the order of the tree, and in *depth its level (the root's is 0). */
int fdt_next(const struct fdt *fdt, int node, int *depth);

/* The node's name, with its unit address. */
const char *fdt_name(const struct fdt *fdt, int node);

/* The property's bytes, and their number in *length; NULL if the node has none of that name. */
const void *fdt_property(const struct fdt *fdt, int node, const char *name, uint32_t *length);

/* The first node whose property of this name holds this string in its list. */
int fdt_find(const struct fdt *fdt, const char *name, const char *value);

/* The big-endian number in one or two cells, starting at cell `index`. */
uint64_t fdt_cells(const void *property, unsigned index, unsigned cells);

#endif
