/* The list of stops, and what it comes to as triggers. */
#include "stops.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csr.h"
#include "debugger.h"
#include "perfetto.h"
#include "trap.h"

static const char *mode_name(enum mode mode)
{
    static const char *const names[] = {"U", "S", "?", "M"};
    return names[mode];
}

/* ---- the list ----------------------------------------------------------------------------- */

struct stoppoint *stops_add(struct debugger *debugger, const struct stoppoint *stop)
{
    struct stops *stops = &debugger->stops;
    struct stoppoint *added = malloc(sizeof *added), **end = &stops->list;
    if (!added)
        return NULL;
    *added = *stop;
    added->next = NULL;
    added->is_enabled = true;
    added->number = stop->is_internal ? 0 : ++stops->last_number;
    while (*end)
        end = &(*end)->next;
    *end = added;
    stops->is_stale = true;
    return added;
}

struct stoppoint *stops_find(struct stops *stops, unsigned number)
{
    for (struct stoppoint *stop = stops->list; stop; stop = stop->next)
        if (stop->number == number && !stop->is_internal)
            return stop;
    return NULL;
}

static void free_stop(struct stoppoint *stop)
{
    for (unsigned i = 0; i < stop->commands; i++)
        free(stop->command[i]);
    free(stop->text);
    free(stop->condition);
    free(stop);
}

void stops_remove(struct debugger *debugger, struct stoppoint *stop)
{
    struct stops *stops = &debugger->stops;
    for (struct stoppoint **at = &stops->list; *at; at = &(*at)->next)
        if (*at == stop) {
            *at = stop->next;
            free_stop(stop);
            break;
        }
    if (stops->hit.stop == stop)
        stops->hit.stop = NULL;
    if (stops->touch_stop == stop)
        stops->touch_stop = NULL;
    stops->is_stale = true;
}

void stops_free(struct stops *stops)
{
    while (stops->list) {
        struct stoppoint *stop = stops->list;
        stops->list = stop->next;
        free_stop(stop);
    }
    free(stops->range);
    *stops = (struct stops){0};
}

static bool has_kind(const struct stops *stops, enum stop_kind kind)
{
    for (const struct stoppoint *stop = stops->list; stop; stop = stop->next)
        if (stop->is_enabled && stop->kind == kind)
            return true;
    return false;
}

bool stops_are_slow(const struct stops *stops)
{
    return has_kind(stops, STOP_EXPRESSION);
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

__attribute__((format(printf, 4, 5))) static void
hit(struct debugger *debugger, struct stoppoint *stop, bool is_after, const char *format, ...)
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
static const struct hart *guest_of(const struct debugger *debugger)
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
    struct hart guest = *guest_of(debugger);
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
            hit(debugger, stop, false, "%s", stop->text ? stop->text : "");
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
        !target_insn(&debugger->target, guest_of(debugger), hart->pc, &word))
        return false;
    struct insn insn = insn_decode(word, hart->isa);
    if (has_kind(stops, STOP_TABLE) && insn.id != INSN_ILLEGAL && (unsigned)insn.imm == CSR_satp &&
        insn_table[insn.id].format == FMT_CSR) {
        hit(debugger, NULL, true, "%s", ""); /* other tables come into use */
        return true;
    }
    for (struct stoppoint *stop = stops->list; stop; stop = stop->next) {
        if (!stop->is_enabled)
            continue;
        if (stop->kind == STOP_CSR && is_csr_use(stop, &insn)) {
            hit(debugger, stop, true, "%s", stop->text);
            target_csr(&debugger->target, guest_of(debugger), stop->csr, &stops->hit.old);
            stops->hit.has_values = true;
            return true;
        }
        if (stop->kind == STOP_MODE && is_return(&insn)) {
            hit(debugger, stop, true, "%s", stop->text);
            return true;
        }
    }
    return false;
}

static bool on_reached(void *owner, const struct hart *hart)
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
static bool on_touch(void *owner, const struct hart *hart, const struct touch *touch)
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
    hit(debugger, stop, false, "%s of %u bytes at 0x%" PRIx64, kind, touch->size, touch->va);
    debugger->stops.hit.address = touch->va;
    debugger->stops.hit.old = old;
    debugger->stops.hit.new = new;
    debugger->stops.hit.has_values = true;
    debugger->stops.is_stale |= stop->kind == STOP_TABLE; /* a new table may hang there */
}

/* The instruction of the last touch has been executed, or it trapped: then it has not happened. */
static void conclude_touch(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    if (!stops->has_touch)
        return;
    stops->has_touch = false;
    bool is_done = cpu_steps(debugger->target.cpu) > stops->touch_steps && !stops->touch_trapped;
    if (is_done && stops->touch_stop)
        tell_touch(debugger, stops->touch_stop, guest_of(debugger), &stops->touch,
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

/* ---- triggers ----------------------------------------------------------------------------- */

static void add_range(struct stops *stops, struct trigger_range range)
{
    if (stops->ranges == stops->room) {
        unsigned room = stops->room ? 2 * stops->room : 16;
        struct trigger_range *more = realloc(stops->range, room * sizeof *more);
        if (!more)
            return;
        stops->range = more;
        stops->room = room;
    }
    stops->range[stops->ranges++] = range;
}

/* The engine knows virtual addresses and the machine's own. */
static void add_watch(struct debugger *debugger, const struct stoppoint *stop)
{
    struct trigger_range range = {.first = stop->first,
                                  .last = stop->last,
                                  .is_physical = stop->level != LEVEL_GVA,
                                  .loads = stop->on_read,
                                  .stores = stop->on_write};
    if (stop->level == LEVEL_GPA &&
        target_host_address(&debugger->target, stop->first, &range.first))
        range.last = range.first + (stop->last - stop->first);
    add_range(&debugger->stops, range);
}

/* A guest's table, and those below it. */
static void add_tables(struct debugger *debugger, uint64_t gpa, int level)
{
    struct stops *stops = &debugger->stops;
    uint64_t hpa, entries[PAGE_SIZE / 8], bad;
    if (stops->ranges >= TABLES_MAX || !target_host_address(&debugger->target, gpa, &hpa) ||
        !target_read(&debugger->target, NULL, LEVEL_GPA, gpa, entries, sizeof entries, &bad))
        return;
    for (unsigned i = 0; i < stops->ranges; i++)
        if (stops->range[i].first == hpa && stops->range[i].is_physical)
            return; /* met before */
    add_range(stops, (struct trigger_range){hpa, hpa + PAGE_SIZE - 1, true, false, true});
    for (unsigned i = 0; level > 0 && i < PAGE_SIZE / 8; i++)
        if (entries[i] & PTE_V && !pte_is_leaf(entries[i]))
            add_tables(debugger, pte_pa(entries[i]), level - 1);
}

static void add_all_tables(struct debugger *debugger)
{
    const struct platform *platform = debugger->target.platform;
    for (unsigned i = 0; i < platform->harts; i++) {
        uint64_t satp = platform->hart[i]->csr.satp;
        if (satp >> SATP_MODE_SHIFT == SATP_MODE_SV39)
            add_tables(debugger, (satp & SATP_PPN) << PAGE_SHIFT, SV39_LEVELS - 1);
    }
}

static void make_triggers(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    struct triggers *triggers = &stops->triggers;
    *triggers = (struct triggers){.owner = debugger, .reached = on_reached, .touches = on_touch};
    stops->ranges = 0;
    for (const struct stoppoint *stop = stops->list; stop; stop = stop->next) {
        unsigned halfword = (stop->first & (PAGE_SIZE - 1)) / 2;
        if (stop->is_enabled && stop->kind == STOP_AT)
            triggers->offsets[halfword / 64] |= (uint64_t)1 << halfword % 64;
        else if (stop->is_enabled && stop->kind == STOP_WATCH)
            add_watch(debugger, stop);
    }
    if (has_kind(stops, STOP_TABLE))
        add_all_tables(debugger);
    triggers->system = has_kind(stops, STOP_CSR) || has_kind(stops, STOP_MODE) ||
                       has_kind(stops, STOP_TABLE) || debugger->perfetto;
    triggers->range = stops->range;
    triggers->ranges = stops->ranges;
    bool is_needed = has_kind(stops, STOP_AT) || triggers->system || triggers->ranges;
    cpu_set_triggers(debugger->target.cpu, is_needed ? triggers : NULL);
    stops->is_stale = false;
}

void stops_arm(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    if (stops->is_stale)
        make_triggers(debugger);
    stops->has_hit = stops->has_touch = false;
    stops->resume_pc = guest_of(debugger)->pc;
    stops->resume_steps = debugger->target.platform->s.clock.steps;
    stops->resume_cpu_steps = cpu_steps(debugger->target.cpu);
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
            hit(debugger, stop, false, "%s, tval 0x%" PRIx64, trap_name(trap.cause), trap.tval);
        else if (stop->kind == STOP_MODE && changes)
            hit(debugger, stop, false, "from %s to %s by a trap: %s", mode_name(hart->mode),
                mode_name(to), trap_name(trap.cause));
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
            hit(debugger, stop, false, "exit %" PRIu64 ": %s", e->number, text + strspn(text, " "));
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
            hit(debugger, stop, false, "%s of %u bytes at 0x%" PRIx64 ": 0x%" PRIx64,
                mmio->is_write ? "write" : "read", mmio->size, mmio->pa, mmio->value);
}

/* Where the first byte of what is watched lies in the guest's memory. */
static bool watched_gpa(struct debugger *debugger, const struct stoppoint *stop, uint64_t *gpa)
{
    *gpa = stop->first;
    if (stop->level == LEVEL_GVA)
        return target_translate(&debugger->target, guest_of(debugger), stop->first, gpa);
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
            hit(debugger, stop, false,
                "a device or the firmware stored %zu bytes at gpa 0x%" PRIx64, size, gpa);
    }
}

/* ---- deciding ------------------------------------------------------------------------------- */

void stops_suspend(struct debugger *debugger)
{
    cpu_set_triggers(debugger->target.cpu, NULL);
    debugger->stops.has_hit = debugger->stops.has_touch = false;
}

void stops_renew(struct debugger *debugger)
{
    debugger->stops.is_stale = true;
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        struct value value;
        struct expr_error error;
        if (stop->kind == STOP_EXPRESSION && expr_eval(debugger, stop->text, NULL, &value, &error))
            stop->old = value.bits;
    }
}

void stops_look(struct debugger *debugger)
{
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        struct value value;
        struct expr_error error;
        if (stop->kind != STOP_EXPRESSION || !stop->is_enabled ||
            !expr_eval(debugger, stop->text, NULL, &value, &error) || value.bits == stop->old)
            continue;
        hit(debugger, stop, false, "%s", stop->text);
        debugger->stops.hit.old = stop->old;
        debugger->stops.hit.new = value.bits;
        debugger->stops.hit.has_values = true;
        stop->old = value.bits;
    }
}

/* A condition that cannot be evaluated stops, so that its author sees it. */
static bool holds(struct debugger *debugger, const struct stoppoint *stop)
{
    struct value value;
    struct expr_error error;
    if (!stop->condition)
        return true;
    if (expr_eval(debugger, stop->condition, NULL, &value, &error))
        return value.bits;
    if (!debugger->is_muted)
        out_line(&debugger->out, "the condition of %u cannot be evaluated: %s", stop->number,
                 error.text);
    return true;
}

/* Takes the step that was seen coming; true when it has happened. */
static bool take_step(struct debugger *debugger)
{
    struct platform *platform = debugger->target.platform;
    struct stops *stops = &debugger->stops;
    struct hit seen = stops->hit;
    const struct hart *hart = guest_of(debugger);
    enum mode mode = hart->mode;
    stops->has_hit = false;
    stops->touch_trapped = false;
    stops->resume_pc = hart->pc;
    stops->resume_steps = platform->s.clock.steps;
    stops->resume_cpu_steps = cpu_steps(debugger->target.cpu);
    platform_run(platform, platform->s.clock.steps + 1);
    bool is_done = !stops->touch_trapped;
    if (!seen.stop) {
        stops->is_stale = true;
        return false;
    }
    if (stops->has_hit)
        return true; /* something else happened in the same step, and is told */
    if (!is_done ||
        (seen.stop->kind == STOP_MODE &&
         (hart->mode == mode || (seen.stop->which != ANY && seen.stop->which != (int)hart->mode))))
        return false;
    if (seen.stop->kind == STOP_MODE)
        snprintf(seen.text, sizeof seen.text, "from %s to %s by a return", mode_name(mode),
                 mode_name(hart->mode));
    if (seen.stop->kind == STOP_CSR)
        target_csr(&debugger->target, hart, seen.stop->csr, &seen.new);
    stops->hit = seen;
    stops->has_hit = true;
    return true;
}

bool stops_decide(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    conclude_touch(debugger);
    if (!stops->has_hit)
        return false;
    if (stops->hit.is_after && !take_step(debugger))
        return false;
    debugger->hart = debugger->target.platform->s.turn;
    struct stoppoint *stop = stops->hit.stop;
    if (!stop || !holds(debugger, stop))
        return false;
    if (debugger->is_muted) /* it was counted when it was seen */
        return true;
    stop->hits++;
    if (stop->ignore) {
        stop->ignore--;
        return false;
    }
    return true;
}
