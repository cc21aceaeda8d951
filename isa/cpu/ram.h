/* RAM: one mapping of the host, allocated page by page as it is touched, and what is known of each
 * frame.
 *
 * The marks say why a store must take the slow way: a frame without marks may stand in the write
 * TLB, a marked one may not. That is all the coherence there is: caches are told by the store.
 *
 * A checkpoint marks every frame clean. Whoever is about to write to a clean frame says so
 * (ram_touch), and its old bytes are kept; going back copies those, and costs as much as was
 * written since. */
#ifndef RAM_H
#define RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_mark {
    FRAME_CODE = 1,   /* decoded blocks were made from it */
    FRAME_WALKED = 2, /* a page-table walk read it */
    FRAME_CLEAN = 4,  /* not written since the checkpoint */
    FRAME_TOLD = 8,   /* the platform is told of each store */
    FRAME_LOADED = 16 /* of a held disk (disk.h): the page is here, no longer in the file */
};

struct ram {
    uint8_t *bytes;
    uint64_t base, size; /* physical address and bytes, whole pages */
    uint64_t frames;
    uint8_t *marks; /* a set of enum frame_mark each */

    /* The checkpoint, where there is one: the frames written since, in the order of their first
     * write, and the page that each of them was, in the same order. */
    bool has_checkpoint;
    uint64_t *written;
    uint8_t *old;
    uint64_t written_count;
};

/* Maps `size` bytes (whole pages) of zeroed, lazily allocated memory at physical `base`. False: the
 * host has not that much; errno says why. */
bool ram_init(struct ram *ram, uint64_t base, uint64_t size);
void ram_free(struct ram *ram);

/* Gives all memory back to the host: every byte reads zero, as after power-on. A checkpoint stays
 * and can be gone back to. Other marks go; the caller drops caches. */
void ram_clear(struct ram *ram);

/* Makes the present contents the checkpoint, in place of an earlier one. The caller drops caches,
 * for clean frames may not stand in a write TLB. */
void ram_checkpoint(struct ram *ram);

/* Puts back what was written since the checkpoint, which stays. Returns how many pages that was.
 * The caller drops caches. */
uint64_t ram_rollback(struct ram *ram);

/* Gives the checkpoint up. */
void ram_forget(struct ram *ram);

/* `frame` (from 0), marked FRAME_CLEAN, is about to be written: keeps its bytes, takes the mark. */
void ram_touch(struct ram *ram, uint64_t frame);

/* The bytes at `pa` in the host, or NULL where [pa, pa + size) is not all RAM. */
static inline uint8_t *ram_at(const struct ram *ram, uint64_t pa, uint64_t size)
{
    uint64_t offset = pa - ram->base;
    return offset < ram->size && size <= ram->size - offset ? ram->bytes + offset : NULL;
}

#endif
