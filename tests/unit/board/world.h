/* Programs of a few instructions, and machines that run them. */
#ifndef WORLD_H
#define WORLD_H

#include <criterion/criterion.h>

#include "files.h"
#include "machine.h"

/* Instructions that more than one program has. t0 = x5, t1 = x6. */
#define LUI_T0_FINISHER 0x001002b7 /* lui t0, 0x100 */
#define SW_T1_T0 0x0062a023        /* sw t1, 0(t0) */
#define LOOP 0x0000006f            /* j . */
#define WFI 0x10500073

static struct boot boot;

/* A machine that starts `words` at the beginning of RAM, in M-mode unless a firmware is built in.
 */
static inline struct machine *machine_with(const uint32_t *words, size_t bytes,
                                           enum firmware firmware, unsigned harts)
{
    char error[256];
    struct board_config config = board_default();
    config.firmware = firmware;
    config.harts = harts;
    config.ram_size = 16 << 20;
    config.load_addr = RAM_BASE;
    cr_assert(boot_prepare(&boot, &config, file_with(words, bytes), error, sizeof error), "%s",
              error);
    struct machine *machine = machine_new(&config, ENGINE_STEP);
    cr_assert_not_null(machine);
    machine_boot(machine, &boot);
    return machine;
}

static inline void end(struct machine *machine)
{
    machine_free(machine);
    boot_free(&boot);
}

#endif
