/* The machine: a platform, its RAM, and a cpu that runs its harts. */
#ifndef MACHINE_H
#define MACHINE_H

#include "boot.h"
#include "cpu.h"
#include "hart.h"
#include "platform.h"
#include "ram.h"

struct machine {
    struct platform platform;
    struct hart hart[MAX_HARTS];
    struct ram ram;
    struct cpu *cpu;

    const struct boot *boot; /* lent: what it starts, and starts again at a reboot; may be NULL */
};

/* Builds a machine, without anything to run. NULL: the host has not enough memory; errno. */
struct machine *machine_new(const struct board_config *config, enum engine engine);
void machine_free(struct machine *machine);

/* Power-on: empty memory, `boot` loaded, harts and devices reset. Time goes on where it was, and so
 * does the input. `boot` is used again when the guest reboots. */
void machine_boot(struct machine *machine, const struct boot *boot);

/* Runs until `steps` steps are taken in all, through any reboots, or something stops it. */
enum stop machine_run(struct machine *machine, uint64_t steps);

#endif
