/* Who owns each of the machine's frames: exactly one owner a frame, known from both sides.
 *
 * The p2m says where a guest frame lies; this array says whose a machine frame is, and which of
 * its owner's. The two must agree, and owner_check proves it. */
#ifndef OWNER_H
#define OWNER_H

#include "address.h"
#include "hw.h"

enum owner {
    OWNER_FREE = 0,
    OWNER_VMM = 1,      /* page tables, this array */
    OWNER_FIRST_VM = 2, /* and up: a VM's number */
};

struct owners {
    struct hw *hw;
    hpa_t base; /* of the memory that the VMM was given */
    uint64_t frames;
    hpa_t device;     /* the page of a device that a VM has as its own, at its own address; */
    unsigned lent_to; /* that VM; OWNER_FREE: none has */
    hpa_t array; /* 4 bytes a frame, in frames of the VMM: owner in bits 5:0, guest frame above */
};

/* Frames that the array takes for `frames` frames. */
uint64_t owner_array_frames(uint64_t frames);

/* Sets up the array in the first frames at `base`; all others are free. */
void owner_init(struct owners *owners, struct hw *hw, hpa_t base, uint64_t frames);

/* Gives the page of a device of the machine to a VM, which sees it at the same address. */
void owner_lend(struct owners *owners, hpa_t device, unsigned owner);

void owner_set(struct owners *owners, hpa_t hpa, unsigned owner, gpa_t gpa);
unsigned owner_of(const struct owners *owners, hpa_t hpa);

/* Where its VM sees the frame that `hpa` lies in; `hpa` keeps its offset. */
gpa_t owner_gpa(const struct owners *owners, hpa_t hpa);

#endif
