/* A bare machine and a VM, made alike. */
#include "target.h"

#include <string.h>

#include "csr.h"
#include "memory.h"

/* ---- looking ------------------------------------------------------------------------------ */

static const uint8_t *bytes_at(const struct target *target, enum level level, uint64_t address,
                               size_t size)
{
    uint64_t hpa = address;
    if (level != LEVEL_HPA && !target_host_address(target, address, &hpa))
        return NULL;
    return ram_at(target->ram, hpa, size);
}

static bool look_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                      uint64_t *value)
{
    (void)why;
    struct look *look = (struct look *)port;
    const uint8_t *bytes = bytes_at(look->target, look->level, pa, size);
    *value = 0;
    if (bytes)
        memcpy(value, bytes, size);
    return bytes;
}

static bool look_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                       uint64_t value)
{
    (void)value, (void)why;
    struct look *look = (struct look *)port;
    return bytes_at(look->target, look->level, pa, size);
}

static uint64_t look_time(struct port *port)
{
    return platform_time(((struct look *)port)->target->platform);
}

static void look_init(struct look *look, struct target *target, enum level level)
{
    *look = (struct look){
        .port = {.load = look_load, .store = look_store, .time = look_time},
        .target = target,
        .level = level,
    };
}

bool target_host_address(const struct target *target, uint64_t gpa, uint64_t *hpa)
{
    hpa_t found = HPA(gpa);
    if (target->vm && !vm_translate(target->vm, GPA(gpa), 0, &found))
        return false;
    *hpa = found.a;
    return ram_at(target->ram, found.a, 1);
}

bool target_walk(struct target *target, const struct hart *hart, uint64_t gva, enum access why,
                 enum walk_result *result, struct walk *walk)
{
    struct space space = why == ACCESS_FETCH ? space_of_fetch(hart) : space_of_data(hart);
    if (space_is_bare(space))
        return false;
    *result = sv39_walk(space, &target->guest.port, gva, why, walk);
    return true;
}

bool target_translate(struct target *target, const struct hart *hart, uint64_t gva, uint64_t *gpa)
{
    struct space space = space_of_data(hart);
    struct walk walk;
    *gpa = gva;
    if (space_is_bare(space))
        return true;
    /* Whatever is mapped can be looked at: U pages, and what may only be executed. */
    space = (struct space){.satp = space.satp, .mode = MODE_S, .sum = true, .mxr = true};
    bool done = sv39_walk(space, &target->guest.port, gva, ACCESS_LOAD, &walk) == WALK_OK;
    *gpa = walk.pa;
    return done;
}

const struct shadow *target_shadow(const struct target *target, unsigned vcpu)
{
    struct view view = vcpu_view(&target->vm->vcpu[vcpu]);
    for (unsigned i = 0; i < SHADOWS; i++) {
        const struct shadow *shadow = &target->vm->shadows.shadow[i];
        if (shadow->is_used && space_equal(&shadow->view.space, &view.space) &&
            shadow->view.protection == view.protection)
            return shadow;
    }
    return NULL;
}

bool target_walk_shadow(struct target *target, const struct shadow *shadow, uint64_t gva,
                        enum access why, enum walk_result *result, struct walk *walk)
{
    if (!shadow)
        return false;
    struct space space = {.satp = shadow_satp(&target->vm->shadows, shadow), .mode = MODE_U};
    *result = sv39_walk(space, &target->host.port, gva, why, walk);
    return true;
}

bool target_insn(struct target *target, const struct hart *hart, uint64_t pc, uint32_t *word)
{
    uint16_t low, high = 0;
    uint64_t bad;
    if (!target_read(target, hart, LEVEL_GVA, pc, &low, 2, &bad))
        return false;
    if (insn_is_long(low) && !target_read(target, hart, LEVEL_GVA, pc + 2, &high, 2, &bad))
        return false;
    *word = low | (uint32_t)high << 16;
    return true;
}

bool target_csr(struct target *target, const struct hart *hart, unsigned number, uint64_t *value)
{
    return csr_peek(hart, &target->guest.port, number, value);
}

/* ---- memory ------------------------------------------------------------------------------- */

static size_t bytes_in_page(uint64_t address, size_t size)
{
    size_t room = PAGE_SIZE - (address & (PAGE_SIZE - 1));
    return room < size ? room : size;
}

/* The address one level down, or the same where there is nothing to translate. */
static bool to_physical(struct target *target, const struct hart *hart, enum level level,
                        uint64_t address, uint64_t *pa)
{
    *pa = address;
    return level != LEVEL_GVA || target_translate(target, hart, address, pa);
}

bool target_read(struct target *target, const struct hart *hart, enum level level, uint64_t address,
                 void *buffer, size_t size, uint64_t *bad)
{
    for (size_t done = 0, part; done < size; done += part) {
        uint64_t pa;
        *bad = address + done;
        part = bytes_in_page(*bad, size - done);
        if (!to_physical(target, hart, level, *bad, &pa))
            return false;
        const uint8_t *bytes =
            bytes_at(target, level == LEVEL_HPA ? LEVEL_HPA : LEVEL_GPA, pa, part);
        if (!bytes)
            return false;
        memcpy((uint8_t *)buffer + done, bytes, part);
    }
    return true;
}

/* One page's part. The machine's frames are announced, as the VMM announces its own writes. */
static bool write_part(struct target *target, enum level level, uint64_t pa, const uint8_t *bytes,
                       size_t size)
{
    if (level != LEVEL_HPA)
        return target->platform->dma(target->platform->owner, pa, (void *)bytes, size, true);
    uint8_t *at = ram_at(target->ram, pa, size);
    if (!at)
        return false;
    cpu_wrote(target->cpu, pa, size);
    memcpy(at, bytes, size);
    return true;
}

bool target_write(struct target *target, const struct hart *hart, enum level level,
                  uint64_t address, const void *buffer, size_t size, uint64_t *bad)
{
    for (size_t done = 0, part; done < size; done += part) {
        uint64_t pa;
        *bad = address + done;
        part = bytes_in_page(*bad, size - done);
        if (!to_physical(target, hart, level, *bad, &pa) ||
            !write_part(target, level, pa, (const uint8_t *)buffer + done, part))
            return false;
    }
    if (target->vm)
        vm_forget(target->vm); /* the guest's tables may be what was written */
    return true;
}

/* ---- building ----------------------------------------------------------------------------- */

void target_open(struct target *target, struct machine *machine, struct hosted *hosted,
                 const struct boot *boot)
{
    *target = (struct target){.machine = machine, .hosted = hosted};
    if (hosted) {
        target->vm = hosted_vm(hosted);
        target->platform = &target->vm->platform;
        target->cpu = hosted_cpu(hosted);
        target->ram = hosted_ram(hosted);
        hosted_boot(hosted);
    } else {
        target->platform = &machine->platform;
        target->cpu = machine->cpu;
        target->ram = &machine->ram;
        machine_boot(machine, boot);
    }
    look_init(&target->guest, target, LEVEL_GPA);
    look_init(&target->host, target, LEVEL_HPA);
}

void target_boot(struct target *target)
{
    if (target->hosted)
        hosted_boot(target->hosted);
    else
        machine_boot(target->machine, target->machine->boot);
}

void target_checkpoint(struct target *target, struct state *state)
{
    if (target->hosted)
        hosted_checkpoint(target->hosted);
    else
        machine_checkpoint(target->machine, state);
}

void target_rollback(struct target *target, const struct state *state)
{
    if (target->hosted)
        hosted_rollback(target->hosted);
    else
        machine_rollback(target->machine, state);
}
