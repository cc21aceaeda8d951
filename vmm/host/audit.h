/* The auditor: after exits, and of everything: each shadow leaf is recomputed from the guest's
 * tables, the p2m and the view, by code of its own (audit_walk.h), and the books of the shadows are
 * gone through: pages, reverse map, mirrors, reasons, owners.
 *
 * A leaf may be older than the tables where the policy may (P10, P43). So a leaf is judged when it
 * is filled, when there is but one state of the tables that could explain it, and the verdict is
 * kept. Later it must either hold still, or have been right once, in an active address space, with
 * no fence since that covers it. Where a policy is coherent, nothing older is excused. */
#ifndef AUDIT_H
#define AUDIT_H

#include "vm.h"

struct audit;

/* An auditor of `vm`, which tells it of fills, fences and entries from now on. It goes through
 * everything at every `every`th entry of a vcpu, and what is wrong ends the program with a line on
 * standard error. NULL: no memory. */
struct audit *audit_new(struct vm *vm, uint64_t every);
void audit_free(struct audit *audit);

/* Goes through everything now. What is wrong, in words that stay until the next call; NULL:
 * nothing. */
const char *audit_check(struct audit *audit);

/* How often it went through everything. */
uint64_t audit_count(const struct audit *audit);

#endif
