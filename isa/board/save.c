/* Saves, and checkpoints on ram.c's. Caches are never part of either: they are dropped. */
#include "save.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

static void take_state(const struct machine *machine, struct machine_state *state)
{
    memset(state, 0, sizeof *state);
    state->harts = machine->platform.harts;
    memcpy(state->hart, machine->hart, sizeof state->hart);
    state->platform = machine->platform.s;
}

static void put_state(struct machine *machine, const struct machine_state *state)
{
    assert(state->harts == machine->platform.harts);
    memcpy(machine->hart, state->hart, sizeof state->hart);
    machine->platform.s = state->platform;
    platform_update(&machine->platform); /* the input log may have grown since */
    cpu_drop(machine->cpu);
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_SIZE - 1) == 0;
}

static const uint8_t *page_at(const struct machine *machine, uint64_t frame)
{
    return machine->ram.bytes + frame * PAGE_SIZE;
}

static uint64_t count_pages(const struct machine *machine)
{
    uint64_t count = 0;
    for (uint64_t frame = 0; frame < machine->ram.frames; frame++)
        count += !is_zero(page_at(machine, frame));
    return count;
}

bool machine_save(const struct machine *machine, struct machine_save *save)
{
    uint64_t room = count_pages(machine);
    *save = (struct machine_save){.frame = malloc((room + 1) * sizeof *save->frame),
                                  .bytes = malloc((room + 1) * PAGE_SIZE)};
    if (!save->frame || !save->bytes) {
        machine_save_free(save);
        return false;
    }
    take_state(machine, &save->state);
    for (uint64_t frame = 0; frame < machine->ram.frames; frame++) {
        if (is_zero(page_at(machine, frame)))
            continue;
        save->frame[save->pages] = frame;
        memcpy(save->bytes + save->pages++ * PAGE_SIZE, page_at(machine, frame), PAGE_SIZE);
    }
    return true;
}

void machine_restore(struct machine *machine, const struct machine_save *save)
{
    ram_clear(&machine->ram);
    for (uint64_t i = 0; i < save->pages; i++) {
        cpu_wrote(machine->cpu, machine->ram.base + save->frame[i] * PAGE_SIZE, PAGE_SIZE);
        memcpy(machine->ram.bytes + save->frame[i] * PAGE_SIZE, save->bytes + i * PAGE_SIZE,
               PAGE_SIZE);
    }
    put_state(machine, &save->state);
}

void machine_save_free(struct machine_save *save)
{
    free(save->frame);
    free(save->bytes);
    *save = (struct machine_save){0};
}

void machine_checkpoint(struct machine *machine, struct machine_state *state)
{
    take_state(machine, state);
    ram_checkpoint(&machine->ram);
    cpu_drop_stores(machine->cpu);
}

uint64_t machine_rollback(struct machine *machine, const struct machine_state *state)
{
    uint64_t pages = ram_rollback(&machine->ram);
    put_state(machine, state);
    return pages;
}

void machine_forget(struct machine *machine)
{
    ram_forget(&machine->ram);
}
