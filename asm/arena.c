/* Memory and name tables of an assembly. */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(16) char bytes[];
};

enum { BLOCK = 256 * 1024, ALIGN = 16 };

static void *need(void *memory)
{
    if (memory)
        return memory;
    fputs("trapeze as: out of memory\n", stderr);
    exit(1);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (size > arena->left) {
        size_t room = size > BLOCK ? size : BLOCK;
        struct arena_block *block = need(calloc(1, sizeof *block + room));
        *block = (struct arena_block){.next = arena->blocks, .size = room};
        arena->blocks = block;
        arena->left = room;
    }
    char *at = arena->blocks->bytes + arena->blocks->size - arena->left;
    arena->left -= size;
    arena->total += size;
    return at;
}

char *arena_text(struct arena *arena, struct text text)
{
    char *copy = arena_alloc(arena, text.size + 1);
    memcpy(copy, text.at, text.size);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

void *array_grow(void *array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return array;
    *room = count < 8 ? 16 : count * 2;
    return need(realloc(array, *room * each));
}

static uint32_t hash(struct text name)
{
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < name.size; i++)
        value = (value ^ (unsigned char)name.at[i]) * 16777619u;
    return value;
}

static struct table_entry *find_entry(const struct table *table, struct text name, uint32_t value)
{
    size_t at = value & (table->room - 1);
    for (;; at = (at + 1) & (table->room - 1)) {
        struct table_entry *entry = &table->entries[at];
        bool is_it = entry->hash == value && entry->name.size == name.size && entry->name.at &&
                     memcmp(entry->name.at, name.at, name.size) == 0;
        if (is_it || !entry->name.at)
            return entry;
    }
}

static void grow(struct table *table)
{
    struct table old = *table;
    table->room = old.room ? old.room * 2 : 256;
    table->entries = need(calloc(table->room, sizeof *table->entries));
    for (size_t i = 0; i < old.room; i++)
        if (old.entries[i].name.at)
            *find_entry(table, old.entries[i].name, old.entries[i].hash) = old.entries[i];
    free(old.entries);
}

void **table_at(struct table *table, struct text name)
{
    if (table->count * 2 >= table->room)
        grow(table);
    uint32_t value = hash(name);
    struct table_entry *entry = find_entry(table, name, value);
    if (!entry->name.at) {
        *entry = (struct table_entry){name, value, NULL};
        table->count++;
    }
    return &entry->thing;
}

void *table_find(const struct table *table, struct text name)
{
    return table->room ? find_entry(table, name, hash(name))->thing : NULL;
}

void table_free(struct table *table)
{
    free(table->entries);
    *table = (struct table){0};
}
