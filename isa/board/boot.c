/* The boot protocols: QEMU's for `-bios none`, and an SBI firmware's for supervisors. */
#include "boot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "dtb.h"
#include "sbi.h"

#define KERNEL_OFFSET 0x200000 /* where a firmware expects what it boots */
#define DTB_ALIGN 0x200000     /* 2 MiB, and below 3 GiB, as QEMU places it */
#define DTB_LIMIT 0xc0000000

struct board_config board_default(void)
{
    return (struct board_config){
        .harts = 1,
        .ram_size = 128 << 20,
        .isa = ISA_FULL,
        .firmware = FIRMWARE_BUILTIN,
        .quantum = 10000,
    };
}

static uint64_t flat_address(const struct board_config *config)
{
    if (config->load_addr)
        return config->load_addr;
    return config->firmware == FIRMWARE_NONE ? RAM_BASE : RAM_BASE + KERNEL_OFFSET;
}

/* The highest place for the device tree that the image leaves free. False: there is none. */
static bool place_dtb(struct boot *boot)
{
    uint64_t top = RAM_BASE + boot->config.ram_size;
    uint64_t end = top < DTB_LIMIT ? top : DTB_LIMIT;
    if (end - RAM_BASE < boot->dtb_size)
        return false;
    uint64_t pa = (end - boot->dtb_size) & ~(uint64_t)(DTB_ALIGN - 1);
    for (; pa >= RAM_BASE; pa -= DTB_ALIGN)
        if (!image_meets(&boot->image, pa, boot->dtb_size)) {
            boot->dtb_pa = pa;
            return true;
        }
    return false;
}

bool boot_prepare(struct boot *boot, const struct board_config *config, const char *path,
                  char *error, size_t error_size)
{
    *boot = (struct boot){.config = *config};
    if (!image_read(&boot->image, path, flat_address(config), config->ram_size, error, error_size))
        return false;
    boot->dtb = dtb_make(config, NULL, &boot->dtb_size);
    if (boot->dtb && place_dtb(boot))
        return true;
    snprintf(error, error_size, "%s: the image leaves no room for the device tree", path);
    boot_free(boot);
    return false;
}

void boot_free(struct boot *boot)
{
    image_free(&boot->image);
    free(boot->dtb);
    *boot = (struct boot){0};
}

void boot_configure(struct platform *platform, const struct board_config *config)
{
    platform->harts = config->harts;
    platform->ram_size = config->ram_size;
    platform->quantum = config->quantum;
    platform->has_firmware = config->firmware == FIRMWARE_BUILTIN;
}

uint64_t boot_tohost(const struct boot *boot)
{
    uint64_t pa;
    bool has_one = image_symbol_pa(&boot->image, "tohost", &pa) && pa % 8 == 0 &&
                   pa - RAM_BASE < boot->config.ram_size;
    return has_one ? pa : 0;
}

/* DMA copies in either direction and so has no const; a write leaves the buffer as it is. */
static void copy_in(struct platform *platform, uint64_t pa, const uint8_t *bytes, uint64_t size)
{
    bool done = platform->dma(platform->owner, pa, (uint8_t *)bytes, size, true);
    assert(done && "images are checked against RAM when they are read");
    (void)done;
}

static void start_harts(const struct boot *boot, struct platform *platform)
{
    const struct board_config *config = &boot->config;
    uint64_t entry = boot->image.entry;
    for (unsigned i = 0; i < platform->harts; i++) {
        struct hart *hart = platform->hart[i];
        hart_reset(hart, config->isa, i, entry);
        hart->x[X_A0] = i;
        hart->x[X_A1] = boot->dtb_pa;
    }
    if (config->firmware == FIRMWARE_BUILTIN)
        sbi_enter(platform->hart[0], entry, 0, boot->dtb_pa);
}

void boot_load(const struct boot *boot, struct platform *platform)
{
    for (unsigned i = 0; i < boot->image.segments; i++) {
        const struct segment *segment = &boot->image.segment[i];
        copy_in(platform, segment->pa, segment->bytes, segment->file_size);
    }
    copy_in(platform, boot->dtb_pa, boot->dtb, boot->dtb_size);
    platform->tohost = boot_tohost(boot);
    start_harts(boot, platform);
    platform_reset(platform);
}
