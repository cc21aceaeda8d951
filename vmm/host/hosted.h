/* A hosted VM: the VMM core on the software machine of isa/, with the VMM itself outside.
 *
 * The machine underneath has one hart, no devices and no firmware: memory for the VM plus a bounded
 * pool for the VMM. All that the guest believes in comes from the VMM. */
#ifndef HOSTED_H
#define HOSTED_H

#include "audit.h"
#include "boot.h"
#include "cpu.h"
#include "vm.h"

struct hosted;

/* Builds a VM of the configuration in `boot`, not yet booted: its vm_config can be chosen until
 * then. NULL: the host has not that much memory; errno says why. `boot` must outlive it. */
struct hosted *hosted_new(const struct boot *boot, enum engine engine);

/* The same on a machine with `room` bytes more, for other VMs; and another VM in that room, on the
 * same hart, in turns as the caller runs them. NULL: there is no room, or no memory. `host`
 * outlives its guests; a machine with several VMs has no checkpoints. */
struct hosted *hosted_new_with_room(const struct boot *boot, enum engine engine, uint64_t room);
struct hosted *hosted_new_beside(struct hosted *host, const struct boot *boot);
void hosted_free(struct hosted *hosted);

/* Powers the VM on: its memory is cleared, images and device tree are loaded. */
void hosted_boot(struct hosted *hosted);

struct vm *hosted_vm(struct hosted *hosted);

/* The VM is audited at every `every`th entry of a vcpu from now on; 0: not at all. A debug or
 * hostile build does so from the beginning, at each. False: no memory. */
bool hosted_audit(struct hosted *hosted, uint64_t every);

/* The machine's memory and CPU, for lockstep, save and debugger. */
struct ram *hosted_ram(struct hosted *hosted);
struct cpu *hosted_cpu(struct hosted *hosted);

/* The state saved in memory: virtual state only, guest memory as a checkpoint of the machine's
 * memory (P39). hosted_checkpoint replaces an earlier checkpoint; hosted_rollback goes back to it,
 * as often as wanted. */
void hosted_checkpoint(struct hosted *hosted);
void hosted_rollback(struct hosted *hosted);

#endif
