/* The cpu's port: physical memory and the bus, for the walk and the reference step. Every store
 * that the fast engine does not make itself comes through here, and keeps the caches true. */
#include "engine.h"
#include "fp_ops.h"

#include <string.h>

static bool refuses(enum access why)
{
    return why != ACCESS_LOAD && why != ACCESS_STORE;
}

/* The bus: what is no RAM. */
static bool device_access(struct cpu *cpu, uint64_t pa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    const struct cpu_device *device = cpu->device;
    if (refuses(why))
        return false;
    if (device && pa - device->base < device->size)
        return device->access(device->owner, pa, size, is_write, value);
    return cpu->platform && platform_mmio(cpu->platform, pa, size, is_write, value);
}

static bool port_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                      uint64_t *value)
{
    struct cpu *cpu = (struct cpu *)port;
    const uint8_t *bytes = ram_at(cpu->ram, pa, size);
    *value = 0;
    if (bytes) {
        memcpy(value, bytes, size);
        return true;
    }
    return device_access(cpu, pa, size, why, false, value);
}

/* What must be known before bytes of a marked frame change. */
static void announce(struct cpu *cpu, uint64_t pa, unsigned size, enum access why, uint64_t value)
{
    uint64_t frame = (pa - cpu->ram->base) >> PAGE_SHIFT;
    uint8_t marks = cpu->ram->marks[frame];
    if (marks & FRAME_CLEAN)
        ram_touch(cpu->ram, frame);
    if (marks & FRAME_CODE)
        code_dropped(cpu, frame);
    /* The walker's own store only adds A and D: what was derived still holds. */
    if (!(marks & FRAME_WALKED) || why == ACCESS_WALK)
        return;
    unsigned room = 8 - (pa & 7);
    table_stored(cpu, pa, size < room ? size : room, value);
    if (size > room)
        table_stored(cpu, pa + room, size - room, value >> 8 * room);
}

static bool port_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                       uint64_t value)
{
    struct cpu *cpu = (struct cpu *)port;
    uint8_t *bytes = ram_at(cpu->ram, pa, size);
    if (bytes) {
        if (cpu->ram->marks[(pa - cpu->ram->base) >> PAGE_SHIFT])
            announce(cpu, pa, size, why, value);
        memcpy(bytes, &value, size);
        if (cpu->ram->marks[(pa - cpu->ram->base) >> PAGE_SHIFT] & FRAME_TOLD)
            platform_stored(cpu->platform, pa, size);
        return true;
    }
    return device_access(cpu, pa, size, why, true, &value);
}

static uint64_t port_time(struct port *port)
{
    struct cpu *cpu = (struct cpu *)port;
    return cpu->platform ? platform_time(cpu->platform) : 0;
}

static void port_fence(struct port *port, bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    struct cpu *cpu = (struct cpu *)port;
    if (!cpu->watch)
        return;
    if (all_va)
        tlb_clear(cpu); /* so that the observer hears of each space's first walk after the fence */
    cpu->watch->fenced(cpu->watch->owner, all_va, va, all_asids, asid);
}

static void port_changed(struct port *port, enum change what)
{
    struct cpu *cpu = (struct cpu *)port;
    switch (what) {
    case CHANGE_TIMER:
        if (cpu->platform)
            platform_update(cpu->platform);
        break;
    case CHANGE_PROTECTION:
        tlb_clear(cpu);
        cpu->pmp.cfg[0] = ~(uint64_t)0; /* no hart's: the next run takes its own */
        break;
    }
}

void cpu_port_init(struct cpu *cpu)
{
    cpu->port = (struct port){.load = port_load,
                              .store = port_store,
                              .time = port_time,
                              .fence = port_fence,
                              .changed = port_changed,
                              .walked = table_walked,
                              .fp = &fp_ops};
}

struct port *cpu_port(struct cpu *cpu)
{
    return &cpu->port;
}

void cpu_wrote(struct cpu *cpu, uint64_t pa, uint64_t size)
{
    if (!size || !ram_at(cpu->ram, pa, size))
        return;
    uint64_t first = (pa - cpu->ram->base) >> PAGE_SHIFT;
    uint64_t last = (pa + size - 1 - cpu->ram->base) >> PAGE_SHIFT;
    for (uint64_t frame = first; frame <= last; frame++) {
        uint8_t marks = cpu->ram->marks[frame];
        if (marks & FRAME_CLEAN)
            ram_touch(cpu->ram, frame);
        if (marks & FRAME_CODE)
            code_dropped(cpu, frame);
        if (marks & FRAME_WALKED)
            table_dropped(cpu, frame);
    }
}
