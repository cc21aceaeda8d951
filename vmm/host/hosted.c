/* The hardware of a hosted VM: hw.h on the software machine. */
#include "hosted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "fp_ops.h"
#include "input.h"
#include "pmp.h"
#include "ram.h"
#include "save.h"

/* hw.h's view of the machine: one hart. */
struct hw {
    struct ram *ram;
    struct cpu *cpu;
    struct hart hart; /* the physical hart: always in U while a guest runs */
    struct vm_stats *stats;
    uint64_t entered;   /* cpu_steps when the guest was entered */
    bool has_interrupt; /* the line of a device that is passed through has changed */
};

/* Entries of a vcpu between audits, where nobody asks for another number. */
enum {
#if defined HOSTILE || defined DEBUG
    AUDIT_EVERY = 1,
#else
    AUDIT_EVERY = 0,
#endif
};

struct hosted {
    struct ram ram; /* of the machine; of the first VM alone, as the next two */
    struct cpu *cpu;
    uint64_t taken;      /* bytes of `ram` that VMs have */
    unsigned vms;        /* how many they are */
    struct hosted *host; /* whose machine this VM runs on: this, or the first of several */
    struct vm_memory memory;
    bool was_booted;
    struct cpu_device uart; /* as it stands on the machine's bus, where the VM has it for itself */
    struct hw hw;
    struct vm vm;
    const struct boot *boot;
    struct state saved;
    struct vm_stats saved_stats;
    struct withhold saved_withhold;
    bool was_logging;
    struct audit *audit;
};

uint8_t *hw_frame(struct hw *hw, hpa_t hpa)
{
    return ram_at(hw->ram, hpa.a, 1);
}

void hw_store(struct hw *hw, hpa_t hpa, unsigned size, uint64_t value)
{
    struct port *port = cpu_port(hw->cpu);
    port->store(port, hpa.a, size, ACCESS_STORE, value);
}

void hw_clear(struct hw *hw, hpa_t frame)
{
    cpu_wrote(hw->cpu, frame.a, PAGE_SIZE);
    memset(hw_frame(hw, frame), 0, PAGE_SIZE);
}

void hw_write(struct hw *hw, hpa_t hpa, const void *bytes, uint64_t size)
{
    cpu_wrote(hw->cpu, hpa.a, size);
    memcpy(hw_frame(hw, hpa), bytes, size);
}

/* The software machine is coherent: every hw_store has dropped what it replaced. */
void hw_fence(struct hw *hw, gva_t gva)
{
    (void)hw;
    (void)gva;
}

void hw_fence_all(struct hw *hw)
{
    (void)hw;
}

void hw_no_table(struct hw *hw, hpa_t frame)
{
    cpu_no_table(hw->cpu, frame.a);
}

struct hw_exit hw_enter(struct hw *hw, struct hw_state *state, uint64_t budget)
{
    struct hart *hart = &hw->hart;
    memcpy(hart->x, state->x, sizeof hart->x);
    hart->pc = state->pc;
    hart->csr.satp = state->satp;
    hart->reservation = state->reservation;
    hart->csr.mstatus = (hart->csr.mstatus & ~(uint64_t)MSTATUS_FS) | state->fs;
    if (state->fs) {
        memcpy(hart->f, state->f, sizeof hart->f);
        hart->csr.fcsr = state->fcsr;
    }
    hw->stats->entries_outside_u += hart->mode != MODE_U;
    hw->entered = cpu_steps(hw->cpu);
    hw->has_interrupt = false;
    struct cpu_exit end = cpu_enter(hw->cpu, hart, budget);
    memcpy(state->x, hart->x, sizeof state->x);
    state->pc = hart->pc;
    state->reservation = hart->reservation;
    state->fs = hart->csr.mstatus & MSTATUS_FS;
    if (state->fs == MSTATUS_FS) {
        memcpy(state->f, hart->f, sizeof state->f);
        state->fcsr = hart->csr.fcsr;
    }
    if (!end.has_trapped && hw->has_interrupt)
        return (struct hw_exit){
            .is_trap = true, .trap = {.cause = CAUSE_INTERRUPT | IRQ_SEI}, .steps = end.steps};
    return (struct hw_exit){
        .is_trap = end.has_trapped, .trap = end.trap, .insn = end.insn, .steps = end.steps};
}

/* The machine's own UART. There is one model and one instance, whichever way in: where the VM has
 * it for itself, it stands on the bus, and the guest reaches it without an exit. Its line and its
 * deadlines are the VM's to look at, so the guest comes back when they change. */
static bool uart_access(void *owner, uint64_t pa, unsigned size, bool is_write, uint64_t *value)
{
    struct hosted *hosted = owner;
    struct platform *platform = &hosted->vm.platform;
    struct platform_state *s = &platform->s;
    uint64_t steps = s->clock.steps, due[EVENT_COUNT];
    bool was_high = uart_irq(&s->uart);
    memcpy(due, s->due, sizeof due);
    /* The vcpu counts its steps when it is back; the device must see them now. */
    s->clock.steps += cpu_steps(hosted->host->cpu) - hosted->hw.entered;
    bool done = platform_mmio(platform, pa, size, is_write, value);
    s->clock.steps = steps;
    hosted->hw.has_interrupt = uart_irq(&s->uart) != was_high;
    if (hosted->hw.has_interrupt || memcmp(due, s->due, sizeof due) != 0)
        cpu_stop(hosted->host->cpu);
    return done;
}

static void connect_uart(struct hosted *hosted)
{
    hosted->uart = (struct cpu_device){
        .owner = hosted, .base = UART_BASE, .size = PAGE_SIZE, .access = uart_access};
    if (hosted->vm.config.passes_uart)
        cpu_set_device(hosted->host->cpu, &hosted->uart);
}

/* The VM as at power-on, over memory that is all zero. */
static void set_up(struct hosted *hosted)
{
    struct platform *platform = &hosted->vm.platform;
    const struct board_config *config = &hosted->boot->config;
    boot_configure(platform, config);
    platform->tohost = boot_tohost(hosted->boot);
    hosted->hw = (struct hw){
        .ram = &hosted->host->ram, .cpu = hosted->host->cpu, .stats = &hosted->vm.stats};
    hart_reset(&hosted->hw.hart, config->isa, 0, 0);
    hosted->hw.hart.mode = MODE_U;
    pmp_open(&hosted->hw.hart.csr.pmp);
    struct shadow_stats so_far = hosted->vm.shadows.stats; /* a reboot does not end the count */
    vm_init(&hosted->vm, &hosted->hw, hosted->memory);
    connect_uart(hosted);
    hosted->vm.shadows.stats = so_far;
    hosted->vm.port.fp = &fp_ops; /* for what a VMM must do by hand: the core has no arithmetic */
}

/* Gives the VM the next stretch of its host's memory. */
static void move_in(struct hosted *hosted, struct hosted *host, const struct boot *boot)
{
    uint64_t size = vm_memory_needed(boot->config.ram_size);
    hosted->host = host;
    hosted->boot = boot;
    hosted->memory = (struct vm_memory){.base = HPA(RAM_BASE + host->taken),
                                        .size = size,
                                        .guest_size = boot->config.ram_size,
                                        .number = host->vms++};
    host->taken += size;
    set_up(hosted);
}

struct hosted *hosted_new(const struct boot *boot, enum engine engine)
{
    return hosted_new_with_room(boot, engine, 0);
}

struct hosted *hosted_new_beside(struct hosted *host, const struct boot *boot)
{
    bool has_room = host->ram.size - host->taken >= vm_memory_needed(boot->config.ram_size);
    struct hosted *hosted = has_room ? calloc(1, sizeof *hosted) : NULL;
    if (!hosted || !hosted_audit(hosted, AUDIT_EVERY)) {
        free(hosted);
        return NULL;
    }
    move_in(hosted, host, boot);
    return hosted;
}

struct hosted *hosted_new_with_room(const struct boot *boot, enum engine engine, uint64_t room)
{
    struct hosted *hosted = calloc(1, sizeof *hosted);
    if (!hosted)
        return NULL;
    if (!ram_init(&hosted->ram, RAM_BASE, vm_memory_needed(boot->config.ram_size) + room)) {
        free(hosted);
        return NULL;
    }
    hosted->cpu = cpu_new(&hosted->ram, NULL, engine);
    if (!hosted->cpu || !hosted_audit(hosted, AUDIT_EVERY)) {
        hosted_free(hosted);
        errno = ENOMEM;
        return NULL;
    }
    move_in(hosted, hosted, boot);
    return hosted;
}

bool hosted_audit(struct hosted *hosted, uint64_t every)
{
    audit_free(hosted->audit);
    hosted->audit = every ? audit_new(&hosted->vm, every) : NULL;
    return hosted->audit || !every;
}

void hosted_free(struct hosted *hosted)
{
    if (!hosted)
        return;
    audit_free(hosted->audit);
    input_free(&hosted->vm.platform);
    if (hosted->host == hosted || !hosted->host) {
        cpu_free(hosted->cpu);
        ram_free(&hosted->ram);
    }
    free(hosted);
}

/* The VM's stretch of the machine's memory reads zero, whoever has the rest. */
static void clear_memory(struct hosted *hosted)
{
    const struct vm_memory *memory = &hosted->memory;
    if (memory->size == hosted->host->ram.size)
        ram_clear(&hosted->host->ram);
    else if (hosted->was_booted)
        for (uint64_t at = 0; at < memory->size; at += PAGE_SIZE)
            hw_clear(&hosted->hw, HPA(memory->base.a + at));
    cpu_drop(hosted->host->cpu);
    hosted->was_booted = true;
}

void hosted_boot(struct hosted *hosted)
{
    clear_memory(hosted);
    set_up(hosted);
    boot_load(hosted->boot, &hosted->vm.platform);
}

struct vm *hosted_vm(struct hosted *hosted)
{
    return &hosted->vm;
}

struct ram *hosted_ram(struct hosted *hosted)
{
    return &hosted->host->ram;
}

struct cpu *hosted_cpu(struct hosted *hosted)
{
    return hosted->host->cpu;
}

void hosted_checkpoint(struct hosted *hosted)
{
    state_take(&hosted->vm.platform, &hosted->saved);
    hosted->saved_stats = hosted->vm.stats;
    hosted->saved_withhold = hosted->vm.withhold;
    hosted->was_logging = hosted->vm.is_logging;
    ram_checkpoint(&hosted->ram);
    disks_checkpoint(&hosted->vm.platform);
    cpu_drop_stores(hosted->cpu);
}

void hosted_rollback(struct hosted *hosted)
{
    ram_rollback(&hosted->ram);
    disks_rollback(&hosted->vm.platform);
    cpu_drop(hosted->cpu);
    state_put(&hosted->vm.platform, &hosted->saved);
    hosted->vm.stats = hosted->saved_stats;
    hosted->vm.withhold = hosted->saved_withhold;
    hosted->vm.is_logging = hosted->was_logging;
    vm_forget(&hosted->vm);
}
