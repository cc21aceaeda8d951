/* info: what there is, a topic a function. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "csr.h"
#include "device_map.h"
#include "input.h"
#include "show.h"
#include "story.h"
#include "topics.h"
#include "trap.h"

static const char *const mode_names[] = {"U", "S", "?", "M"};

static bool needs_vm(struct debugger *debugger, const char *what)
{
    return debugger->target.vm ||
           out_fail(&debugger->out, "there are %s under a VMM only (trapeze debug --vmm)", what);
}

static bool info_harts(struct debugger *debugger)
{
    const struct platform *platform = debugger->target.platform;
    for (unsigned i = 0; i < platform->harts; i++) {
        const struct hart *hart = platform->hart[i];
        char place[200];
        bool is_started = !platform->has_firmware || platform->s.sbi.state[i] == SBI_HART_STARTED;
        show_place(debugger, hart->pc, place, sizeof place);
        out_line(&debugger->out, "%s hart %u  %s  %s%s", i == debugger->hart ? "*" : " ", i,
                 mode_names[hart->mode], is_started ? place : "not started",
                 hart->waiting ? ", waiting for an interrupt" : "");
    }
    out_line(&debugger->out, "  %" PRIu64 " steps, and %" PRIu64 " steps' time skipped",
             platform->s.clock.steps, platform->s.clock.idle);
    out_count(&debugger->out, "steps", platform->s.clock.steps);
    return true;
}

static bool info_vcpus(struct debugger *debugger)
{
    if (!needs_vm(debugger, "vcpus"))
        return false;
    const struct vm *vm = debugger->target.vm;
    for (unsigned i = 0; i < vm->platform.harts; i++) {
        const struct vcpu *vcpu = &vm->vcpu[i];
        out_line(&debugger->out,
                 "%s vcpu %u  virtual %s, satp 0x%" PRIx64 "; real U, satp 0x%" PRIx64
                 "; last exit: %s",
                 i == debugger->hart ? "*" : " ", i, mode_names[vcpu->hart.mode],
                 vcpu->hart.csr.satp, vcpu->run.satp, trap_name(vcpu->last_trap.cause));
    }
    return true;
}

static bool info_views(struct debugger *debugger)
{
    unsigned used = 0;
    if (!needs_vm(debugger, "views"))
        return false;
    const struct shadows *shadows = &debugger->target.vm->shadows;
    const struct shadow *here = target_shadow(&debugger->target, debugger->hart);
    for (unsigned i = 0; i < SHADOWS; i++) {
        const struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used)
            continue;
        used++;
        out_line(&debugger->out, "%s view %2u  %s, satp 0x%016" PRIx64 "%s%s  root 0x%" PRIx64 "%s",
                 shadow == here ? "*" : " ", i, mode_names[shadow->view.space.mode],
                 shadow->view.space.satp, shadow->view.space.sum ? ", SUM" : "",
                 shadow->view.space.mxr ? ", MXR" : "",
                 (shadow_satp(shadows, shadow) & SATP_PPN) << PAGE_SHIFT,
                 shadow->epoch == shadows->epoch ? "" : "  (fenced: emptied when next used)");
    }
    out_line(&debugger->out, "  %u of %d; policy %s; %" PRIu64 " entries filled so far", used,
             SHADOWS, shadows->parts.policy->name, shadows->stats.fills);
    out_count(&debugger->out, "views", used);
    return true;
}

static bool info_p2m(struct debugger *debugger)
{
    if (!needs_vm(debugger, "p2m tables"))
        return false;
    const struct vm *vm = debugger->target.vm;
    uint64_t end = RAM_BASE + vm->platform.ram_size, runs = 0;
    struct p2m_entry entry, next;
    for (uint64_t gpa = RAM_BASE, size; gpa < end; gpa += size) {
        size = PAGE_SIZE;
        if (!p2m_lookup(&vm->p2m, GPA(gpa), &entry))
            continue;
        size = level_size(entry.level);
        while (gpa + size < end && p2m_lookup(&vm->p2m, GPA(gpa + size), &next) &&
               next.hpa.a == entry.hpa.a + size && next.perms == entry.perms &&
               next.level == entry.level)
            size += level_size(next.level);
        if (runs++ < 16)
            out_line(&debugger->out,
                     "  gpa 0x%" PRIx64 " to 0x%" PRIx64 " -> hpa 0x%" PRIx64 ", %s, pages of %s",
                     gpa, gpa + size - 1, entry.hpa.a,
                     entry.perms & PTE_W ? "read, write, execute" : "read, execute",
                     entry.level ? "2 MiB" : "4 KiB");
    }
    if (runs > 16)
        out_line(&debugger->out, "  ... and %" PRIu64 " more", runs - 16);
    return true;
}

static bool info_devices(struct debugger *debugger)
{
    const struct platform *platform = debugger->target.platform;
    struct out *out = &debugger->out;
    const struct device_place *device;
    for (unsigned i = 0; (device = device_number(i)); i++)
        out_line(out, "  %-9s 0x%08" PRIx64 " to 0x%08" PRIx64, device->name, device->base,
                 device->base + device->size - 1);
    out_line(out, "  the console has written %" PRIu64 " bytes and read %" PRIu64 "; %zu wait",
             platform->s.output_count, platform->s.input_cursor, input_waiting(platform));
    out_line(out, "  mtime is %" PRIu64, platform_time(platform));
    return true;
}

static bool info_interrupts(struct debugger *debugger)
{
    static const uint8_t all[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    const struct hart *hart = debugger_shown(debugger);
    uint64_t pending = csr_mip(hart);
    for (unsigned i = 0; i < sizeof all; i++) {
        uint64_t bit = (uint64_t)1 << all[i];
        out_line(&debugger->out, "  %-30s %-11s %-11s %s", trap_name(CAUSE_INTERRUPT | all[i]),
                 pending & bit ? "pending" : "not pending",
                 hart->csr.mie & bit ? "enabled" : "not enabled",
                 hart->csr.mideleg & bit ? "for S" : "for M");
    }
    story_why_not(debugger, ANY);
    return true;
}

/* The hart's TLB: under a VM it is one of shadows. It cannot be seen by the guest, since the
 * machine is coherent; here it can. */
static bool info_tlb(struct debugger *debugger)
{
    enum { MOST = 16 };
    struct cpu_translation entry;
    unsigned count = 0;
    for (; cpu_translation(debugger->target.cpu, count, &entry); count++)
        if (count < MOST)
            out_line(&debugger->out,
                     "  %s 0x%010" PRIx64 " -> hpa 0x%" PRIx64 "  %s%s  satp 0x%016" PRIx64 ", %s",
                     debugger->target.vm ? "gva" : "va", entry.va, entry.pa,
                     entry.loads ? "r" : "-", entry.stores ? "w" : "-", entry.satp,
                     mode_names[entry.mode]);
    out_line(&debugger->out,
             count > MOST ? "  ... %u translations of pages in all" : "  %u translations of pages",
             count);
    out_count(&debugger->out, "translations", count);
    out_line(
        &debugger->out,
        "  the machine is coherent: a translation is dropped by the store that changes its table,");
    out_line(&debugger->out, "  so the TLB holds nothing that the tables do not say (see xlate)");
    if (debugger->target.vm)
        out_line(&debugger->out,
                 "  what a guest could call its TLB are the shadows (see info views)");
    return true;
}

static bool info_exits(struct debugger *debugger)
{
    if (!needs_vm(debugger, "exits"))
        return false;
    const struct vm_stats *stats = &debugger->target.vm->stats;
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        if (stats->exits[i])
            out_line(&debugger->out, "  %10" PRIu64 "  %s", stats->exits[i], exit_text[i]);
    out_line(&debugger->out,
             "  %10" PRIu64 "  reflected, %" PRIu64 " injected, %" PRIu64 " answered as firmware",
             stats->reflected, stats->injected, stats->firmware);
    return true;
}

static bool info_stops(struct debugger *debugger)
{
    unsigned told = 0;
    for (const struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next, told++) {
        out_line(&debugger->out, "%u: %s%s%s%s%s, hit %" PRIu64 " times", stop->number, stop->text,
                 stop->condition ? " if " : "", stop->condition ? stop->condition : "",
                 stop->is_temporary ? ", once" : "", stop->is_enabled ? "" : ", disabled",
                 stop->hits);
        if (stop->ignore)
            out_line(&debugger->out, "   passes %" PRIu64 " times", stop->ignore);
        for (unsigned i = 0; i < stop->commands; i++)
            out_line(&debugger->out, "   %s", stop->command[i]);
    }
    if (!told)
        out_line(&debugger->out, "there are none");
    return true;
}

static bool info_symbols(struct debugger *debugger)
{
    for (const struct symbol_file *file = debugger->symbols.files; file; file = file->next)
        out_line(&debugger->out, "  %s: %zu symbols, %zu lines", file->path, file->symbols,
                 file->lines);
    if (!debugger->symbols.files)
        out_line(&debugger->out, "no file with symbols is known (see symbols)");
    return true;
}

static const struct {
    const char *name;
    bool (*tell)(struct debugger *debugger);
} topics[] = {
    {"harts", info_harts},       {"vcpus", info_vcpus},     {"views", info_views},
    {"p2m", info_p2m},           {"devices", info_devices}, {"interrupts", info_interrupts},
    {"tlb", info_tlb},           {"exits", info_exits},     {"stops", info_stops},
    {"breakpoints", info_stops}, {"symbols", info_symbols},
};

const char *topic_number(unsigned i)
{
    return i < sizeof topics / sizeof *topics ? topics[i].name : NULL;
}

bool command_info(struct debugger *debugger, const char *args)
{
    char word[32] = "";
    if (!next_word(&args, word, sizeof word))
        return out_fail(&debugger->out, "info on what? (see help info)");
    for (unsigned i = 0; i < sizeof topics / sizeof *topics; i++)
        if (strncmp(word, topics[i].name, strlen(word)) == 0)
            return no_more(debugger, args) && topics[i].tell(debugger);
    return out_fail(&debugger->out, "'%s' is no topic (see help info)", word);
}
