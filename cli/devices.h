/* What the options lend to a machine or a VM from the host: disks and a network. */
#ifndef DEVICES_H
#define DEVICES_H

#include "disk.h"
#include "net.h"
#include "options.h"

struct devices {
    struct disk disk[VIRTIO_DISKS];
    unsigned disks;
    struct net *net;               /* NULL: there is none */
    const struct options *options; /* lent */
};

/* Opens what the options name, and attaches it to `platform`; `is_held`: nothing is written to the
 * host (disk.h). False: it said why, and nothing is open. */
bool devices_open(struct devices *devices, const struct options *options, struct platform *platform,
                  bool is_held);

/* For the other side of a lockstep: the same disks again, held, and the network of `devices`, which
 * keeps what was received for both. False: it said why, and nothing is open. */
bool devices_open_twin(struct devices *twin, struct devices *devices, struct platform *platform);

/* What a console that serves this platform must wait for as well; NULL: nothing. */
struct source *devices_source(const struct devices *devices);

/* Closes all of it. Gives `status`, or EXIT_ERROR when the host could not keep what the guest
 * wrote, of which it says why. */
int devices_close(struct devices *devices, int status);

#endif
