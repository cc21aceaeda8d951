/* The three address spaces: stretches of guest-virtual memory, and where they lead. */
#ifndef MAP_H
#define MAP_H

#include "debugger.h"

/* A stretch of guest-virtual addresses that leads to one of guest-physical ones, with one set of
 * rights. */
struct stretch {
    uint64_t gva, gpa, hpa, size;
    uint64_t perms;    /* of PTE_R, W, X, U */
    bool is_memory;    /* it leads to an hpa */
    bool is_scattered; /* and on to others that do not follow on: hpa is the first */
    bool is_shadowed;  /* some of it is in the shadow that is in force */
};

enum { STRETCHES = 256 };
struct map {
    struct stretch stretch[STRETCHES];
    unsigned count;
    bool is_cut; /* there are more */
};

/* Finds the stretches of the space that the session's hart is in. */
void map_find(struct debugger *debugger, struct map *map);

/* Its rights as letters, u r w x. */
const char *map_rights(const struct stretch *stretch, char text[5]);

/* Draws it as SVG. */
void map_svg(FILE *file, const struct map *map, const struct debugger *debugger);

#endif
