/* The p2m: from guest-physical to host-physical addresses. The VMM's own word on which frames a VM
 * has, and what it may do with them.
 *
 * It has the shape of an Sv39 page table over gpas, kept in frames of the VMM: a leaf of 2 MiB
 * where a whole chunk is the VM's, of 4 KiB otherwise. What has no entry is no memory. */
#ifndef P2M_H
#define P2M_H

#include <stdbool.h>

#include "address.h"
#include "hw.h"

struct p2m {
    struct hw *hw;
    hpa_t root;
    /* Where frames for tables come from. */
    hpa_t next_table, end_tables;
};

/* What the p2m says of one gpa. */
struct p2m_entry {
    hpa_t hpa;      /* of the byte asked for */
    unsigned perms; /* of PTE_R, PTE_W, PTE_X */
    int level;      /* of the leaf: 0 or 1 */
};

/* Frames that tables for `bytes` of guest memory can take, at the most, with leaves of 4 KiB. */
uint64_t p2m_table_frames(uint64_t bytes);

/* An empty p2m, which takes its tables from [tables, tables + count frames). */
void p2m_init(struct p2m *p2m, struct hw *hw, hpa_t tables, uint64_t count);

/* Maps the page of `level` at `gpa` to `hpa`, both aligned to it. There is none there yet. */
void p2m_map(struct p2m *p2m, gpa_t gpa, hpa_t hpa, int level, unsigned perms);

/* True: *entry. False: the gpa is not the VM's memory. */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry);

#endif
