/* What a view of a guest may do at an address, read from the manual once more.
 *
 * The auditor judges the shadow by this, and so it shares no code with what fills the shadow: not
 * isa/arch's walk and PMP check, not the p2m's lookup, not shadow_perms. */
#ifndef AUDIT_WALK_H
#define AUDIT_WALK_H

#include "vm.h"

/* What the tables say of one address now. */
struct audit_word {
    unsigned perms;    /* of PTE_R, PTE_W, PTE_X; 0: nothing is mapped */
    bool may_write;    /* the guest's leaf grants W to this view, dirty or not */
    uint64_t gpa;      /* of the byte asked for, where perms are not 0 */
    uint64_t table[3]; /* gpa of the guest's table of each level on the way; ~0: none */
};

/* The guest's own word on the page of `level` at `gva`, from its tables, the view and the PMP;
 * nothing, where its own page is smaller. */
struct audit_word audit_guest(const struct vm *vm, struct view view, uint64_t gva, int level);

/* The VMM's word on a gpa: where it is, and the permissions. 0: it is no memory. */
unsigned audit_p2m(const struct vm *vm, uint64_t gpa, uint64_t *hpa);

/* The view that a vcpu must run in now. */
struct view audit_view(const struct vcpu *vcpu);

#endif
