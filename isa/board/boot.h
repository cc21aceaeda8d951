/* Booting: from a configuration and files to a machine, or a VM, that is about to take its first
 * step.
 *
 * Preparing reads files and can fail with words for the user. Loading only copies what was prepared
 * through the platform's own DMA, cannot fail, and is done again at each reboot. */
#ifndef BOOT_H
#define BOOT_H

#include "image.h"
#include "isa.h"
#include "platform.h"

enum firmware {
    FIRMWARE_BUILTIN, /* the platform answers SBI; the image starts in S-mode on hart 0 */
    FIRMWARE_NONE,    /* the image starts in M-mode on every hart */
    FIRMWARE_FILE,    /* a file starts in M-mode on every hart, and the image is what it boots */
};

/* What a user can choose about a machine or a VM. Strings are lent for as long as it is used. */
struct board_config {
    unsigned harts;
    uint64_t ram_size; /* bytes, whole pages */
    isa_t isa;
    enum firmware firmware;
    const char *firmware_path; /* with FIRMWARE_FILE */
    const char *initrd;        /* path of an initial RAM disk; NULL: none */
    const char *append;        /* for /chosen/bootargs; NULL: none */
    uint64_t load_addr;        /* where a flat image goes; 0: where the firmware expects it */
    uint64_t quantum;          /* steps a hart runs before the next has its turn */
    uint64_t seed;             /* of the entropy that the guest gets */
    bool has_virtio_console;   /* the console is a virtio device, and not the UART */
};

/* The machine that a user gets who chooses nothing. */
struct board_config board_default(void);

struct boot {
    struct board_config config;
    struct image firmware; /* empty but with FIRMWARE_FILE */
    struct image image;    /* may be empty with FIRMWARE_FILE: some hold what they boot */
    struct blob initrd;
    uint64_t initrd_pa;
    uint8_t *dtb; /* owned */
    size_t dtb_size;
    uint64_t dtb_pa;
};

/* Reads all files, the image at `path` (NULL: none), and makes the device tree. False: one line
 * about what is wrong is in `error`, and there is nothing to free. */
bool boot_prepare(struct boot *boot, const struct board_config *config, const char *path,
                  char *error, size_t error_size);
void boot_free(struct boot *boot);

/* Fills in what a platform has of the configuration: harts, memory, quantum, firmware. */
void boot_configure(struct platform *platform, const struct board_config *config);

/* Where the image's program reports to the host (HTIF); 0: nowhere. */
uint64_t boot_tohost(const struct boot *boot);

/* Puts all that was prepared into guest memory, which reads zero before, and harts and devices into
 * their state at power-on. The platform has been configured by the same board_config. */
void boot_load(const struct boot *boot, struct platform *platform);

#endif
