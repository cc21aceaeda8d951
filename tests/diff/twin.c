/* A bare machine or a VM, booted anew for each case with the monitor and the case as its image. */
#include "twin.h"

#include <stdlib.h>
#include <string.h>

#include "hosted.h"
#include "machine.h"
#include "ours.h"

const char *const twin_names[] = {"engine", "VM"};

/* Cases reach nothing beyond their slot. */
enum { TWIN_RAM = 2 << 20, IMAGE_SIZE = RUN_OFFSET + SLOT_SIZE };

struct twin {
    enum twin_kind kind;
    struct boot boot;
    uint8_t image[IMAGE_SIZE];
    struct machine *machine; /* TWIN_ENGINE */
    struct hosted *hosted;   /* TWIN_VM */
    bool is_planted;
};

static void put64(struct twin *twin, uint64_t at, uint64_t value)
{
    memcpy(twin->image + at, &value, 8);
}

static void prepare(struct twin *twin, const uint8_t *monitor, size_t size, isa_t isa)
{
    struct boot *boot = &twin->boot;
    memcpy(twin->image, monitor, size);
    put64(twin, MONITOR_COUNT, 1);
    put64(twin, MONITOR_STAYS, 1);
    boot->config = board_default();
    boot->config.firmware = FIRMWARE_NONE;
    boot->config.isa = isa;
    boot->config.ram_size = TWIN_RAM;
    boot->image.entry = RAM_BASE;
    boot->image.segments = 1;
    boot->image.segment[0] = (struct segment){
        .pa = RAM_BASE, .size = IMAGE_SIZE, .bytes = twin->image, .file_size = IMAGE_SIZE};
    boot->dtb = twin->image; /* nobody reads it */
    boot->dtb_pa = RAM_BASE;
}

struct twin *twin_new(enum twin_kind kind, const uint8_t *monitor, size_t monitor_size, isa_t isa)
{
    struct twin *twin = calloc(1, sizeof *twin);
    if (!twin)
        return NULL;
    twin->kind = kind;
    prepare(twin, monitor, monitor_size, isa);
    if (kind == TWIN_ENGINE)
        twin->machine = machine_new(&twin->boot.config, ENGINE_BLOCK);
    else
        twin->hosted = hosted_new(&twin->boot, ENGINE_BLOCK);
    if (twin->machine || twin->hosted)
        return twin;
    twin_free(twin);
    return NULL;
}

void twin_free(struct twin *twin)
{
    if (!twin)
        return;
    machine_free(twin->machine);
    hosted_free(twin->hosted);
    free(twin);
}

void twin_plant(struct twin *twin)
{
    twin->is_planted = true;
}

static struct platform *power_on(struct twin *twin, uint64_t turn)
{
    if (twin->kind == TWIN_ENGINE) {
        machine_boot(twin->machine, &twin->boot);
        return &twin->machine->platform;
    }
    hosted_vm(twin->hosted)->config.shadow = (enum shadow_kind)(turn % SHADOW_KINDS);
    hosted_boot(twin->hosted);
    return &hosted_vm(twin->hosted)->platform;
}

bool twin_run(struct twin *twin, const uint8_t *before, uint8_t *after, uint64_t turn)
{
    memcpy(twin->image + RUN_OFFSET, before, SLOT_SIZE);
    twin->image[RUN_OFFSET + SLOT_X + 8 * 31] ^= twin->is_planted;
    struct platform *platform = power_on(twin, turn);
    enum stop stop = platform_run(platform, platform->s.clock.steps + CASE_STEPS);
    platform->dma(platform->owner, RUN_BASE, after, SLOT_SIZE, false);
    after[SLOT_X + 8 * 31] ^= twin->is_planted;
    return stop == STOP_POWEROFF || stop == STOP_REBOOT;
}
