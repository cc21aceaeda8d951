/* Reads a flattened device tree. The one idea: the tree is a string of tokens, each four bytes,
 * with a name after "begin node" and a value after "property"; step() is the only function that
 * knows their lengths. */
#include "fdt.h"

#include <stddef.h>

#include "string.h"

enum token { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };
enum { MAGIC = 0xd00dfeed };

static uint32_t word(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t round_up(uint32_t n)
{
    return (n + 3) & ~3U;
}

static uint32_t token_at(const struct fdt *fdt, uint32_t at)
{
    return at + 4 <= fdt->structure_bytes ? word(fdt->structure + at) : END;
}

/* The offset of the token after the one at this offset. */
static uint32_t step(const struct fdt *fdt, uint32_t at)
{
    switch (token_at(fdt, at)) {
    case BEGIN_NODE:
        return round_up(at + 4 + (uint32_t)strlen((const char *)fdt->structure + at + 4) + 1);
    case PROPERTY:
        return round_up(at + 12 + word(fdt->structure + at + 4));
    default:
        return at + 4;
    }
}

bool fdt_open(struct fdt *fdt, const void *blob)
{
    const uint8_t *header = blob;
    if (!header || word(header) != MAGIC)
        return false;
    fdt->structure = header + word(header + 8);
    fdt->strings = (const char *)header + word(header + 12);
    fdt->structure_bytes = word(header + 36);
    return true;
}

int fdt_next(const struct fdt *fdt, int node, int *depth)
{
    uint32_t at = step(fdt, (uint32_t)node);
    for (;; at = step(fdt, at)) {
        switch (token_at(fdt, at)) {
        case BEGIN_NODE:
            ++*depth;
            return (int)at;
        case END_NODE:
            --*depth;
            break;
        case PROPERTY:
        case NOP:
            break;
        default:
            return FDT_NONE;
        }
    }
}

const char *fdt_name(const struct fdt *fdt, int node)
{
    return (const char *)fdt->structure + node + 4;
}

const void *fdt_property(const struct fdt *fdt, int node, const char *name, uint32_t *length)
{
    uint32_t at = step(fdt, (uint32_t)node);
    for (;; at = step(fdt, at)) {
        uint32_t token = token_at(fdt, at);
        if (token == NOP)
            continue;
        if (token != PROPERTY)
            return NULL;
        if (strcmp(fdt->strings + word(fdt->structure + at + 8), name) == 0) {
            *length = word(fdt->structure + at + 4);
            return fdt->structure + at + 12;
        }
    }
}

static bool list_has(const char *list, uint32_t length, const char *value)
{
    for (uint32_t at = 0; at < length; at += (uint32_t)strlen(list + at) + 1)
        if (strcmp(list + at, value) == 0)
            return true;
    return false;
}

int fdt_find(const struct fdt *fdt, const char *name, const char *value)
{
    int depth = 0;
    for (int node = FDT_ROOT; node != FDT_NONE; node = fdt_next(fdt, node, &depth)) {
        uint32_t length;
        const char *list = fdt_property(fdt, node, name, &length);
        if (list && list_has(list, length, value))
            return node;
    }
    return FDT_NONE;
}

uint64_t fdt_cells(const void *property, unsigned index, unsigned cells)
{
    const uint8_t *p = (const uint8_t *)property + 4 * index;
    return cells == 2 ? (uint64_t)word(p) << 32 | word(p + 4) : word(p);
}
