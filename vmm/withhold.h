/* What the VMM withholds of a VM's memory, and gives when it is needed: dirty logging, copy on
 * write, and holes. Migration, clones and balloons are made of these.
 *
 * All three take W, or the mapping, from a frame, and any of them can be in force at one time, with
 * traced tables and clean pages besides. So the p2m keeps the reasons, the shadows have the same
 * ones beside their leaves, and each is taken back alone (P18). The guest sees none of it. */
#ifndef WITHHOLD_H
#define WITHHOLD_H

#include <stdbool.h>

#include "address.h"

struct vm;

/* Frames that are free and promised: to the copies that shared frames may need, and to holes. So no
 * store can fail. */
struct withhold {
    uint64_t free, promised;
    uint64_t withheld; /* guest frames with a reason in the p2m */
    hpa_t next;        /* where to look for a free frame */
};

/* Counts what is free. The owners are known. */
void withhold_init(struct vm *vm);

/* The shadows were forgotten, and with them the reasons, which the p2m still knows. */
void withhold_again(struct vm *vm);

/* From now on the first store to each frame is noted. */
void withhold_log(struct vm *vm, bool is_on);

/* True when the frame at `gpa` was written since the log began or this was last asked. */
bool withhold_was_written(struct vm *vm, gpa_t gpa);

/* Shares the frame at `gpa` as it is now with another, at *hpa: the guest's next store makes it a
 * copy. False: no frame can be promised for that, or it is shared already, or no memory. */
bool withhold_share(struct vm *vm, gpa_t gpa, hpa_t *hpa);

/* The other needs it no more: gives back what withhold_share gave. */
void withhold_release(struct vm *vm, gpa_t gpa, hpa_t hpa);

/* Takes the frame at `gpa` from the VM, with what is in it: a hole, which reads zero when the guest
 * touches it again. False: it is none of its memory, or shared. */
bool withhold_punch(struct vm *vm, gpa_t gpa);

/* The guest, or a device for it, is about to read or write the memory at `gpa`: whatever is
 * withheld from it and stands against that is given. False: it is no memory. */
bool withhold_claim(struct vm *vm, gpa_t gpa, bool is_write);

#endif
