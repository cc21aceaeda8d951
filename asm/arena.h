/* Memory that lives as long as one assembly, and hash tables of names in it. */
#ifndef ARENA_H
#define ARENA_H

#include "names.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t left;  /* of the newest block */
    size_t total; /* bytes given out */
};

/* `size` zeroed bytes, for any type. A host without memory ends the program: there is nothing that
 * an assembly could do without it. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of a text, with a zero at its end. */
char *arena_text(struct arena *arena, struct text text);

void arena_free(struct arena *arena);

/* realloc for arrays that grow, in powers of two; the caller frees them. */
void *array_grow(void *array, size_t count, size_t *room, size_t each);

/* A table from names to things. It keeps the texts that it is given. */
struct table_entry {
    struct text name;
    uint32_t hash;
    void *thing;
};
struct table {
    struct table_entry *entries;
    size_t room, count;
};

/* The place of a name's thing, NULL in it where the name is new. Valid until the next call. */
void **table_at(struct table *table, struct text name);
void *table_find(const struct table *table, struct text name);
void table_free(struct table *table);

#endif
