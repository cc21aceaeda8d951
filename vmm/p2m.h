/* The p2m: from guest-physical to host-physical addresses. The VMM's own word on which frames a VM
 * has, and what it may do with them.
 *
 * It has the shape of an Sv39 page table over gpas, kept in frames of the VMM: a leaf of 2 MiB
 * where a whole chunk is the VM's, of 4 KiB otherwise. What has no entry is no memory; a hole is
 * memory whose frame was taken away. No hardware walks it, so an entry has room for the reasons
 * for which the VMM wants to hear of a store (SHADOW_REASONS). */
#ifndef P2M_H
#define P2M_H

#include <stdbool.h>

#include "address.h"
#include "hw.h"

/* Why a shadow entry allows less than the guest's entry (P18). An entry whose guest's leaf grants W
 * has it just when no reason is left; each mechanism adds and takes back its own, so none undoes
 * another. A PTE has two bits for software, so the reasons stand beside the entry. */
#define SHADOW_CLEAN 0x100 /* the guest's D is 0, and its first store must set it */
#define SHADOW_HELD 0x200  /* the p2m, the PMP or a reservation does not allow it */
#define SHADOW_TRACED                                                                              \
    0x400                    /* the frame is a table of the guest: its policy hears of each store  \
                              */
#define SHADOW_LOGGED 0x800  /* whoever copies the frame wants to know of the next store */
#define SHADOW_SHARED 0x1000 /* another has the frame too: a store makes a copy first */
#define SHADOW_REASONS 0x1f00

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
    unsigned reasons;
    int level; /* of the leaf: 0 or 1 */
};

/* Frames that tables for `bytes` of guest memory can take, at the most, with leaves of 4 KiB. */
uint64_t p2m_table_frames(uint64_t bytes);

/* An empty p2m, which takes its tables from [tables, tables + count frames). */
void p2m_init(struct p2m *p2m, struct hw *hw, hpa_t tables, uint64_t count);

/* Maps the page of `level` at `gpa` to `hpa`, both aligned to it, without reasons. Of what is there
 * already, the rest stays. */
void p2m_map(struct p2m *p2m, gpa_t gpa, hpa_t hpa, int level, unsigned perms);

/* True: *entry. False: the gpa is not the VM's memory. */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry);

/* Changes the reasons of the page of 4 KiB at `gpa`, which is mapped. */
void p2m_reason(struct p2m *p2m, gpa_t gpa, unsigned reasons);

/* Makes the page of 4 KiB at `gpa`, which is mapped, a hole; and the permissions that it will have
 * when it is none any more, 0 where there is no hole. */
void p2m_punch(struct p2m *p2m, gpa_t gpa);
unsigned p2m_hole(const struct p2m *p2m, gpa_t gpa);

#endif
