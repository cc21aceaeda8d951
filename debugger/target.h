/* What is debugged: a bare machine, or a VM on one, behind one set of questions.
 *
 * Looking changes nothing: memory is read around caches and devices, tables are walked without
 * setting A or D. Changing goes through the platform's DMA, as a device's would. */
#ifndef TARGET_H
#define TARGET_H

#include <stddef.h>

#include "hosted.h"
#include "machine.h"
#include "save.h"
#include "sv39.h"

/* The three address levels; on a bare machine the last two are the same. */
enum level { LEVEL_GVA, LEVEL_GPA, LEVEL_HPA };

/* A port that reads one physical space and writes nothing. */
struct look {
    struct port port;
    struct target *target;
    enum level level;
};

struct target {
    struct machine *machine; /* or */
    struct hosted *hosted;   /* one of them, lent */

    struct platform *platform;
    struct cpu *cpu;
    struct ram *ram;
    struct vm *vm; /* NULL on a bare machine */
    struct look guest, host;
};

/* Makes a target of a machine or a VM, one of them NULL, and powers it on with `boot`. */
void target_open(struct target *target, struct machine *machine, struct hosted *hosted,
                 const struct boot *boot);

/* Power-on again, with the clock going on: the guest asked for it. */
void target_boot(struct target *target);

static inline struct hart *target_hart(const struct target *target, unsigned index)
{
    return target->platform->hart[index];
}

/* Reads or writes `size` bytes at an address of `level`; a gva is translated as `hart` does in
 * S-mode, so that nothing that is mapped is hidden. False: not all of it is memory, and `*bad` is
 * the first address that is not. */
bool target_read(struct target *target, const struct hart *hart, enum level level, uint64_t address,
                 void *buffer, size_t size, uint64_t *bad);
bool target_write(struct target *target, const struct hart *hart, enum level level,
                  uint64_t address, const void *buffer, size_t size, uint64_t *bad);

/* The guest-physical address of `gva`, whoever may touch it. */
bool target_translate(struct target *target, const struct hart *hart, uint64_t gva, uint64_t *gpa);

/* The host-physical address of `gpa`. */
bool target_host_address(const struct target *target, uint64_t gpa, uint64_t *hpa);

/* The word of the instruction at `pc`, as `hart` would fetch it. */
bool target_insn(struct target *target, const struct hart *hart, uint64_t pc, uint32_t *word);

/* A walk as `hart` makes it for an access, without effects. False: its space is bare. */
bool target_walk(struct target *target, const struct hart *hart, uint64_t gva, enum access why,
                 enum walk_result *result, struct walk *walk);

/* The same over the shadow that a vcpu would run on; NULL shadow: there is none. */
const struct shadow *target_shadow(const struct target *target, unsigned vcpu);
bool target_walk_shadow(struct target *target, const struct shadow *shadow, uint64_t gva,
                        enum access why, enum walk_result *result, struct walk *walk);

/* The state saved in memory, and gone back to, as often as wanted; `state` is a bare machine's. */
void target_checkpoint(struct target *target, struct state *state);
void target_rollback(struct target *target, const struct state *state);

/* The value of a CSR, with no right asked. */
bool target_csr(struct target *target, const struct hart *hart, unsigned number, uint64_t *value);

#endif
