/* A virtual machine: the guest's memory, its platform, its vcpus, and what its exits cost. */
#ifndef VM_H
#define VM_H

#include "exit.h"
#include "hw.h"
#include "insn.h"
#include "owner.h"
#include "p2m.h"
#include "platform.h"
#include "shadow.h"
#include "vcpu.h"
#include "withhold.h"

/* What the VMM is given: one stretch of machine memory that reads zero, of which it makes its own
 * pool and the VM's frames. */
struct vm_memory {
    hpa_t base;
    uint64_t size;       /* bytes, at least vm_memory_needed(guest bytes) */
    uint64_t guest_size; /* bytes at RAM_BASE that the guest sees */
    unsigned number;     /* of the VM among those on the machine, from 0 */
};

struct vm_stats {
    uint64_t exits[EXIT_COUNT];
    uint64_t direct;                    /* guest steps that the hart took by itself */
    uint64_t emulated[INSN_COUNT];      /* guest steps that the VMM took, by instruction */
    uint64_t emulated_mmio[INSN_COUNT]; /* those of them that reached a device */
    uint64_t reflected, injected, firmware;
    uint64_t entries_outside_u; /* must stay 0 */
    uint64_t emulated_direct;   /* without any of the reasons for emulating: must stay 0 */
};

/* What the caller chooses, before vm_init. All zero is the default. */
struct vm_config {
    enum shadow_kind shadow;
    bool is_stale;    /* shadows synchronise at the last legal moment */
    bool is_silent;   /* the hart does not tell which instruction trapped, as some do not (P27) */
    uint64_t amnesia; /* at so many of 2^32 entries, the shadows forget something */
    uint64_t seed;    /* of what they forget */
    bool hypercalls;  /* the guest may make them (hypercall.h) */
    bool passes_uart; /* the machine's UART is the guest's own: its page is mapped */
};

/* Who audits a VM (vmm/host/audit.c). Lent; each is told after it happened. */
struct vm_auditor {
    void *owner;
    /* A shadow entry for `gva` was filled. */
    void (*filled)(void *owner, const struct shadow *shadow, gva_t gva);
    /* The guest fenced. */
    void (*fenced)(void *owner, bool all_va, gva_t gva, bool all_asids, uint64_t asid);
    /* A vcpu is about to enter its guest. */
    void (*entering)(void *owner, const struct vcpu *vcpu);
};

struct vm {
    struct port port; /* first: guest-physical memory and devices, for isa/arch's functions */
    struct vm_config config;
    struct hw *hw;
    unsigned number; /* as owner */
    struct owners owners;
    struct p2m p2m;
    struct shadows shadows;
    struct withhold withhold;
    bool is_logging; /* of dirty frames (withhold.h) */
    struct platform platform;
    struct vcpu vcpu[MAX_HARTS];
    struct vm_stats stats;
    struct exit_ring exits;
    uint64_t random;                  /* of amnesia: never 0 */
    const struct vm_auditor *auditor; /* NULL: none */
    /* What the guest says to whoever runs the VM (hypercall.h), `size` bytes; NULL: nobody hears.
     */
    void (*said)(const uint8_t *bytes, uint64_t size);
    /* Of the instruction that is being emulated. */
    bool reached_device; /* one of its accesses went to a device */
    bool reached_table;  /* or was a store to a frame that is traced */
    bool is_excused;     /* it is plain, and yet the hart could not have done it */
};

/* Bytes of machine memory for a VM of `guest_size` bytes: its frames and the VMM's pool. */
uint64_t vm_memory_needed(uint64_t guest_size);

/* Builds a VM in `vm`. Its config and its platform's fixed part (harts, quantum, has_firmware) are
 * filled in by the caller before; the rest is the VM's. The guest's memory is not written. */
void vm_init(struct vm *vm, struct hw *hw, struct vm_memory memory);

/* The guest's memory at `gpa`, `size` bytes within a page, in the machine; false: not its memory.
 */
bool vm_translate(const struct vm *vm, gpa_t gpa, unsigned perms, hpa_t *hpa);

/* The guest fences: shadow_fence, and the auditor hears of it. */
void vm_fence(struct vm *vm, bool all_va, gva_t gva, bool all_asids, uint64_t asid);

/* True where the page of `gpa` is a device of the machine that the guest has as its own: *page says
 * how it may be mapped. No memory: neither DMA nor walks nor fetches reach it. */
bool vm_passes(const struct vm *vm, gpa_t gpa, struct p2m_entry *page);

/* Guest state was put in place from outside (boot, restore): forgets what was derived from it. */
void vm_forget(struct vm *vm);

#endif
