/* The platform's callbacks, on RAM and a cpu. */
#include "machine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

static void run(void *owner, unsigned index, uint64_t until)
{
    struct machine *machine = owner;
    cpu_run(machine->cpu, &machine->hart[index], until);
}

/* The frames are announced before they change: a checkpoint keeps what they were. */
static bool dma(void *owner, uint64_t pa, void *buffer, size_t size, bool is_write)
{
    struct machine *machine = owner;
    uint8_t *bytes = ram_at(&machine->ram, pa, size);
    if (!bytes)
        return false;
    if (is_write) {
        cpu_wrote(machine->cpu, pa, size);
        memcpy(bytes, buffer, size);
        platform_breaks(&machine->platform, MAX_HARTS, pa, size);
    } else {
        memcpy(buffer, bytes, size);
    }
    return true;
}

/* The machine is coherent: no translation outlives what it was made from. */
static void fence(void *owner, unsigned index, bool all_va, uint64_t va)
{
    (void)owner, (void)index, (void)all_va, (void)va;
}

static void connect(struct machine *machine, const struct board_config *config)
{
    struct platform *platform = &machine->platform;
    boot_configure(platform, config);
    for (unsigned i = 0; i < config->harts; i++) {
        platform->hart[i] = &machine->hart[i];
        hart_reset(&machine->hart[i], config->isa, i, RAM_BASE);
    }
    platform->owner = machine;
    platform->run = run;
    platform->dma = dma;
    platform->fence = fence;
}

struct machine *machine_new(const struct board_config *config, enum engine engine)
{
    assert(config->harts >= 1 && config->harts <= MAX_HARTS);
    struct machine *machine = calloc(1, sizeof *machine);
    if (!machine)
        return NULL;
    connect(machine, config);
    if (ram_init(&machine->ram, RAM_BASE, config->ram_size))
        machine->cpu = cpu_new(&machine->ram, &machine->platform, engine);
    if (!machine->cpu) {
        machine_free(machine);
        return NULL;
    }
    platform_reset(&machine->platform);
    return machine;
}

void machine_free(struct machine *machine)
{
    if (!machine)
        return;
    if (machine->cpu)
        cpu_free(machine->cpu);
    input_free(&machine->platform);
    ram_free(&machine->ram);
    free(machine);
}

void machine_boot(struct machine *machine, const struct boot *boot)
{
    machine->boot = boot;
    cpu_drop(machine->cpu);
    ram_clear(&machine->ram);
    boot_load(boot, &machine->platform);
}

enum stop machine_run(struct machine *machine, uint64_t steps)
{
    enum stop stop;
    while ((stop = platform_run(&machine->platform, steps)) == STOP_REBOOT && machine->boot)
        machine_boot(machine, machine->boot);
    return stop;
}
