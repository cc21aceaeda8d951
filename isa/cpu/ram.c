/* RAM on the host. All arrays are lazy mappings of their largest size, so nothing has to grow, and
 * nothing can fail once a machine is built. */
#include "ram.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include "priv.h"

static void *map(uint64_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static void unmap(void *at, uint64_t size)
{
    if (at)
        munmap(at, size);
}

bool ram_init(struct ram *ram, uint64_t base, uint64_t size)
{
    uint64_t frames = size / PAGE_SIZE;
    assert(size % PAGE_SIZE == 0 && base % PAGE_SIZE == 0);
    *ram = (struct ram){.base = base, .size = size, .frames = frames};
    ram->bytes = map(size);
    ram->marks = map(frames);
    ram->written = map(frames * sizeof *ram->written);
    ram->old = map(size);
    if (ram->bytes && ram->marks && ram->written && ram->old)
        return true;
    ram_free(ram);
    return false;
}

void ram_free(struct ram *ram)
{
    unmap(ram->bytes, ram->size);
    unmap(ram->marks, ram->frames);
    unmap(ram->written, ram->frames * sizeof *ram->written);
    unmap(ram->old, ram->size);
    *ram = (struct ram){0};
}

static uint8_t *page(const struct ram *ram, uint64_t frame)
{
    return ram->bytes + frame * PAGE_SIZE;
}

void ram_touch(struct ram *ram, uint64_t frame)
{
    assert(ram->has_checkpoint && ram->marks[frame] & FRAME_CLEAN);
    ram->marks[frame] &= (uint8_t)~FRAME_CLEAN;
    memcpy(ram->old + ram->written_count * PAGE_SIZE, page(ram, frame), PAGE_SIZE);
    ram->written[ram->written_count++] = frame;
}

static bool is_zero(const uint8_t *bytes)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, PAGE_SIZE - 1) == 0;
}

/* Clearing writes to every frame that is not zero, and to no other. */
static void touch_all(struct ram *ram)
{
    for (uint64_t frame = 0; frame < ram->frames; frame++)
        if (ram->marks[frame] & FRAME_CLEAN && !is_zero(page(ram, frame)))
            ram_touch(ram, frame);
}

void ram_clear(struct ram *ram)
{
    if (ram->has_checkpoint)
        touch_all(ram);
    for (uint64_t frame = 0; frame < ram->frames; frame++)
        ram->marks[frame] &= FRAME_CLEAN;
    madvise(ram->bytes, ram->size, MADV_DONTNEED);
}

static void clean_all(struct ram *ram)
{
    for (uint64_t frame = 0; frame < ram->frames; frame++)
        ram->marks[frame] |= FRAME_CLEAN;
}

/* The frames written since are all that is not clean. */
static void clean_written(struct ram *ram)
{
    for (uint64_t i = 0; i < ram->written_count; i++)
        ram->marks[ram->written[i]] |= FRAME_CLEAN;
    ram->written_count = 0;
}

void ram_checkpoint(struct ram *ram)
{
    if (ram->has_checkpoint)
        clean_written(ram);
    else
        clean_all(ram);
    ram->has_checkpoint = true;
}

uint64_t ram_rollback(struct ram *ram)
{
    uint64_t count = ram->written_count;
    assert(ram->has_checkpoint);
    for (uint64_t i = 0; i < count; i++)
        memcpy(page(ram, ram->written[i]), ram->old + i * PAGE_SIZE, PAGE_SIZE);
    clean_written(ram);
    return count;
}

void ram_forget(struct ram *ram)
{
    for (uint64_t frame = 0; frame < ram->frames; frame++)
        ram->marks[frame] &= (uint8_t)~FRAME_CLEAN;
    madvise(ram->old, ram->size, MADV_DONTNEED);
    ram->written_count = 0;
    ram->has_checkpoint = false;
}
