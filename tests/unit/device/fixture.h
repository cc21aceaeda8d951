/* A platform with two harts and a little RAM, for tests of what uses one. It notes what it is asked
 * to do: bytes written to the console, remote fences. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "platform.h"

enum { FIXTURE_RAM = 0x10000, FIXTURE_HARTS = 2, FIXTURE_FENCES = 8 };

struct fence_note {
    unsigned hart;
    bool all_va;
    uint64_t va;
};

struct fixture {
    struct platform platform;
    struct hart hart[FIXTURE_HARTS];
    uint8_t ram[FIXTURE_RAM];
    char output[8192];
    size_t output_count;
    struct fence_note fence[FIXTURE_FENCES];
    unsigned fences;
};

static inline bool fixture_dma(void *owner, uint64_t pa, void *buffer, size_t size, bool is_write)
{
    struct fixture *fixture = owner;
    uint64_t offset = pa - RAM_BASE;
    if (offset > FIXTURE_RAM || size > FIXTURE_RAM - offset)
        return false;
    if (is_write)
        memcpy(fixture->ram + offset, buffer, size);
    else
        memcpy(buffer, fixture->ram + offset, size);
    return true;
}

static inline void fixture_fence(void *owner, unsigned index, bool all_va, uint64_t va)
{
    struct fixture *fixture = owner;
    if (fixture->fences < FIXTURE_FENCES)
        fixture->fence[fixture->fences] = (struct fence_note){index, all_va, va};
    fixture->fences++;
}

static inline void fixture_output(void *owner, uint8_t byte)
{
    struct fixture *fixture = owner;
    fixture->output[fixture->output_count++] = (char)byte;
}

static inline struct fixture *fixture_reset(bool has_firmware)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    struct platform *platform = &fixture.platform;
    platform->harts = FIXTURE_HARTS;
    platform->ram_size = FIXTURE_RAM;
    platform->quantum = 100;
    platform->has_firmware = has_firmware;
    platform->owner = &fixture;
    platform->host = &fixture;
    platform->dma = fixture_dma;
    platform->fence = fixture_fence;
    platform->output = fixture_output;
    for (unsigned i = 0; i < FIXTURE_HARTS; i++) {
        platform->hart[i] = &fixture.hart[i];
        hart_reset(&fixture.hart[i], ISA_FULL, i, RAM_BASE);
    }
    platform_reset(platform);
    return &fixture;
}

#endif
