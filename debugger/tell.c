/* Explaining: why, exits, xlate. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "rules.h"
#include "show.h"
#include "story.h"
#include "trap.h"

static const struct episode *take_episode(struct debugger *debugger, const char **args)
{
    uint64_t number;
    if (!take_number(debugger, args, &number) || !no_more(debugger, *args))
        return NULL;
    const struct episode *e = history_at(&debugger->history, number);
    if (!e)
        out_fail(&debugger->out,
                 "%" PRIu64 " is not remembered: %" PRIu64 " came so far, and the last %d are",
                 number, debugger->history.count, EPISODES);
    return e;
}

/* The number of an interrupt, or its name as cause.def has it; ANY where nothing stands. */
static bool take_irq(struct debugger *debugger, const char **args, int *irq)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {
#define EXCEPTION(name, number, text)
#define INTERRUPT(name, number, text) {#name, number},
#include "cause.def"
    };
    char word[16];
    *irq = ANY;
    if (!next_word(args, word, sizeof word))
        return !**args || out_fail(&debugger->out, "'%.20s' is no interrupt", *args);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        char number[8];
        snprintf(number, sizeof number, "%d", names[i].number);
        if (strcasecmp(word, names[i].name) == 0 || strcmp(word, number) == 0) {
            *irq = names[i].number;
            return no_more(debugger, *args);
        }
    }
    return out_fail(&debugger->out, "'%s' is no interrupt (SSI, STI, SEI, MSI, MTI, MEI)", word);
}

bool command_why(struct debugger *debugger, const char *args)
{
    const struct episode *e;
    if (take_word(&args, "not")) {
        int irq;
        if (!take_irq(debugger, &args, &irq))
            return false;
        story_why_not(debugger, irq);
        return true;
    }
    if (*args)
        e = take_episode(debugger, &args);
    else if (debugger->in_vmm)
        e = history_at(&debugger->history, debugger->episode);
    else if (!(e = history_last(&debugger->history)))
        return out_fail(&debugger->out, "nothing has trapped yet");
    if (!e)
        return false;
    story_all(debugger, e);
    return true;
}

bool command_exits(struct debugger *debugger, const char *args)
{
    uint64_t count = 10, all = debugger->history.count;
    if (*args && !take_word(&args, "-n")) {
        const struct episode *e = take_episode(debugger, &args);
        if (e)
            story_all(debugger, e);
        return e;
    }
    if (*args && !take_number(debugger, &args, &count))
        return false;
    if (!no_more(debugger, args))
        return false;
    for (uint64_t i = count < all ? all - count : 0; i < all; i++) {
        const struct episode *e = history_at(&debugger->history, i);
        if (e)
            story_line(debugger, e);
    }
    out_count(&debugger->out, "count", all);
    return true;
}

/* ---- xlate ---------------------------------------------------------------------------------- */

/* Who may do what, as letters; what an access of the hart's mode comes to. */
static const char *letters(uint64_t pte, char text[4])
{
    text[0] = pte & PTE_R ? 'r' : '-';
    text[1] = pte & PTE_W ? 'w' : '-';
    text[2] = pte & PTE_X ? 'x' : '-';
    text[3] = 0;
    return text;
}

struct xlate {
    uint64_t gva;
    enum access why;
    bool has_guest, has_memory, has_shadow;
    enum walk_result guest_result, shadow_result;
    struct walk guest, shadow;
    uint64_t gpa;
    struct p2m_entry memory;
    unsigned reasons; /* for which the shadow allows less */
};

static void look_up(struct debugger *debugger, struct xlate *x)
{
    struct target *target = &debugger->target;
    const struct hart *hart = debugger_shown(debugger);
    x->gpa = x->gva;
    x->guest_result = WALK_OK;
    x->has_guest = target_walk(target, hart, x->gva, x->why, &x->guest_result, &x->guest);
    if (x->has_guest)
        x->gpa = x->guest.pa;
    if (!target->vm)
        return;
    x->has_memory =
        x->guest_result == WALK_OK && p2m_lookup(&target->vm->p2m, GPA(x->gpa), &x->memory);
    const struct shadow *shadow = target_shadow(target, debugger->hart);
    int level;
    x->has_shadow =
        target_walk_shadow(target, shadow, x->gva, x->why, &x->shadow_result, &x->shadow);
    if (shadow)
        shadow_lookup(&target->vm->shadows, shadow, GVA(x->gva), &level, &x->reasons);
}

static void tell_walk(struct debugger *debugger, const char *label, const struct walk *walk)
{
    for (int i = 0; i < walk->steps; i++)
        show_walk_step(debugger, label, walk, i, 0);
}

static void tell_fault(struct debugger *debugger, const struct xlate *x)
{
    char text[400];
    struct question q = {.hart = debugger_shown(debugger),
                         .trap = {.cause = x->guest_result == WALK_PAGE_FAULT
                                               ? page_fault_of(x->why)
                                               : access_fault_of(x->why),
                                  .tval = x->gva},
                         .insn = {.id = INSN_ILLEGAL},
                         .why = x->why,
                         .has_walk = true,
                         .result = x->guest_result,
                         .walk = x->guest};
    const struct rule *rule = rule_of_trap(&q);
    out_line(&debugger->out, "  %-8s %s", "guest", trap_name(q.trap.cause));
    if (!rule)
        return;
    rule_print(rule, &q, text, sizeof text);
    out_line(&debugger->out, "  %-8s %s [%s]", "rule", text, rule->section);
    out_fact(&debugger->out, "guest_rule", "%s", rule->name);
}

static void tell_guest(struct debugger *debugger, const struct xlate *x)
{
    char perms[4];
    struct out *out = &debugger->out;
    out_line(out, "gva 0x%" PRIx64 ", for a %s in %s:", x->gva,
             x->why == ACCESS_FETCH   ? "fetch"
             : x->why == ACCESS_STORE ? "store"
                                      : "load",
             lane_name(debugger_lane(debugger)));
    if (!x->has_guest)
        out_line(out, "  %-8s its space is bare: the gva is the gpa", "guest");
    tell_walk(debugger, "guest", &x->guest);
    if (x->guest_result != WALK_OK) {
        tell_fault(debugger, x);
        return;
    }
    out_line(out, "  %-8s gpa 0x%" PRIx64 "%s%s", "guest", x->gpa, x->has_guest ? ", allows " : "",
             x->has_guest ? letters(x->guest.pte, perms) : "");
    out_hex(out, "gpa", x->gpa);
}

static void tell_p2m(struct debugger *debugger, const struct xlate *x)
{
    char perms[4];
    struct out *out = &debugger->out;
    if (x->guest_result != WALK_OK)
        return;
    if (!x->has_memory) {
        out_line(out, "  %-8s no memory%s%s: an access is emulated", "p2m",
                 platform_is_device(x->gpa) ? ", but " : "",
                 platform_is_device(x->gpa) ? show_device(x->gpa) : "");
        out_fact(out, "p2m", "none");
        return;
    }
    out_line(out, "  %-8s hpa 0x%" PRIx64 ", allows %s, %s", "p2m", x->memory.hpa.a,
             letters(x->memory.perms, perms),
             x->memory.level ? "in a page of 2 MiB" : "in a page of 4 KiB");
    out_hex(out, "hpa", x->memory.hpa.a);
}

/* The first thing in which the two ways differ. */
static const char *disagreement(const struct xlate *x)
{
    bool guest = x->guest_result == WALK_OK, shadow = x->has_shadow && x->shadow_result == WALK_OK;
    uint64_t pte = x->shadow.pte;
    if (!guest)
        return shadow ? "the guest's tables refuse what the shadow allows: it waits for a fence"
                      : "both refuse: the guest gets its own fault";
    if (!x->has_memory)
        return "there is no memory to map: each access exits and is emulated";
    if (shadow)
        return x->shadow.pa == x->memory.hpa.a ? "none: all three agree"
                                               : "the shadow leads elsewhere: it waits for a fence";
    if (!x->has_shadow || !(pte & PTE_V))
        return "the shadow has no entry yet: the next access exits, and fills it";
    if (x->reasons & SHADOW_TRACED)
        return "the frame is a table of the guest, and is traced: each store exits and is emulated";
    if (x->reasons & SHADOW_CLEAN)
        return "the shadow withholds W, because the guest's D is 0: the first store exits, and "
               "sets it";
    if (x->reasons & SHADOW_HELD)
        return "the p2m or the VMM withholds it: each such access exits and is emulated";
    if (x->reasons & SHADOW_SHARED)
        return "the frame is shared: the first store exits, and the guest gets a copy";
    if (x->reasons & SHADOW_LOGGED)
        return "the frame is logged: the first store exits, and is noted";
    return "the shadow allows less: the next access exits, and fills it";
}

static void tell_shadow(struct debugger *debugger, const struct xlate *x)
{
    struct out *out = &debugger->out;
    if (!x->has_shadow)
        out_line(out, "  %-8s this view has none yet", "shadow");
    tell_walk(debugger, "shadow", &x->shadow);
    if (x->has_shadow && (x->reasons || !x->shadow.pte))
        show_shadow_entry(debugger, "shadow", x->shadow.pte, x->shadow.level, x->reasons);
    if (x->has_shadow && x->shadow_result == WALK_OK)
        out_line(out, "  %-8s hpa 0x%" PRIx64, "shadow", x->shadow.pa);
    out_line(out, "  %-8s %s", "differ", disagreement(x));
    out_fact(out, "differ", "%s", disagreement(x));
}

bool command_xlate(struct debugger *debugger, const char *args)
{
    struct xlate x = {.why = ACCESS_LOAD};
    struct value value;
    if (!take_value(debugger, &args, &value))
        return false;
    x.gva = value.bits;
    if (take_word(&args, "w"))
        x.why = ACCESS_STORE;
    else if (take_word(&args, "x"))
        x.why = ACCESS_FETCH;
    else
        take_word(&args, "r");
    if (!no_more(debugger, args))
        return false;
    look_up(debugger, &x);
    tell_guest(debugger, &x);
    if (debugger->in_vmm && debugger->stage < STAGE_CHANGE)
        out_line(&debugger->out,
                 "  (the tables are as the exit leaves them; why tells what changes)");
    if (debugger->target.vm) {
        tell_p2m(debugger, &x);
        tell_shadow(debugger, &x);
    } else if (x.guest_result == WALK_OK && !ram_at(debugger->target.ram, x.gpa, 1)) {
        out_line(&debugger->out, "  %-8s no memory%s%s", "memory",
                 platform_is_device(x.gpa) ? ", but " : "",
                 platform_is_device(x.gpa) ? show_device(x.gpa) : "");
    }
    return true;
}
