/* The nanobenchmarks' table, and the machines that they run on. */
#include "nano.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hosted.h"
#include "machine.h"

const struct nano nanos[] = {
    {"compute", "16 rounds of arithmetic, a load, a store", 0, NULL},
    {"syscall", "ecall from U, and back", 1, NULL},
    {"csr", "csrrw of sscratch in S", 2, NULL},
    {"device", "load of a UART register", 3, NULL},
    {"page fault", "store to a page not mapped, handler maps it", 4, NULL},
    {"table update", "store to a leaf, sfence.vma of its page, load", 5, NULL},
    {"refill", "load of a page after a fence of everything", 6, NULL},
    {"switch", "satp write, loads of four pages", 7, NULL},
    {"fork+wait", "fork, exec, exit and wait in the guest OS", -1, "quiet run=/bin/forks"},
};
const unsigned nano_count = sizeof nanos / sizeof *nanos;

/* guest/nano.S as a flat image. */
__asm__(".section .rodata\n"
        "nano_image: .incbin \"" NANO_IMAGE "\"\n"
        "nano_image_end:\n"
        ".text\n");
extern const uint8_t nano_image[] __asm__("nano_image");
extern const uint8_t nano_image_end[] __asm__("nano_image_end");

enum { IMAGE_OFFSET = 0x200000, WHICH_OFFSET = 8, X_S11 = 27 };

/* The image with the loop's number in it. */
static bool prepare_loop(int loop, struct boot *boot)
{
    size_t size = (size_t)(nano_image_end - nano_image);
    uint64_t which = (uint64_t)loop;
    uint8_t *bytes = malloc(size);
    *boot = (struct boot){.config = board_default(), .dtb = calloc(1, 8), .dtb_size = 8};
    boot->config.ram_size = 16 << 20;
    if (!bytes || !boot->dtb) {
        free(bytes);
        boot_free(boot);
        return false;
    }
    memcpy(bytes, nano_image, size);
    memcpy(bytes + WHICH_OFFSET, &which, sizeof which);
    boot->image.file = (struct blob){bytes, size}; /* boot_free gives it back */
    boot->image.entry = RAM_BASE + IMAGE_OFFSET;
    boot->image.segment[boot->image.segments++] =
        (struct segment){.pa = boot->image.entry, .size = size, .bytes = bytes, .file_size = size};
    boot->dtb_pa = RAM_BASE;
    return true;
}

bool nano_prepare(const struct nano *nano, const char *guestos, struct boot *boot, char *error,
                  unsigned error_size)
{
    struct board_config config = board_default();
    config.append = nano->append;
    if (nano->loop < 0)
        return boot_prepare(boot, &config, guestos, error, error_size);
    if (prepare_loop(nano->loop, boot))
        return true;
    snprintf(error, error_size, "no memory for the guest");
    return false;
}

/* One machine under test: one of the two. */
struct machine_or_vm {
    struct machine *machine;
    struct hosted *hosted;
    struct platform *platform;
    bool counts_output; /* an operation is a byte on the console; else a turn of s11 */
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t operations(const struct machine_or_vm *it)
{
    return it->counts_output ? it->platform->s.output_count : it->platform->hart[0]->x[X_S11];
}

static void run(void *owner, uint64_t steps, struct reading *reading)
{
    struct machine_or_vm *it = owner;
    const uint64_t *exits = it->hosted ? hosted_vm(it->hosted)->stats.exits : NULL;
    uint64_t operations_before = operations(it), exits_before[EXIT_COUNT] = {0};
    if (exits)
        memcpy(exits_before, exits, sizeof exits_before);
    double from = cpu_seconds();
    platform_run(it->platform, it->platform->s.clock.steps + steps);
    reading->seconds += cpu_seconds() - from;
    reading->operations += operations(it) - operations_before;
    for (unsigned i = 0; exits && i < EXIT_COUNT; i++)
        reading->exits[i] += exits[i] - exits_before[i];
}

unsigned nano_sides(void)
{
    return 1 + SHADOW_KINDS;
}

const char *nano_side_name(unsigned which)
{
    return which ? shadow_policies[which - 1]->name : "bare";
}

static void open_bare(struct machine_or_vm *it, const struct boot *boot)
{
    it->machine = machine_new(&boot->config, ENGINE_BLOCK);
    if (!it->machine)
        return;
    it->platform = &it->machine->platform;
    machine_boot(it->machine, boot);
}

static void open_vm(struct machine_or_vm *it, const struct boot *boot, enum shadow_kind kind)
{
    it->hosted = hosted_new(boot, ENGINE_BLOCK);
    if (!it->hosted || !hosted_audit(it->hosted, 0)) /* who measures goes without */
        return;
    it->platform = &hosted_vm(it->hosted)->platform;
    hosted_vm(it->hosted)->config.shadow = kind;
    hosted_boot(it->hosted);
}

bool nano_open(struct side *side, unsigned which, const struct nano *nano, const struct boot *boot)
{
    struct machine_or_vm *it = calloc(1, sizeof *it);
    *side = (struct side){.name = nano_side_name(which), .owner = it, .run = run};
    if (!it)
        return false;
    it->counts_output = nano->loop < 0;
    if (which == 0)
        open_bare(it, boot);
    else
        open_vm(it, boot, (enum shadow_kind)(which - 1));
    if (!it->platform)
        nano_close(side);
    return it->platform;
}

void nano_close(struct side *side)
{
    struct machine_or_vm *it = side->owner;
    if (it) {
        machine_free(it->machine);
        hosted_free(it->hosted);
    }
    free(it);
    side->owner = NULL;
}
