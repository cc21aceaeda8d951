/* Lockstep of a machine and a VM. */
#include "fidelity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "disk.h"
#include "insn.h"
#include "memory.h"
#include "stale.h"
#include "trap.h"

enum {
    INTERVAL = 100000, /* steps between comparisons of memory, at the least */
};

struct lockstep {
    struct machine *bare;
    struct hosted *hosted;
    struct platform *vm; /* hosted's platform */
    const struct fidelity_config *config;
    struct state bare_state;
    struct stale *stale, *saved_stale;
    struct cpu_watch watch;
    struct fidelity_run run;

    /* The bare side's host, and how much it was shown: a stretch that is run again is not shown
     * again. */
    void *host;
    void (*output)(void *host, uint8_t byte);
    void (*send)(void *host, const uint8_t *frame, size_t size);
    uint64_t (*idle)(void *host, struct platform *platform, uint64_t until);
    uint64_t shown, sent;
    uint64_t frontier; /* the last clock reading that was reached: before it, all is known */
};

static void show(void *owner, uint8_t byte)
{
    struct lockstep *l = owner;
    if (l->bare->platform.s.output_count <= l->shown)
        return;
    l->shown++;
    if (l->output)
        l->output(l->host, byte);
}

static void send(void *owner, const uint8_t *frame, size_t size)
{
    struct lockstep *l = owner;
    if (l->bare->platform.s.sent_count <= l->sent)
        return;
    l->sent++;
    if (l->send)
        l->send(l->host, frame, size);
}

static void reach(struct lockstep *l)
{
    uint64_t now = clock_now(&l->bare->platform.s.clock);
    l->frontier = now > l->frontier ? now : l->frontier;
}

/* With a network, time goes as fast as the host's where nothing is known yet. */
static uint64_t idle(void *owner, struct platform *platform, uint64_t until)
{
    struct lockstep *l = owner;
    bool is_known = clock_now(&platform->s.clock) < l->frontier;
    if (is_known || !l->idle)
        return until;
    uint64_t reached = l->idle(l->host, platform, until);
    reach(l);
    return reached;
}

/* Comes between the bare machine and its host, and leaves again. Without a network, nothing comes
 * from outside, and time is virtual on both sides. */
static void watch_host(struct lockstep *l)
{
    struct platform *bare = &l->bare->platform;
    l->host = bare->host;
    l->output = bare->output;
    l->send = bare->send;
    l->idle = bare->idle;
    l->sent = bare->s.sent_count;
    bare->host = l;
    bare->output = show;
    bare->send = send;
    bare->idle = l->config->net ? idle : NULL;
}

static void leave_host(struct lockstep *l)
{
    l->bare->platform.host = l->host;
    l->bare->platform.output = l->output;
    l->bare->platform.send = l->send;
}

/* Both sides stand where they never were: what has come is theirs now, and what they are past is
 * nobody's any more. */
static void take_packets(struct lockstep *l)
{
    if (!l->config->net)
        return;
    reach(l);
    net_forget(l->config->net, l->vm->s.packet_cursor);
    net_poll(l->config->net, &l->bare->platform);
    platform_update(l->vm);
}

/* ---- what the bare guest does to its page tables (P43) ------------------------------------ */

static void replaced(void *owner, uint64_t pa)
{
    stale_replaced(((struct lockstep *)owner)->stale, pa);
}

static void walked(void *owner, uint64_t va, const struct walk *walk)
{
    struct lockstep *l = owner;
    stale_walked(l->stale, l->bare->hart[l->bare->platform.s.turn].csr.satp, va, walk);
}

static void fenced(void *owner, bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    stale_fenced(((struct lockstep *)owner)->stale, all_va, va, all_asids, asid);
}

/* ---- comparing ---------------------------------------------------------------------------- */

static bool state_differs(struct lockstep *l, FILE *out)
{
    struct comparison c = {.out = out};
    for (unsigned i = 0; i < l->vm->harts; i++)
        compare_harts(&c, &l->bare->hart[i], cpu_port(l->bare->cpu), l->vm->hart[i],
                      &hosted_vm(l->hosted)->port);
    compare_platforms(&c, &l->bare->platform.s, &l->vm->s);
    return c.differs;
}

/* Compares one guest page; tells the first doubleword that differs. */
static void compare_page(struct lockstep *l, struct comparison *c, gpa_t gpa)
{
    struct vm *vm = hosted_vm(l->hosted);
    hpa_t hpa;
    const uint8_t *bare = ram_at(&l->bare->ram, gpa.a, PAGE_SIZE);
    if (!bare || !vm_translate(vm, gpa, 0, &hpa))
        return;
    const uint8_t *virtual = hw_frame(vm->hw, hpa);
    if (memcmp(bare, virtual, PAGE_SIZE) == 0)
        return;
    for (unsigned i = 0; i < PAGE_SIZE; i += 8) {
        uint64_t a, b;
        char name[32];
        memcpy(&a, bare + i, 8);
        memcpy(&b, virtual + i, 8);
        snprintf(name, sizeof name, "memory %" PRIx64, gpa.a + i);
        compare(c, name, a, b);
        if (a != b)
            return;
    }
}

static bool memory_differs(struct lockstep *l, FILE *out)
{
    struct comparison c = {.out = out};
    struct vm *vm = hosted_vm(l->hosted);
    const struct ram *bare = &l->bare->ram, *machine = hosted_ram(l->hosted);
    for (uint64_t i = 0; i < bare->written_count; i++)
        compare_page(l, &c, GPA(bare->base + bare->written[i] * PAGE_SIZE));
    for (uint64_t i = 0; i < machine->written_count; i++) {
        hpa_t hpa = HPA(machine->base + machine->written[i] * PAGE_SIZE);
        if (owner_of(&vm->owners, hpa) == vm->number)
            compare_page(l, &c, owner_gpa(&vm->owners, hpa));
    }
    return c.differs;
}

/* What both guests wrote to their disks, which hold it. */
static bool disks_differ(struct lockstep *l, FILE *out)
{
    bool differ = false;
    for (unsigned i = 0; i < VIRTIO_DISKS; i++) {
        uint64_t at;
        if (!l->bare->platform.disk[i] ||
            !disk_differs(l->bare->platform.disk[i], l->vm->disk[i], &at))
            continue;
        differ = true;
        if (out)
            fprintf(out, "  disk %u from byte %" PRIx64 " on\n", i, at);
    }
    return differ;
}

/* What lies in the guest's memory and on its disks. */
static bool contents_differ(struct lockstep *l, FILE *out)
{
    bool memory = memory_differs(l, out);
    return disks_differ(l, out) || memory;
}

static bool differs(struct lockstep *l, FILE *out)
{
    bool state = state_differs(l, out);
    return contents_differ(l, out) || state;
}

/* ---- running ------------------------------------------------------------------------------ */

/* The VM forgets what it has derived, and the bare side too, so that it is seen to walk again. */
static void start_afresh(struct lockstep *l)
{
    vm_forget(hosted_vm(l->hosted));
    cpu_drop(l->bare->cpu);
    stale_clear(l->stale);
}

static void checkpoint(struct lockstep *l)
{
    /* Where much was replaced and never fenced, the VM starts afresh: then nothing old is left. */
    if (l->stale->entries > STALE_ROOM / 4 || l->stale->fences > STALE_ROOM / 4) {
        start_afresh(l);
    }
    machine_checkpoint(l->bare, &l->bare_state);
    hosted_checkpoint(l->hosted);
    stale_copy(l->saved_stale, l->stale);
    take_packets(l);
}

static void go_back(struct lockstep *l)
{
    machine_rollback(l->bare, &l->bare_state);
    hosted_rollback(l->hosted);
    stale_copy(l->stale, l->saved_stale);
}

static uint64_t steps_of(const struct lockstep *l)
{
    return l->vm->s.clock.steps;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Runs the VM to `target`, with the fault of a test applied where it belongs. */
static void run_vm(struct lockstep *l, uint64_t target)
{
    const struct fidelity_fault *fault = l->config->fault;
    if (l->config->net) /* the log has grown */
        platform_update(l->vm);
    while (fault && steps_of(l) < target && l->vm->s.stop <= STOP_LIMIT) {
        uint64_t now = steps_of(l);
        bool is_due = now >= fault->from && now < fault->to;
        if (is_due)
            fault->spoil(l->hosted);
        if (now >= fault->to)
            break;
        platform_run(l->vm, earlier(target, is_due ? now + 1 : fault->from));
    }
    platform_run(l->vm, target);
}

/* One stretch on both sides. False: the bare guest used a translation that it had changed and not
 * fenced. */
static bool run_both(struct lockstep *l, uint64_t target)
{
    l->stale->was_used = false;
    platform_run(&l->bare->platform, target);
    if (l->stale->was_used)
        return false;
    run_vm(l, target);
    return true;
}

/* The same stretch, a step at a time: where the bare side uses a changed translation, the VM
 * forgets what it has derived, and so sees the same. */
static void run_both_carefully(struct lockstep *l, uint64_t target)
{
    while (steps_of(l) < target && l->vm->s.stop <= STOP_LIMIT) {
        uint64_t next = steps_of(l) + 1;
        l->stale->was_used = false;
        platform_run(&l->bare->platform, next);
        if (l->stale->was_used) {
            start_afresh(l);
            l->run.stale++;
        }
        run_vm(l, next);
    }
}

static void run_to(struct lockstep *l, uint64_t target)
{
    if (run_both(l, target))
        return;
    go_back(l);
    run_both_carefully(l, target);
}

/* Both sides run from the checkpoint for `steps`. True: they end up different. */
static bool differ_after(struct lockstep *l, uint64_t steps)
{
    go_back(l);
    run_to(l, steps_of(l) + steps);
    return differs(l, NULL);
}

static void print_instruction(struct lockstep *l, FILE *out)
{
    struct hart *hart = l->vm->hart[l->vm->s.turn];
    uint32_t word;
    struct trap trap;
    fprintf(out, "at pc %" PRIx64 " in %s-mode: ", hart->pc, &"U\0S\0?\0M"[2 * hart->mode]);
    if (!memory_fetch(hart, cpu_port(l->bare->cpu), &word, &trap)) {
        fprintf(out, "%s on the fetch\n", trap_name(trap.cause));
        return;
    }
    struct insn insn = insn_decode(word, hart->isa);
    fprintf(out, "%s (%0*x)\n", insn.id == INSN_ILLEGAL ? "illegal" : insn_table[insn.id].name,
            2 * insn.length, word);
}

/* There is a difference `steps` after the checkpoint: finds the first step that makes one, and
 * tells it. */
static void report(struct lockstep *l, uint64_t steps)
{
    FILE *out = l->config->report;
    uint64_t same = 0, different = steps;
    while (different - same > 1) {
        uint64_t middle = same + (different - same) / 2;
        if (differ_after(l, middle))
            different = middle;
        else
            same = middle;
    }
    differ_after(l, same);
    if (!out)
        return;
    fprintf(out, "bare machine and VM differ after step %" PRIu64 "\n", steps_of(l) + 1);
    print_instruction(l, out);
    run_to(l, steps_of(l) + 1);
    fprintf(out, "last exit of the VM: %s\n",
            exit_text[hosted_vm(l->hosted)->vcpu[l->vm->s.turn].last_exit]);
    fprintf(out, "  %-22s %20s %20s\n", "", "bare", "VM");
    differs(l, out);
}

/* Runs one interval, comparing registers every so often, and memory at its end. True: they agree.
 */
static bool run_interval(struct lockstep *l)
{
    uint64_t every = l->config->every;
    uint64_t from = steps_of(l);
    uint64_t end = earlier(l->config->max, from + (every > INTERVAL ? every : INTERVAL));
    bool same = true;
    while (same && steps_of(l) < end && l->vm->s.stop <= STOP_LIMIT &&
           l->bare->platform.s.stop <= STOP_LIMIT) {
        run_to(l, earlier(end, steps_of(l) + every));
        same = !state_differs(l, NULL);
    }
    if (same && !contents_differ(l, NULL))
        return true;
    uint64_t ran = steps_of(l) > l->bare->platform.s.clock.steps ? steps_of(l)
                                                                 : l->bare->platform.s.clock.steps;
    report(l, ran - from);
    return false;
}

static void reboot(struct lockstep *l)
{
    machine_boot(l->bare, l->bare->boot);
    hosted_boot(l->hosted);
    stale_clear(l->stale);
    l->run.reboots++;
}

struct fidelity_run fidelity(struct machine *bare, struct hosted *hosted,
                             const struct fidelity_config *config)
{
    struct lockstep l = {.bare = bare,
                         .hosted = hosted,
                         .vm = &hosted_vm(hosted)->platform,
                         .config = config,
                         .watch = {.replaced = replaced, .walked = walked, .fenced = fenced}};
    l.watch.owner = &l;
    l.stale = calloc(2, sizeof *l.stale);
    assert(l.stale && "out of memory");
    l.saved_stale = l.stale + 1;
    if (!shadow_is_coherent(&hosted_vm(hosted)->shadows)) /* else nothing old is ever used */
        cpu_set_watch(bare->cpu, &l.watch);
    watch_host(&l);
    l.run.result = FIDELITY_SAME;
    for (bool same = true; same;) {
        checkpoint(&l);
        same = run_interval(&l);
        if (!same)
            l.run.result = FIDELITY_DIFFERENT;
        else if (l.vm->s.stop == STOP_REBOOT)
            reboot(&l);
        else if (l.vm->s.stop > STOP_LIMIT)
            break;
        else if (steps_of(&l) >= config->max) {
            l.run.result = FIDELITY_LIMIT;
            break;
        }
    }
    l.run.stop = l.vm->s.stop;
    l.run.steps = steps_of(&l);
    cpu_set_watch(bare->cpu, NULL);
    leave_host(&l);
    free(l.stale);
    machine_forget(bare);
    return l.run;
}
