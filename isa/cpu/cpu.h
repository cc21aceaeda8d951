/* The physical CPU: harts at speed.
 *
 * One cpu runs all harts of a machine, one at a time. It keeps a TLB and decoded blocks, which are
 * caches: dropping any of it at any time is always correct. All harts share them, because the
 * machine is coherent and an entry's tag says for which address space it holds. */
#ifndef CPU_H
#define CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "hart.h"
#include "memory.h"
#include "port.h"
#include "ram.h"

struct platform;
struct cpu;
struct walk;

enum engine {
    ENGINE_BLOCK, /* decoded blocks, threaded */
    ENGINE_STEP,  /* the reference step */
};

/* Builds a cpu over `ram` and the devices of `platform` (NULL: no devices, and a clock of its own).
 * NULL: no memory. */
struct cpu *cpu_new(struct ram *ram, struct platform *platform, enum engine engine);
void cpu_free(struct cpu *cpu);

/* Runs `hart` until platform->s.clock.steps reaches `until`, the hart waits, or the platform is
 * stirred. Takes interrupts and traps as the architecture says. Advances the clock and the hart's
 * counters. */
void cpu_run(struct cpu *cpu, struct hart *hart, uint64_t until);

/* How a run for a VMM ended. */
struct cpu_exit {
    bool has_trapped; /* false: the budget is used up */
    struct trap trap;
    uint32_t insn;  /* the instruction that trapped; 0: it could not be fetched */
    uint64_t steps; /* all of which retired; what trapped is not among them */
};

/* Runs `hart` for at most `budget` steps, until its first trap, which is not taken: the hart stands
 * at the instruction that raised it. For a VMM, whose guest runs so. The counters of `hart` are the
 * VMM's own affair and stay. */
struct cpu_exit cpu_enter(struct cpu *cpu, struct hart *hart, uint64_t budget);

/* A device on the bus of a machine that has no platform, in [base, base + size). Lent; NULL: none.
 */
struct cpu_device {
    void *owner;
    uint64_t base, size;
    /* As platform_mmio. */
    bool (*access)(void *owner, uint64_t pa, unsigned size, bool is_write, uint64_t *value);
};
void cpu_set_device(struct cpu *cpu, const struct cpu_device *device);

/* While a device is asked: ends the run with this step. */
void cpu_stop(struct cpu *cpu);

/* The port through which the reference step and others reach this machine's memory and devices. */
struct port *cpu_port(struct cpu *cpu);

/* Memory at [pa, pa + size) is about to change by other means than a hart's store (DMA, the VMM, a
 * debugger): drops what was derived from it, and notes the frames as written. Call it before the
 * change, and run no hart in between. */
void cpu_wrote(struct cpu *cpu, uint64_t pa, uint64_t size);

/* The frame at `pa` is no page table any more: its entries were replaced one by one, so that
 * nothing derived from them is left. */
void cpu_no_table(struct cpu *cpu, uint64_t pa);

/* Drops every cached translation and block. */
void cpu_drop(struct cpu *cpu);

/* Drops what lets stores go directly to memory: after ram_checkpoint. */
void cpu_drop_stores(struct cpu *cpu);

/* An observer of translations, for lockstep: whether the guest used one that it had changed and not
 * yet fenced (P43). */
struct cpu_watch {
    void *owner;
    /* A store replaced the entry at `pa`, a pointer or an accessed leaf. */
    void (*replaced)(void *owner, uint64_t pa);
    /* The tables were walked for `va`. */
    void (*walked)(void *owner, uint64_t va, const struct walk *walk);
    /* The hart executed sfence.vma. */
    void (*fenced)(void *owner, bool all_va, uint64_t va, bool all_asids, uint64_t asid);
};
void cpu_set_watch(struct cpu *cpu, struct cpu_watch *watch);

/* Triggers, for a debugger: where a hart is to stop. What none of them meets runs as fast as ever,
 * for places stand in the decoded blocks, and watched pages never in the TLB. */
struct trigger_range {
    uint64_t first, last; /* addresses, both included */
    bool is_physical;     /* of the machine's memory; else virtual, in any address space */
    bool loads, stores;   /* which accesses are meant; an atomic is both */
};
struct triggers {
    void *owner;
    /* The hart is about to execute an instruction at one of `offsets`, or a system instruction. The
     * hart, its counters and the clock are exact. True: it stops before it. */
    bool (*reached)(void *owner, const struct hart *hart);
    /* The instruction at hart->pc is about to make this access, unless it traps. True: the hart
     * stops after it. Told again when a hidden fault has it executed again. */
    bool (*touches)(void *owner, const struct hart *hart, const struct touch *touch);
    uint64_t offsets[PAGE_SIZE / 2 / 64]; /* a bit for each halfword of a page, whichever page */
    bool system;                          /* all SYSTEM and MISC-MEM instructions, too */
    const struct trigger_range *range;
    unsigned ranges;
};

/* Sets the triggers, which are lent, or none (NULL). Called again after each change of them, and
 * after RAM was cleared. */
void cpu_set_triggers(struct cpu *cpu, const struct triggers *triggers);

/* A translation that stands in the TLB, for whoever wants to look. */
struct cpu_translation {
    uint64_t va, pa; /* of the page */
    uint64_t satp;   /* and the mode: for which space it is */
    enum mode mode;
    bool loads, stores; /* which accesses it is for */
};

/* Translation number `n`, from 0, of those that stand in the TLB now. False: there are not so many.
 */
bool cpu_translation(const struct cpu *cpu, unsigned n, struct cpu_translation *translation);

/* Steps that this cpu has counted in all. */
uint64_t cpu_steps(const struct cpu *cpu);

#endif
