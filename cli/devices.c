/* Disks and the network that the options name. */
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

static bool open_disks(struct devices *devices, struct platform *platform, bool is_held)
{
    const struct options *options = devices->options;
    for (unsigned i = 0; i < options->disks; i++) {
        struct disk *disk = &devices->disk[i];
        if (!open_disk(disk, &options->disk[i], is_held))
            return false;
        platform->disk[i] = &disk->backend;
        devices->disks++;
    }
    return true;
}

static bool open_net(struct devices *devices, struct platform *platform)
{
    const struct options *options = devices->options;
    char error[256];
    if (!options->has_net)
        return true;
    devices->net = net_open(options->forward, options->forwards, error, sizeof error);
    if (!devices->net) {
        fprintf(stderr, "trapeze: --net: %s\n", error);
        return false;
    }
    platform->packets = net_log(devices->net);
    return true;
}

bool devices_open(struct devices *devices, const struct options *options, struct platform *platform,
                  bool is_held)
{
    *devices = (struct devices){.options = options};
    if (open_disks(devices, platform, is_held) && open_net(devices, platform))
        return true;
    devices_close(devices, EXIT_ERROR);
    return false;
}

bool devices_open_twin(struct devices *twin, struct devices *devices, struct platform *platform)
{
    *twin = (struct devices){.options = devices->options};
    if (!open_disks(twin, platform, true)) {
        devices_close(twin, EXIT_ERROR);
        return false;
    }
    if (devices->net) {
        net_keep(devices->net);
        platform->packets = net_log(devices->net);
    }
    return true;
}

struct source *devices_source(const struct devices *devices)
{
    return devices->net ? net_source(devices->net) : NULL;
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
    net_close(devices->net);
    devices->disks = 0;
    devices->net = NULL;
    return status;
}
