/* What the options lend to a machine or a VM from the host: disks. */
#ifndef DEVICES_H
#define DEVICES_H

#include "disk.h"
#include "options.h"

struct devices {
    struct disk disk[VIRTIO_DISKS];
    unsigned disks;
    const struct options *options; /* lent */
};

/* Opens what the options name, and attaches it to `platform`; `is_held`: nothing is written to the
 * host (disk.h). False: it said why, and nothing is open. */
bool devices_open(struct devices *devices, const struct options *options, struct platform *platform,
                  bool is_held);

/* Closes all of it. Gives `status`, or EXIT_ERROR when the host could not keep what the guest
 * wrote, of which it says why. */
int devices_close(struct devices *devices, int status);

#endif
