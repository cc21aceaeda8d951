/* Disks that the options name. */
#include "devices.h"

#include <stdio.h>
#include <string.h>

static bool open_disk(struct disk *disk, const struct disk_option *option, bool is_held)
{
    char error[sizeof option->path + 128];
    enum disk_mode mode = is_held && option->mode == DISK_WRITABLE ? DISK_HELD : option->mode;
    if (disk_open(disk, option->path, mode, error, sizeof error))
        return true;
    fprintf(stderr, "trapeze: %s\n", error);
    return false;
}

bool devices_open(struct devices *devices, const struct options *options, struct platform *platform,
                  bool is_held)
{
    *devices = (struct devices){.options = options};
    for (unsigned i = 0; i < options->disks; i++) {
        struct disk *disk = &devices->disk[i];
        if (!open_disk(disk, &options->disk[i], is_held)) {
            devices_close(devices, 0);
            return false;
        }
        platform->disk[i] = &disk->backend;
        devices->disks++;
    }
    return true;
}

int devices_close(struct devices *devices, int status)
{
    for (unsigned i = 0; i < devices->disks; i++) {
        struct disk *disk = &devices->disk[i];
        if (disk_close(disk))
            continue;
        fprintf(stderr, "trapeze: %s: %s\n", devices->options->disk[i].path, strerror(disk->error));
        status = EXIT_ERROR;
    }
    devices->disks = 0;
    return status;
}
