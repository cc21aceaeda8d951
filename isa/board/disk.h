/* A disk: a file of the host, as the back end of a block device.
 *
 * Either what the guest writes goes to the file; or the disk is held: the file is only read, and
 * what is written stays in memory, in pages that a checkpoint keeps as it keeps those of RAM. So
 * lockstep and whoever goes back in time hold their disks. */
#ifndef DISK_H
#define DISK_H

#include "platform.h"
#include "ram.h"

enum disk_mode { DISK_WRITABLE, DISK_READ_ONLY, DISK_HELD };

struct disk {
    struct disk_backend backend; /* first */
    int fd;
    int error;     /* errno of the first thing that the host could not do; 0 */
    bool is_dirty; /* written since the last flush */
    bool is_held;
    struct ram held; /* the whole disk in pages; only those marked FRAME_LOADED mean anything */
};

/* Opens the file or block device at `path`, and locks it: against writers, and against readers when
 * it is to be written. False: one line about what is wrong is in `error`, and there is nothing to
 * close. */
bool disk_open(struct disk *disk, const char *path, enum disk_mode mode, char *error,
               size_t error_size);

/* Closes it, with all that was written on the medium. False: `disk->error` says what the host could
 * not do, now or earlier. */
bool disk_close(struct disk *disk);

/* Checkpoints of all disks of a platform whose disks are of this kind: as ram.h's. Disks that can
 * be written are held. */
void disks_checkpoint(const struct platform *platform);
void disks_rollback(const struct platform *platform);
void disks_forget(const struct platform *platform);

/* True when two held disks of one file differ: *at is the first such byte. Only what either side
 * wrote since its checkpoint is looked at. */
bool disk_differs(struct disk_backend *a, struct disk_backend *b, uint64_t *at);

#endif
