/* What a run meets of the stops: places, accesses, traps, exits, devices. The first of them is the
 * hit that ends the run. */
#include "hits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "debugger.h"
#include "perfetto.h"
#include "trap.h"

const char *hits_mode(enum mode mode)
{
    static const char *const names[] = {"U", "S", "?", "M"};
    return names[mode];
}

/* ---- hits --------------------------------------------------------------------------------- */

/* Ends the run, unless the guest has ended it already. */
static void request(struct debugger *debugger)
{
    struct platform *platform = debugger->target.platform;
    if (platform->s.stop == STOP_NONE)
        platform_stop(platform, STOP_HOST, platform->s.status);
    platform->stirred = true;
}

void hits_tell(struct debugger *debugger, struct stoppoint *stop, bool is_after, const char *format,
               ...)
{
    struct stops *stops = &debugger->stops;
    if (stops->has_hit)
        return; /* the first is the one */
    va_list args;
    va_start(args, format);
    stops->hit = (struct hit){.stop = stop, .is_after = is_after};
    vsnprintf(stops->hit.text, sizeof stops->hit.text, format, args);
    va_end(args);
    stops->has_hit = true;
    request(debugger);
}

/* An internal stop is for one frame: that of a call that returns, not of a deeper one. */
static bool is_in_frame(const struct stoppoint *stop, const struct hart *hart)
{
    return !stop->has_frame || (hart->x[X_SP] >= stop->least_sp && hart->mode == stop->mode &&
                                hart->csr.satp == stop->satp);
}

/* ---- places, and system instructions -------------------------------------------------------- */

/* The guest's hart whose registers these are: in a VM, the engine runs on others. */
const struct hart *hits_guest(const struct debugger *debugger)
{
    const struct platform *platform = debugger->target.platform;
    return platform->hart[platform->s.turn];
}

static bool has_resumed_here(const struct debugger *debugger, const struct hart *hart)
{
    const struct stops *stops = &debugger->stops;
    return hart->pc == stops->resume_pc &&
           debugger->target.platform->s.clock.steps == stops->resume_steps &&
           cpu_steps(debugger->target.cpu) == stops->resume_cpu_steps;
}

/* The physical hart's registers are the guest's; mode and satp are not. */
static struct hart as_guest(const struct debugger *debugger, const struct hart *hart)
{
    struct hart guest = *hits_guest(debugger);
    memcpy(guest.x, hart->x, sizeof guest.x);
    guest.pc = hart->pc;
    return guest;
}

static bool reaches_place(struct debugger *debugger, const struct hart *hart)
{
    struct hart guest = as_guest(debugger, hart);
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next)
        if (stop->kind == STOP_AT && stop->is_enabled && stop->first == guest.pc &&
            is_in_frame(stop, &guest)) {
            hits_tell(debugger, stop, false, "%s", stop->text ? stop->text : "");
            return true;
        }
    return false;
}

/* How an instruction uses a CSR: csrrs and csrrc with x0 only read, csrrw to x0 only writes
 * (ISA 9.1). */
static bool uses_csr(const struct insn *insn, bool *reads, bool *writes)
{
    enum insn_format format = insn->id == INSN_ILLEGAL ? FMT_N : insn_table[insn->id].format;
    if (format != FMT_CSR && format != FMT_CSRI)
        return false;
    bool is_swap = insn->id == INSN_csrrw || insn->id == INSN_csrrwi;
    *reads = !is_swap || insn->rd != 0;
    *writes = is_swap || insn->rs1 != 0;
    return true;
}

static bool is_csr_use(const struct stoppoint *stop, const struct insn *insn)
{
    bool reads, writes;
    if (!uses_csr(insn, &reads, &writes) || (unsigned)insn->imm != stop->csr)
        return false;
    return (stop->on_read && reads) || (stop->on_write && writes);
}

static bool is_return(const struct insn *insn)
{
    return insn->id == INSN_sret || insn->id == INSN_mret;
}

/* A return or a CSR is noticed before it happens, and told after. */
static bool does_system(struct debugger *debugger, const struct hart *hart)
{
    uint32_t word;
    struct stops *stops = &debugger->stops;
    if (!stops->triggers.system ||
        !target_insn(&debugger->target, hits_guest(debugger), hart->pc, &word))
        return false;
    struct insn insn = insn_decode(word, hart->isa);
    if (stops_have(stops, STOP_TABLE) && insn.id != INSN_ILLEGAL &&
        (unsigned)insn.imm == CSR_satp && insn_table[insn.id].format == FMT_CSR) {
        hits_tell(debugger, NULL, true, "%s", ""); /* other tables come into use */
        return true;
    }
    for (struct stoppoint *stop = stops->list; stop; stop = stop->next) {
        if (!stop->is_enabled)
            continue;
        if (stop->kind == STOP_CSR && is_csr_use(stop, &insn)) {
            hits_tell(debugger, stop, true, "%s", stop->text);
            target_csr(&debugger->target, hits_guest(debugger), stop->csr, &stops->hit.old);
            stops->hit.has_values = true;
            return true;
        }
        if (stop->kind == STOP_MODE && is_return(&insn)) {
            hits_tell(debugger, stop, true, "%s", stop->text);
            return true;
        }
    }
    return false;
}

bool hits_reached(void *owner, const struct hart *hart)
{
    struct debugger *debugger = owner;
    if (has_resumed_here(debugger, hart))
        return false;
    perfetto_return(debugger, hart);
    return reaches_place(debugger, hart) || does_system(debugger, hart);
}

/* ---- memory ------------------------------------------------------------------------------- */

static bool is_meant(const struct stoppoint *stop, enum access why)
{
    return (stop->on_write && access_is_write(why)) ||
           (stop->on_read && (why == ACCESS_LOAD || why == ACCESS_LR || why == ACCESS_AMO));
}

/* The stop that an access meets. Tables are any store that no other stop explains. */
static struct stoppoint *stop_of_touch(struct debugger *debugger, const struct hart *guest,
                                       const struct touch *touch)
{
    uint64_t gpa = 0, hpa = 0;
    bool is_mapped = target_translate(&debugger->target, guest, touch->va, &gpa) &&
                     target_host_address(&debugger->target, gpa, &hpa);
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        uint64_t at = stop->level == LEVEL_GVA ? touch->va : stop->level == LEVEL_GPA ? gpa : hpa;
        if (stop->kind == STOP_WATCH && stop->is_enabled && is_meant(stop, touch->why) &&
            (stop->level == LEVEL_GVA || is_mapped) && at <= stop->last &&
            stop->first < at + touch->size)
            return stop;
    }
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next)
        if (stop->kind == STOP_TABLE && stop->is_enabled && access_is_write(touch->why))
            return stop;
    return NULL;
}

static uint64_t memory_at(struct debugger *debugger, const struct hart *hart, uint64_t va,
                          unsigned size)
{
    uint64_t value = 0, bad;
    target_read(&debugger->target, hart, LEVEL_GVA, va, &value, size, &bad);
    return value;
}

/* Before the access: what comes of it is looked at when the run is back. */
bool hits_touch(void *owner, const struct hart *hart, const struct touch *touch)
{
    struct debugger *debugger = owner;
    struct stops *stops = &debugger->stops;
    struct hart guest = as_guest(debugger, hart);
    stops->touch_stop = stop_of_touch(debugger, &guest, touch);
    if (!stops->touch_stop)
        return false;
    stops->has_touch = true;
    stops->touch = *touch;
    stops->touch_old = memory_at(debugger, &guest, touch->va, touch->size);
    stops->touch_steps = cpu_steps(debugger->target.cpu);
    stops->touch_trapped = false;
    request(debugger);
    return true;
}

static void tell_touch(struct debugger *debugger, struct stoppoint *stop, const struct hart *before,
                       const struct touch *touch, uint64_t old)
{
    const char *kind = touch->why == ACCESS_AMO      ? "atomic"
                       : access_is_write(touch->why) ? "store"
                                                     : "load";
    uint64_t new = memory_at(debugger, before, touch->va, touch->size);
    hits_tell(debugger, stop, false, "%s of %u bytes at 0x%" PRIx64, kind, touch->size, touch->va);
    debugger->stops.hit.address = touch->va;
    debugger->stops.hit.old = old;
    debugger->stops.hit.new = new;
    debugger->stops.hit.has_values = true;
    debugger->stops.is_stale |= stop->kind == STOP_TABLE; /* a new table may hang there */
}

/* The instruction of the last touch has been executed, or it trapped: then it has not happened. */
void hits_conclude(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    if (!stops->has_touch)
        return;
    stops->has_touch = false;
    bool is_done = cpu_steps(debugger->target.cpu) > stops->touch_steps && !stops->touch_trapped;
    if (is_done && stops->touch_stop)
        tell_touch(debugger, stops->touch_stop, hits_guest(debugger), &stops->touch,
                   stops->touch_old);
}

/* An access that the VMM made for the guest. */
static void emulated_touch(struct debugger *debugger, const struct episode *e)
{
    if (!e->has_touch || e->record.outcome != RESUME_NEXT)
        return;
    struct stoppoint *stop = stop_of_touch(debugger, &e->before, &e->touch);
    bool is_table = stop && stop->kind == STOP_TABLE;
    if (stop && !(is_table && e->mmios))
        tell_touch(debugger, stop, &e->before, &e->touch, e->memory_before);
}

/* ---- what episodes tell --------------------------------------------------------------------- */

void stops_on_trap(struct debugger *debugger, const struct hart *hart, struct trap trap)
{
    struct stops *stops = &debugger->stops;
    stops->touch_trapped = true;
    for (struct stoppoint *stop = stops->list; stop; stop = stop->next) {
        if (!stop->is_enabled)
            continue;
        enum mode to = trap_target(hart, trap.cause);
        bool changes = to != hart->mode && (stop->which == ANY || stop->which == (int)to) &&
                       !(debugger->target.platform->has_firmware && to == MODE_M);
        if (stop->kind == STOP_TRAP && (stop->cause == CAUSE_ANY || stop->cause == trap.cause))
            hits_tell(debugger, stop, false, "%s, tval 0x%" PRIx64, trap_name(trap.cause),
                      trap.tval);
        else if (stop->kind == STOP_MODE && changes)
            hits_tell(debugger, stop, false, "from %s to %s by a trap: %s", hits_mode(hart->mode),
                      hits_mode(to), trap_name(trap.cause));
    }
}

void stops_on_episode(struct debugger *debugger, const struct episode *e)
{
    if (debugger->stops_at_episodes)
        request(debugger);
    if (e->kind != EPISODE_EXIT || debugger->is_replaying)
        return;
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next)
        if (stop->kind == STOP_EXIT && stop->is_enabled &&
            (stop->which == ANY || stop->which == e->record.reason ||
             stop->which == e->record.found)) {
            const char *text = exit_text[e->record.found];
            hits_tell(debugger, stop, false, "exit %" PRIu64 ": %s", e->number,
                      text + strspn(text, " "));
        }
    if (debugger->stops.triggers.ranges)
        emulated_touch(debugger, e);
}

void stops_on_mmio(struct debugger *debugger, const struct mmio *mmio)
{
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next)
        if (stop->kind == STOP_DEVICE && stop->is_enabled && mmio->pa <= stop->last &&
            mmio->pa + mmio->size > stop->first &&
            (mmio->is_write ? stop->on_write : stop->on_read))
            hits_tell(debugger, stop, false, "%s of %u bytes at 0x%" PRIx64 ": 0x%" PRIx64,
                      mmio->is_write ? "write" : "read", mmio->size, mmio->pa, mmio->value);
}

/* Where the first byte of what is watched lies in the guest's memory. */
static bool watched_gpa(struct debugger *debugger, const struct stoppoint *stop, uint64_t *gpa)
{
    *gpa = stop->first;
    if (stop->level == LEVEL_GVA)
        return target_translate(&debugger->target, hits_guest(debugger), stop->first, gpa);
    if (stop->level != LEVEL_HPA || !debugger->target.vm)
        return true;
    const struct vm *vm = debugger->target.vm;
    *gpa = owner_gpa(&vm->owners, HPA(stop->first)).a;
    return owner_of(&vm->owners, HPA(stop->first)) == vm->number;
}

void stops_on_store(struct debugger *debugger, uint64_t gpa, size_t size)
{
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        uint64_t first;
        if (stop->kind == STOP_WATCH && stop->is_enabled && stop->on_write &&
            watched_gpa(debugger, stop, &first) && gpa <= first + (stop->last - stop->first) &&
            first < gpa + size)
            hits_tell(debugger, stop, false,
                      "a device or the firmware stored %zu bytes at gpa 0x%" PRIx64, size, gpa);
    }
}
