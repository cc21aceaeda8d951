/* The port: all that a hart can reach outside itself, as callbacks.
 *
 * The board implements it on RAM and a bus, the VMM on a VM's frames and virtual devices, tests
 * on an array. Addresses are physical in the space of whoever implements it. */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Why memory is touched. It decides permissions, causes, and what a device accepts. */
enum access {
    ACCESS_FETCH,
    ACCESS_LOAD,
    ACCESS_STORE,
    ACCESS_LR,   /* a load, but only of RAM, and only aligned */
    ACCESS_AMO,  /* AMO and SC: need R and W, report store causes (P09) */
    ACCESS_WALK, /* the page-table walker's own reads and updates */
};

struct fp_ops;
/* What a CSR write can change that others have derived from the hart. */
enum change {
    CHANGE_TIMER,      /* stimecmp or menvcfg.STCE: the wire of STIP, and when it will change */
    CHANGE_PROTECTION, /* a PMP register: which memory may be reached */
};

struct walk;

struct port {
    /* Reads or writes `size` bytes (1, 2, 4 or 8) at `pa`, which they do not cross a page from.
     * False: an access fault. A device refuses FETCH, LR, AMO and WALK, and misaligned accesses. */
    bool (*load)(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t *value);
    bool (*store)(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t value);
    /* The time CSR, in ticks of the timebase. */
    uint64_t (*time)(struct port *port);
    /* sfence.vma: translations of `va` (of all addresses when all_va) under `asid` (under all when
     * all_asids) that were read before must not be used again. */
    void (*fence)(struct port *port, bool all_va, uint64_t va, bool all_asids, uint64_t asid);
    /* Told of a CSR write, after it. May be NULL. */
    void (*changed)(struct port *port, enum change what);
    /* Told of every walk for `va`, whatever came of it, for those who cache translations. May be
     * NULL. */
    void (*walked)(struct port *port, uint64_t va, const struct walk *walk);
    /* Floating-point arithmetic. NULL: there is none, and it is illegal. */
    const struct fp_ops *fp;
};

#endif
