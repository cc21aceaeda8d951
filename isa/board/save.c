/* Saves, by the platform's own DMA, and checkpoints, on ram.c's. Caches are part of neither. */
#include "save.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "priv.h"

void state_take(const struct platform *platform, struct state *state)
{
    memset(state, 0, sizeof *state);
    state->harts = platform->harts;
    for (unsigned i = 0; i < platform->harts; i++)
        state->hart[i] = *platform->hart[i];
    state->platform = platform->s;
}

void state_put(struct platform *platform, const struct state *state)
{
    assert(state->harts == platform->harts);
    for (unsigned i = 0; i < platform->harts; i++)
        *platform->hart[i] = state->hart[i];
    platform->s = state->platform;
    platform_update(platform);
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_SIZE - 1) == 0;
}

/* Reads one page of guest memory. True: there is something in it. */
static bool read_page(const struct platform *platform, uint64_t frame, uint8_t *page)
{
    return platform->dma(platform->owner, RAM_BASE + frame * PAGE_SIZE, page, PAGE_SIZE, false) &&
           !is_zero(page);
}

static uint64_t count_pages(const struct platform *platform)
{
    uint8_t page[PAGE_SIZE];
    uint64_t count = 0;
    for (uint64_t frame = 0; frame < platform->ram_size / PAGE_SIZE; frame++)
        count += read_page(platform, frame, page);
    return count;
}

bool save_take(const struct platform *platform, struct save *save)
{
    uint64_t room = count_pages(platform) + 1; /* the last page read has a place to go to */
    *save = (struct save){.frame = malloc(room * sizeof *save->frame),
                          .bytes = malloc(room * PAGE_SIZE)};
    if (!save->frame || !save->bytes) {
        save_free(save);
        return false;
    }
    state_take(platform, &save->state);
    for (uint64_t frame = 0; frame < platform->ram_size / PAGE_SIZE; frame++)
        if (read_page(platform, frame, save->bytes + save->pages * PAGE_SIZE))
            save->frame[save->pages++] = frame;
    return true;
}

void save_put(struct platform *platform, const struct save *save)
{
    static const uint8_t zero[PAGE_SIZE];
    uint8_t page[PAGE_SIZE];
    uint64_t next = 0;
    for (uint64_t frame = 0; frame < platform->ram_size / PAGE_SIZE; frame++) {
        bool is_saved = next < save->pages && save->frame[next] == frame;
        const uint8_t *bytes = is_saved ? save->bytes + next++ * PAGE_SIZE : zero;
        if (!is_saved && !read_page(platform, frame, page))
            continue;
        memcpy(page, bytes, PAGE_SIZE);
        platform->dma(platform->owner, RAM_BASE + frame * PAGE_SIZE, page, PAGE_SIZE, true);
    }
    state_put(platform, &save->state);
}

void save_free(struct save *save)
{
    free(save->frame);
    free(save->bytes);
    *save = (struct save){0};
}

void machine_checkpoint(struct machine *machine, struct state *state)
{
    state_take(&machine->platform, state);
    ram_checkpoint(&machine->ram);
    disks_checkpoint(&machine->platform);
    cpu_drop_stores(machine->cpu);
}

uint64_t machine_rollback(struct machine *machine, const struct state *state)
{
    uint64_t pages = ram_rollback(&machine->ram);
    disks_rollback(&machine->platform);
    cpu_drop(machine->cpu);
    state_put(&machine->platform, state);
    return pages;
}

void machine_forget(struct machine *machine)
{
    ram_forget(&machine->ram);
    disks_forget(&machine->platform);
}
