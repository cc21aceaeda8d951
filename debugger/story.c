/* Stages in words. What is told is found out now, from what was recorded then. */
#include "story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "pmp.h"
#include "rules.h"
#include "show.h"
#include "trap.h"

static const char *const mode_names[] = {"U", "S", "?", "M"};

static const char *trimmed(const char *text)
{
    return text + strspn(text, " ");
}

/* ---- questions ------------------------------------------------------------------------------ */

static struct insn insn_of(const struct episode *e)
{
    struct insn none = {.id = INSN_ILLEGAL};
    return e->has_insn ? insn_decode(e->word, e->before.isa) : none;
}

/* About the guest's own hart: what it was allowed to do. */
static struct question of_guest(const struct episode *e)
{
    bool is_reflected = e->kind == EPISODE_EXIT && e->record.outcome == REFLECT;
    return (struct question){
        .hart = &e->before,
        .trap = is_reflected ? e->record.reflected : e->trap,
        .insn = insn_of(e),
        .why = e->why,
        .has_walk = e->has_walk,
        .result = e->result,
        .walk = e->walk,
        .pa = e->gpa,
        .is_device = platform_is_device(e->gpa),
    };
}

/* The physical hart that ran the guest: in U, with nothing opened, on the shadow. */
static struct hart hardware_of(const struct episode *e)
{
    struct hart hart = e->before;
    hart.mode = MODE_U;
    hart.csr.mstatus &= MSTATUS_FS;
    hart.csr.mcounteren = hart.csr.scounteren = 0;
    hart.csr.satp = e->shadow_satp;
    pmp_open(&hart.csr.pmp);
    return hart;
}

static struct question of_hardware(const struct episode *e, const struct hart *hardware)
{
    return (struct question){
        .hart = hardware,
        .trap = e->trap,
        .insn = insn_of(e),
        .why = e->why,
        .has_walk = e->is_fault,
        .result = WALK_PAGE_FAULT,
        .walk = {.pte = e->shadow.before, .level = e->shadow.level < 0 ? 0 : e->shadow.level},
    };
}

static void tell_rule(struct debugger *debugger, const char *what, const char *fact,
                      const struct question *q)
{
    char text[400];
    struct out *out = &debugger->out;
    const struct rule *rule = rule_of_trap(q);
    if (!rule)
        return;
    rule_print(rule, q, text, sizeof text);
    out_line(out, "  %-8s %s [%s]", what, text, rule->section);
    out_fact(out, fact, "%s", rule->name);
}

/* ---- stages --------------------------------------------------------------------------------- */

static void tell_instruction(struct debugger *debugger, const struct episode *e)
{
    char insn[160], place[200];
    show_place(debugger, e->before.pc, place, sizeof place);
    show_word(debugger, &e->before, e->before.pc, e->has_insn ? &e->word : NULL, insn, sizeof insn);
    out_line(&debugger->out, "  %-8s %s: %s", "at", place, insn);
    out_hex(&debugger->out, "pc", e->before.pc);
    out_fact(&debugger->out, "insn", "%s", insn);
}

static void tell_fields(struct debugger *debugger, const struct episode *e)
{
    char text[512];
    if (e->has_insn && show_fields(&e->before, e->before.pc, e->word, text, sizeof text))
        out_line(&debugger->out, "  %-8s %s", "fields", text);
}

static void stage_trap(struct debugger *debugger, const struct episode *e)
{
    static const char *const kinds[] = {"trap", "interrupt", "exit"};
    struct out *out = &debugger->out;
    const char *who = e->kind != EPISODE_EXIT ? mode_names[e->before.mode] : "U, on a shadow";
    out_line(out,
             "%s%s %" PRIu64 "%s at step %" PRIu64 ", hart %u: %s, tval 0x%" PRIx64
             " (the hart is in %s)",
             out_color(out, COLOR_VMM), kinds[e->kind], e->number, out_plain(out), e->step, e->hart,
             trap_name(e->trap.cause), e->trap.tval, who);
    out_count(out, "episode", e->number);
    out_fact(out, "kind", "%s", kinds[e->kind]);
    out_fact(out, "cause", "%s", trap_name(e->trap.cause));
    out_hex(out, "tval", e->trap.tval);
    if (e->kind == EPISODE_INTERRUPT)
        return;
    tell_instruction(debugger, e);
    tell_fields(debugger, e);
    struct hart hardware = hardware_of(e);
    struct question q = e->kind == EPISODE_EXIT ? of_hardware(e, &hardware) : of_guest(e);
    tell_rule(debugger, "rule", "rule", &q);
}

/* The guest's walk, an entry a line, and what it leads to. */
static void tell_guest_walk(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    if (!e->has_walk)
        out_line(out, "  %-8s its space is bare: the gva is the gpa", "guest");
    for (int i = 0; e->has_walk && i < e->walk.steps; i++)
        show_walk_step(debugger, "guest", &e->walk, i, i + 1 == e->walk.steps ? e->leaf.before : 0);
    if (e->result != WALK_OK) {
        out_line(out, "  %-8s the guest's own tables do not allow it", "guest");
        return;
    }
    if (e->kind != EPISODE_EXIT)
        return;
    if (e->has_memory)
        out_line(out, "  %-8s gpa 0x%" PRIx64 " is the VM's memory, at hpa 0x%" PRIx64, "p2m",
                 e->gpa, e->memory.hpa.a);
    else
        out_line(out, "  %-8s gpa 0x%" PRIx64 " is no memory%s%s", "p2m", e->gpa,
                 platform_is_device(e->gpa) ? ", but a device: " : "",
                 platform_is_device(e->gpa) ? show_device(e->gpa) : "");
    show_shadow_entry(debugger, "shadow", e->shadow.before, e->shadow.level, e->shadow.reasons);
    bool is_old = e->record.found == EXIT_FILL && e->shadow.before & PTE_V && !e->shadow.reasons;
    if (is_old)
        out_line(out,
                 "  %-8s it is older than the guest's entry: the guest changed that, and has not "
                 "fenced since",
                 "shadow");
}

static void stage_guest(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    if (e->kind == EPISODE_INTERRUPT)
        return;
    out_line(out, "  %-8s it is in %s; what it may do is decided on its own state", "guest",
             mode_names[e->before.mode]);
    if (e->is_fault)
        tell_guest_walk(debugger, e);
    if (e->kind != EPISODE_EXIT)
        return;
    if (e->record.outcome == REFLECT) {
        struct question q = of_guest(e);
        tell_rule(debugger, "rule", "guest_rule", &q);
    } else {
        out_line(out, "  %-8s its own hart would have done it", "guest");
    }
}

/* What was withheld from the guest and given to it; NULL: nothing. */
static const char *what_is_given(const struct episode *e)
{
    unsigned reasons = e->has_memory ? e->memory.reasons & ~e->given.reasons : 0;
    return e->had_hole               ? "fill a hole"
           : reasons & SHADOW_SHARED ? "copy on write"
           : reasons & SHADOW_LOGGED ? "log as dirty"
                                     : NULL;
}

const char *story_decision(const struct episode *e)
{
    if (e->kind == EPISODE_INTERRUPT)
        return "take";
    if (e->by_firmware)
        return "firmware";
    if (e->kind == EPISODE_TRAP)
        return "trap";
    switch ((enum outcome)e->record.outcome) {
    case REFLECT:
        return "reflect";
    case RESUME_SAME:
        if (what_is_given(e))
            return what_is_given(e);
        return e->record.found == EXIT_FILL ? "fill" : "retry";
    case RESUME_NEXT:
        return e->mmios ? "MMIO" : e->is_fault ? "emulate by hand" : "emulate";
    case LEAVE:
        break;
    }
    return "leave";
}

/* Why the VMM had kept the page from the guest, and what it does about it (withhold.h). */
static void tell_given(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    unsigned reasons = e->has_memory ? e->memory.reasons & ~e->given.reasons : 0;
    if (e->had_hole)
        out_line(out, "  %-8s fill a hole: the page had no frame, and gets one that reads zero",
                 "decide");
    if (reasons & SHADOW_SHARED)
        out_line(out,
                 "  %-8s copy on write: another has the frame at hpa 0x%" PRIx64
                 " too, so the guest gets a copy of it",
                 "decide", e->memory.hpa.a);
    if (reasons & SHADOW_LOGGED)
        out_line(out, "  %-8s log as dirty: it is the first store since the log was looked at",
                 "decide");
}

static void stage_decision(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    const char *decision = story_decision(e);
    const char *of = e->kind == EPISODE_EXIT ? trimmed(exit_text[e->record.found]) : "";
    out_fact(out, "decision", "%s", decision);
    if (e->kind == EPISODE_EXIT)
        out_fact(out, "found", "%s", of);
    if (e->kind == EPISODE_INTERRUPT)
        out_line(out,
                 "  %-8s %s: it is pending, enabled and first in order, so its handler in %s runs "
                 "[Priv 3.1.9]",
                 "decide", debugger->target.vm ? "inject" : "take", mode_names[e->after.mode]);
    else if (e->by_firmware)
        out_line(out,
                 "  %-8s answer as the built-in firmware: SBI extension 0x%" PRIx64
                 ", function %" PRIu64,
                 "decide", e->before.x[X_A7], e->before.x[X_A6]);
    else if (e->kind == EPISODE_TRAP)
        out_line(out, "  %-8s the handler in %s takes it: %s [Priv 3.1.8]", "decide",
                 mode_names[e->after.mode],
                 e->after.mode == MODE_S ? "its cause is delegated" : "its cause is not delegated");
    else if (e->record.outcome == REFLECT)
        out_line(out, "  %-8s reflect: the guest caused it and must see it: %s, to %s", "decide",
                 trap_name(e->record.reflected.cause), mode_names[e->after.mode]);
    else if (e->mmios)
        out_line(out, "  %-8s MMIO: carry out the instruction, its access on the device", "decide");
    else
        out_line(out, "  %-8s %s (%s)", "decide",
                 e->record.outcome == RESUME_SAME && e->record.found == EXIT_FILL ? "fill"
                                                                                  : decision,
                 of);
    tell_given(debugger, e);
}

static void stage_change(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    unsigned changes = changes_tell(debugger, e);
    if (!changes)
        out_line(out, "  %-8s nothing that the guest could see", "change");
}

static void tell_cost(struct debugger *debugger, const struct episode *e)
{
    struct out *out = &debugger->out;
    const char *steps = e->kind == EPISODE_INTERRUPT ? "no step"
                        : e->kind == EPISODE_TRAP || e->record.outcome == REFLECT || e->by_firmware
                            ? "one step, which does not retire"
                        : e->record.outcome == RESUME_NEXT ? "one step, which retires"
                                                           : "no step: the guest cannot tell";
    out_line(out, "  %-8s %s%s", "cost", e->kind == EPISODE_EXIT ? "one exit; " : "", steps);
    if (debugger->shows_time && e->kind == EPISODE_EXIT)
        out_line(out, "  %-8s %" PRIu64 " ns of the host", "cost", e->nanoseconds);
}

static void stage_resume(struct debugger *debugger, const struct episode *e)
{
    char place[200];
    show_place(debugger, e->after.pc, place, sizeof place);
    out_line(&debugger->out, "  %-8s in %s at %s", "resume", mode_names[e->after.mode], place);
    tell_cost(debugger, e);
}

void story_stage(struct debugger *debugger, const struct episode *e, enum stage stage)
{
    switch (stage) {
    case STAGE_TRAP:
        stage_trap(debugger, e);
        break;
    case STAGE_GUEST:
        stage_guest(debugger, e);
        break;
    case STAGE_DECISION:
        stage_decision(debugger, e);
        break;
    case STAGE_CHANGE:
        stage_change(debugger, e);
        break;
    case STAGE_RESUME:
        stage_resume(debugger, e);
        break;
    case STAGES:
        break;
    }
}

void story_all(struct debugger *debugger, const struct episode *e)
{
    for (int stage = 0; stage < STAGES; stage++)
        story_stage(debugger, e, (enum stage)stage);
}

void story_line(struct debugger *debugger, const struct episode *e)
{
    char insn[160], place[200];
    show_place(debugger, e->before.pc, place, sizeof place);
    show_word(debugger, &e->before, e->before.pc, e->has_insn ? &e->word : NULL, insn, sizeof insn);
    const char *cause = trap_name(e->trap.cause);
    out_line(&debugger->out, "%6" PRIu64 "  step %-10" PRIu64 " %s  %-34s %-15s %s  %s", e->number,
             e->step, mode_names[e->before.mode], cause, story_decision(e), place,
             e->kind == EPISODE_INTERRUPT ? "" : insn);
}

/* ---- why not -------------------------------------------------------------------------------- */

static void tell_wait(struct debugger *debugger, const struct hart *hart, unsigned irq)
{
    char text[200];
    struct question q = {.hart = hart, .irq = irq, .insn = {.id = INSN_ILLEGAL}};
    const struct rule *rule = rule_of_wait(&q);
    struct out *out = &debugger->out;
    const char *name = trap_name(CAUSE_INTERRUPT | irq);
    if (!rule) {
        out_line(out, "%s: it is taken before the next instruction [Priv 3.1.9]", name);
        out_fact(out, name, "taken");
        return;
    }
    rule_print(rule, &q, text, sizeof text);
    out_line(out, "%s [%s]", text, rule->section);
    out_fact(out, name, "%s", rule->name);
}

void story_why_not(struct debugger *debugger, int irq)
{
    static const uint8_t all[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    const struct hart *hart = debugger_shown(debugger);
    unsigned told = 0;
    for (unsigned i = 0; i < sizeof all; i++) {
        bool is_pending = (hart->csr.mip | hart->wires) >> all[i] & 1;
        if (irq == ANY ? !is_pending : irq != all[i])
            continue;
        tell_wait(debugger, hart, all[i]);
        told++;
    }
    if (!told)
        out_line(&debugger->out, "no interrupt is pending on hart %u", debugger->hart);
}
