/* The boot protocols: QEMU's for `-bios none`, an SBI firmware's for supervisors, and that by which
 * OpenSBI is told what to boot. */
#include "boot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "dtb.h"
#include "sbi.h"

#define KERNEL_OFFSET 0x200000 /* where a firmware expects what it boots */
#define INITRD_OFFSET 0x8000000
#define DTB_ALIGN 0x200000 /* 2 MiB, and below 3 GiB, as QEMU places it */
#define DTB_LIMIT 0xc0000000

/* What OpenSBI's fw_dynamic finds by a2; others do not look. All numbers are little-endian. */
struct firmware_info {
    uint64_t magic, version;
    uint64_t next_addr; /* of what it boots; 0: nothing */
    uint64_t next_mode;
    uint64_t options;
    uint64_t boot_hart;
};
enum { INFO_MAGIC = 0x4942534f, INFO_VERSION = 2 };

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

static uint64_t align_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) & ~(to - 1);
}

/* Where what the firmware boots goes, unless it says so itself: under a firmware, on the next
 * 2 MiB behind it, as QEMU has it. */
static uint64_t flat_address(const struct boot *boot)
{
    const struct segment *first = boot->firmware.segment, *end = first + boot->firmware.segments;
    uint64_t top = RAM_BASE;
    if (boot->config.load_addr)
        return boot->config.load_addr;
    if (boot->config.firmware == FIRMWARE_BUILTIN)
        return RAM_BASE + KERNEL_OFFSET;
    for (const struct segment *segment = first; segment < end; segment++)
        top = segment->pa + segment->size > top ? segment->pa + segment->size : top;
    return align_up(top, KERNEL_OFFSET);
}

static bool read_firmware(struct boot *boot, char *error, size_t error_size)
{
    struct complaint to = {boot->config.firmware_path, error, error_size};
    struct image_place place = {
        .ram_size = boot->config.ram_size, .flat_at = RAM_BASE, .is_chosen = true};
    return boot->config.firmware != FIRMWARE_FILE || image_read(&boot->firmware, &place, &to);
}

static bool read_image(struct boot *boot, const char *path, char *error, size_t error_size)
{
    struct complaint to = {path, error, error_size};
    struct image_place place = {.ram_size = boot->config.ram_size,
                                .flat_at = flat_address(boot),
                                .is_chosen = boot->config.load_addr};
    if (!path)
        return true;
    if (!image_read(&boot->image, &place, &to))
        return false;
    for (unsigned i = 0; i < boot->image.segments; i++) {
        const struct segment *segment = &boot->image.segment[i];
        if (image_meets(&boot->firmware, segment->pa, segment->size))
            return complain(&to, "the segment at %#llx overlaps the firmware",
                            (unsigned long long)segment->pa);
    }
    return true;
}

static bool is_free(const struct boot *boot, uint64_t pa, uint64_t size)
{
    uint64_t offset = pa - RAM_BASE;
    bool is_ram = offset < boot->config.ram_size && size <= boot->config.ram_size - offset;
    bool meets_initrd = pa < boot->initrd_pa + boot->initrd.size && boot->initrd_pa < pa + size;
    return is_ram && !meets_initrd && !image_meets(&boot->firmware, pa, size) &&
           !image_meets(&boot->image, pa, size);
}

/* Finds the highest free place for `size` bytes that ends at `limit` or before, a multiple of `to`.
 * False: there is none. */
static bool find_place(const struct boot *boot, uint64_t limit, uint64_t size, uint64_t to,
                       uint64_t *place)
{
    uint64_t top = RAM_BASE + boot->config.ram_size;
    uint64_t end = limit < top ? limit : top;
    if (end - RAM_BASE < size)
        return false;
    *place = (end - size) & ~(to - 1);
    while (*place >= RAM_BASE && !is_free(boot, *place, size))
        *place -= to;
    return *place >= RAM_BASE;
}

/* The RAM disk goes where QEMU has it, half way up or 128 MiB behind the image, so that boot
 * loaders, who move to the top of RAM, leave it alone; else as high as it can. */
static bool place_initrd(struct boot *boot, uint64_t size, uint64_t *place)
{
    uint64_t half = boot->config.ram_size / 2;
    *place = flat_address(boot) + (half < INITRD_OFFSET ? half : INITRD_OFFSET);
    return is_free(boot, *place, size) || find_place(boot, NEVER, size, PAGE_SIZE, place);
}

static bool read_initrd(struct boot *boot, char *error, size_t error_size)
{
    struct complaint to = {boot->config.initrd, error, error_size};
    struct blob initrd;
    if (!boot->config.initrd)
        return true;
    if (!blob_read(&initrd, &to))
        return false;
    bool has_place = place_initrd(boot, initrd.size, &boot->initrd_pa);
    boot->initrd = initrd;
    return has_place || complain(&to, "RAM has no room for it");
}

static uint64_t info_offset(const struct boot *boot)
{
    return align_up(boot->dtb_size, sizeof(uint64_t));
}

/* The device tree goes as high as it can, and what the firmware is told goes behind it. */
static bool make_dtb(struct boot *boot)
{
    struct dtb_initrd initrd = {boot->initrd_pa, boot->initrd_pa + boot->initrd.size};
    boot->dtb = dtb_make(&boot->config, boot->initrd.size ? &initrd : NULL, &boot->dtb_size);
    uint64_t size = info_offset(boot) + sizeof(struct firmware_info);
    return boot->dtb && find_place(boot, DTB_LIMIT, size, DTB_ALIGN, &boot->dtb_pa);
}

bool boot_prepare(struct boot *boot, const struct board_config *config, const char *path,
                  char *error, size_t error_size)
{
    *boot = (struct boot){.config = *config};
    if (read_firmware(boot, error, error_size) && read_image(boot, path, error, error_size) &&
        read_initrd(boot, error, error_size)) {
        if (make_dtb(boot))
            return true;
        snprintf(error, error_size, "%s: the image leaves no room for the device tree",
                 path ? path : config->firmware_path);
    }
    boot_free(boot);
    return false;
}

void boot_free(struct boot *boot)
{
    image_free(&boot->firmware);
    image_free(&boot->image);
    blob_free(&boot->initrd);
    free(boot->dtb);
    *boot = (struct boot){0};
}

void boot_configure(struct platform *platform, const struct board_config *config)
{
    platform->harts = config->harts;
    platform->ram_size = config->ram_size;
    platform->quantum = config->quantum;
    platform->seed = config->seed;
    platform->has_virtio_console = config->has_virtio_console;
    platform->has_firmware = config->firmware == FIRMWARE_BUILTIN;
}

/* The address of a doubleword in RAM that the image has by this name; 0: it has none. */
static uint64_t doubleword(const struct boot *boot, const char *name)
{
    uint64_t pa;
    bool has_one = image_symbol_pa(&boot->image, name, &pa) && pa % 8 == 0 &&
                   pa - RAM_BASE < boot->config.ram_size;
    return has_one ? pa : 0;
}

uint64_t boot_tohost(const struct boot *boot)
{
    return doubleword(boot, "tohost");
}

/* DMA copies in either direction and so has no const; a write leaves the buffer as it is. */
static void copy_in(struct platform *platform, uint64_t pa, const uint8_t *bytes, uint64_t size)
{
    bool done = platform->dma(platform->owner, pa, (uint8_t *)bytes, size, true);
    assert(done && "images are checked against RAM when they are read");
    (void)done;
}

static void copy_in_image(struct platform *platform, const struct image *image)
{
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];
        copy_in(platform, segment->pa, segment->bytes, segment->file_size);
    }
}

static void copy_in_info(struct platform *platform, const struct boot *boot)
{
    struct firmware_info info = {.magic = INFO_MAGIC,
                                 .version = INFO_VERSION,
                                 .next_addr = boot->image.entry,
                                 .next_mode = MODE_S};
    copy_in(platform, boot->dtb_pa + info_offset(boot), (const uint8_t *)&info, sizeof info);
}

static void start_harts(const struct boot *boot, struct platform *platform)
{
    const struct board_config *config = &boot->config;
    bool has_file = config->firmware == FIRMWARE_FILE;
    uint64_t entry = has_file ? boot->firmware.entry : boot->image.entry;
    for (unsigned i = 0; i < platform->harts; i++) {
        struct hart *hart = platform->hart[i];
        hart_reset(hart, config->isa, i, entry);
        hart->x[X_A0] = i;
        hart->x[X_A1] = boot->dtb_pa;
        hart->x[X_A2] = has_file ? boot->dtb_pa + info_offset(boot) : 0;
    }
    if (config->firmware == FIRMWARE_BUILTIN)
        sbi_enter(platform->hart[0], entry, 0, boot->dtb_pa);
}

void boot_load(const struct boot *boot, struct platform *platform)
{
    copy_in_image(platform, &boot->firmware);
    copy_in_image(platform, &boot->image);
    if (boot->initrd.size)
        copy_in(platform, boot->initrd_pa, boot->initrd.bytes, boot->initrd.size);
    copy_in(platform, boot->dtb_pa, boot->dtb, boot->dtb_size);
    if (boot->config.firmware == FIRMWARE_FILE)
        copy_in_info(platform, boot);
    platform->tohost = boot_tohost(boot);
    platform->fromhost = doubleword(boot, "fromhost");
    start_harts(boot, platform);
    platform_reset(platform);
}
