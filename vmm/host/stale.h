/* Page-table entries that a guest replaced and has not fenced (P43).
 *
 * Until its fence, such an entry may be seen old or new. The coherent bare machine sees it new, a
 * shadow may still be old; lockstep asks here whether the guest depends on it. */
#ifndef STALE_H
#define STALE_H

#include <stdbool.h>
#include <stdint.h>

#include "sv39.h"

enum { STALE_ROOM = 16384, STALE_SLOTS = 4 * STALE_ROOM, STALE_SPACES = 1024 };

struct replacement {
    uint64_t pa; /* of the entry */
    uint64_t when;
};

struct fence { /* of one address */
    bool all_asids;
    uint64_t va, asid;
    uint64_t when;
};

/* An address space, and when it was first walked since a fence of all its addresses: what was
 * replaced before then is nothing to it.
 */
struct born {
    uint64_t satp;
    uint64_t when;
};

struct stale {
    struct replacement entry[STALE_ROOM];
    struct fence fence[STALE_ROOM]; /* since the oldest entry, in order */
    uint16_t slot[STALE_SLOTS];     /* hash of pa to entry, plus one */
    unsigned entries, fences;
    struct born space[STALE_SPACES];
    unsigned spaces;
    bool is_full; /* there were too many: any use may be one */
    uint64_t now;
    bool was_used; /* an entry was used that no fence had covered; the user clears it */
};

void stale_clear(struct stale *stale);
void stale_copy(struct stale *to, const struct stale *from);

/* The entry at `pa` was replaced. */
void stale_replaced(struct stale *stale, uint64_t pa);

/* The guest executed sfence.vma. */
void stale_fenced(struct stale *stale, bool all_va, uint64_t va, bool all_asids, uint64_t asid);

/* The tables of `satp` were walked for `va`. */
void stale_walked(struct stale *stale, uint64_t satp, uint64_t va, const struct walk *walk);

#endif
