/* Mirrors of the guest's tables, for the policies that trace them. */
#ifndef SHADOW_MIRROR_H
#define SHADOW_MIRROR_H

#include "shadow_pages.h"

/* Stores to a table without a walk of it, until it is taken for one no more (P13). */
enum { MIRROR_PATIENCE = 4 };

/* Bytes within one page of the table at `gpa` were written: the mirrors follow. */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size);

/* The frame is no table any more: its mirrors go. */
void mirror_end(struct shadows *shadows, gpa_t gpa);

/* True when the frame is a table of the lowest level only. */
bool mirror_is_leaf_table(const struct shadows *shadows, gpa_t gpa);

/* The table runs ahead of its mirrors from now on, until mirror_catch_up, by which it is traced. */
void mirror_be_late(struct shadows *shadows, gpa_t gpa);
void mirror_catch_up(struct shadows *shadows, gpa_t gpa);

/* Brings up to date, of the mirrors of late tables, what a fence names. */
void mirror_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid);

/* And what is in the address space that a vcpu goes on in. */
void mirror_activate(struct shadows *shadows, uint64_t asid);

#endif
