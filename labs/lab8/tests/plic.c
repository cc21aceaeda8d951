/* Exercises 3 and 4: the PLIC. The model alone, through its registers. */
#include "lab_test.h"

#include <string.h>

#include "plic.h"

enum { CONTEXTS = 4, PENDING = 0x1000, CONTEXT = 0x200000, STRIDE = 0x1000, CLAIM_REG = 4 };

#define READ_GATE "isa/device/plic.c: plic_set_level, claim, complete; PLIC 1.0.0, section 1.2"
#define READ_DONE "isa/device/plic.c: complete; PLIC 1.0.0, section 9"
#define READ_BEST "isa/device/plic.c: best_source; PLIC 1.0.0, sections 4 and 7"

static struct plic plic;

static void set_word(uint64_t offset, uint32_t word)
{
    uint64_t value = word;
    plic_access(&plic, CONTEXTS, offset, 4, true, &value);
}

static uint32_t word_at(uint64_t offset)
{
    uint64_t value = 0;
    plic_access(&plic, CONTEXTS, offset, 4, false, &value);
    return (uint32_t)value;
}

static uint32_t claim(unsigned context)
{
    return word_at(CONTEXT + STRIDE * context + CLAIM_REG);
}

static void complete(unsigned context, uint32_t source)
{
    set_word(CONTEXT + STRIDE * context + CLAIM_REG, source);
}

static void set_threshold(unsigned context, uint32_t threshold)
{
    set_word(CONTEXT + STRIDE * context, threshold);
}

static bool is_pending(unsigned source)
{
    return word_at(PENDING + 4 * (source / 32)) >> source % 32 & 1;
}

static void is_pending_as(bool claimed, unsigned source, const char *when)
{
    holds(is_pending(source) == claimed, claimed ? "the source pends" : "the source does not pend",
          "%s, source %u %s", when, source, claimed ? "does not pend" : "pends");
}

/* The source has this priority, and `context` wants to hear of it. */
static void enable(unsigned context, unsigned source, uint32_t priority)
{
    set_word(4 * source, priority);
    plic.enable[context][source / 32] |= (uint32_t)1 << source % 32;
}

/* As if a claim of the source had been made. */
static void given_claimed(unsigned source)
{
    plic.claimed[source / 32] |= (uint32_t)1 << source % 32;
}

CLAIM(3, NOTHING, "a high line makes its source pend", READ_GATE)
{
    static const unsigned sources[] = {1, 10, 31, 32, 63, 95};
    for (unsigned i = 0; i < 6; i++) {
        is_pending_as(false, sources[i], "before its line is high");
        plic_set_level(&plic, sources[i], true);
        is_pending_as(true, sources[i], "while its line is high");
    }
}

CLAIM(3, NOTHING, "a line that falls takes nothing back", READ_GATE)
{
    plic_set_level(&plic, 10, true);
    plic_set_level(&plic, 10, false);
    is_pending_as(true, 10, "after its line was high for a moment");
}

CLAIM(3, NOTHING, "a low line alone makes nothing pend", READ_GATE)
{
    plic_set_level(&plic, 10, false);
    is_pending_as(false, 10, "while its line is low");
}

CLAIM(3, NOTHING, "sources that do not exist have no gateway", READ_GATE)
{
    struct {
        struct plic plic;
        uint32_t behind[64];
    } world = {.behind = {0}}, before;
    plic_reset(&world.plic);
    before = world;
    plic_set_level(&world.plic, 0, true);
    plic_set_level(&world.plic, PLIC_SOURCES, true);
    plic_set_level(&world.plic, PLIC_SOURCES + 1000, true);
    holds(memcmp(&world, &before, sizeof world) == 0, "sources 0, 96 and 1096 change nothing",
          "something changed: pending is now %#x", world.plic.pending[0]);
}

CLAIM(3, NOTHING, "a claimed source does not pend again", READ_GATE)
{
    given_claimed(10);
    plic_set_level(&plic, 10, true);
    is_pending_as(false, 10, "while a claim of it is not completed");
}

CLAIM(3, NEEDS(4), "a claim gives the source and ends its pending", READ_GATE)
{
    enable(1, 10, 3);
    plic_set_level(&plic, 10, true);
    same_u64(10, claim(1), "the source that is claimed");
    is_pending_as(false, 10, "after it was claimed");
    same_u64(0, claim(1), "the source that the next claim gives");
}

CLAIM(3, NEEDS(4), "a claim is for all contexts", READ_GATE)
{
    enable(1, 10, 3);
    enable(3, 10, 3);
    plic_set_level(&plic, 10, true);
    same_u64(10, claim(3), "the source that context 3 claims");
    plic_set_level(&plic, 10, true);
    same_u64(0, claim(1), "what context 1 claims then");
}

CLAIM(3, NEEDS(4), "a claim without a source to serve changes nothing", READ_GATE)
{
    struct plic before = plic;
    same_u64(0, claim(1), "the source that is claimed while nothing pends");
    holds(memcmp(&plic, &before, sizeof plic) == 0, "nothing changed",
          "the claimed sources of the first word are now %#x", plic.claimed[0]);
}

CLAIM(3, NOTHING, "a completion lets the next request through", READ_DONE)
{
    enable(1, 10, 3);
    given_claimed(10);
    complete(1, 10);
    is_pending_as(false, 10, "after its completion with a low line");
    plic_set_level(&plic, 10, true);
    is_pending_as(true, 10, "when its line is high after that");
}

CLAIM(3, NOTHING, "a source whose line is still high at its completion pends again", READ_DONE)
{
    enable(1, 10, 3);
    given_claimed(10);
    plic_set_level(&plic, 10, true);
    complete(1, 10);
    is_pending_as(true, 10, "after its completion with a high line");
}

CLAIM(3, NOTHING, "a context completes only what it has enabled", READ_DONE)
{
    enable(1, 10, 3);
    given_claimed(10);
    plic_set_level(&plic, 10, true);
    complete(3, 10);
    is_pending_as(false, 10, "after context 3, which has not enabled it, wrote it");
    complete(1, 10);
    is_pending_as(true, 10, "after context 1, which has enabled it, wrote it");
}

CLAIM(3, NOTHING, "a completion of one source leaves the others claimed", READ_DONE)
{
    enable(1, 10, 3);
    enable(1, 11, 3);
    given_claimed(10);
    given_claimed(11);
    plic_set_level(&plic, 10, true);
    plic_set_level(&plic, 11, true);
    complete(1, 11);
    is_pending_as(true, 11, "after its own completion");
    is_pending_as(false, 10, "after another's completion");
}

CLAIM(3, NOTHING, "completing a number that is no claimed source means nothing", READ_DONE)
{
    static const uint32_t numbers[] = {0, 7, PLIC_SOURCES, 4096, UINT32_MAX};
    enable(1, 7, 3);
    plic.level[0] |=
        1 << 7; /* high, and its request was lost: a spurious completion may not make one */
    for (unsigned i = 0; i < 5; i++) {
        struct plic before = plic;
        complete(1, numbers[i]);
        holds(memcmp(&plic, &before, sizeof plic) == 0, "nothing changed",
              "the completion of %u changed something", numbers[i]);
    }
}

/* Its line was high. Pending is set by hand: gateways are exercise 3. */
static void given_pending(unsigned source)
{
    plic.pending[source / 32] |= (uint32_t)1 << source % 32;
}

static void irq_is(bool claimed, unsigned context, const char *when)
{
    holds(plic_irq(&plic, context) == claimed,
          claimed ? "the context is interrupted" : "the context is not interrupted",
          "%s, context %u is%s interrupted", when, context, claimed ? " not" : "");
}

CLAIM(4, NOTHING, "a pending, enabled source interrupts", READ_BEST)
{
    static const unsigned sources[] = {1, 31, 32, 64, 95};
    for (unsigned i = 0; i < 5; i++) {
        plic_reset(&plic);
        enable(1, sources[i], 1);
        irq_is(false, 1, "while nothing pends");
        given_pending(sources[i]);
        irq_is(true, 1, "while an enabled source pends");
    }
}

CLAIM(4, NOTHING, "a source interrupts only contexts that enabled it", READ_BEST)
{
    enable(1, 10, 7);
    given_pending(10);
    irq_is(true, 1, "having enabled it");
    irq_is(false, 0, "not having enabled it");
    irq_is(false, 3, "not having enabled it");
}

CLAIM(4, NOTHING, "a source of priority 0 never interrupts", READ_BEST)
{
    enable(1, 10, 0);
    given_pending(10);
    irq_is(false, 1, "with a source of priority 0 and a threshold of 0");
}

CLAIM(4, NOTHING, "a priority must be above the threshold", READ_BEST)
{
    enable(1, 10, 4);
    given_pending(10);
    for (uint32_t threshold = 0; threshold <= 7; threshold++) {
        set_threshold(1, threshold);
        holds(plic_irq(&plic, 1) == (threshold < 4),
              threshold < 4 ? "priority 4 interrupts" : "priority 4 does not interrupt",
              "with a threshold of %u it does%s", threshold, threshold < 4 ? " not" : "");
    }
}

CLAIM(4, NOTHING, "thresholds are each context's own", READ_BEST)
{
    enable(1, 10, 4);
    enable(3, 10, 4);
    given_pending(10);
    set_threshold(1, 7);
    irq_is(false, 1, "with a threshold of 7");
    irq_is(true, 3, "with a threshold of 0");
}

CLAIM(4, NEEDS(3), "the highest priority goes first, wherever its source stands", READ_BEST)
{
    static const unsigned order[] = {40, 3, 95, 1};
    for (unsigned i = 0; i < 4; i++) {
        enable(1, order[i], 7 - i);
        given_pending(order[i]);
    }
    for (unsigned i = 0; i < 4; i++)
        same_u64(order[i], claim(1), "the source of priority %u, claimed", 7 - i);
}

CLAIM(4, NEEDS(3), "of equal priorities the lowest number goes first", READ_BEST)
{
    static const unsigned order[] = {2, 9, 31, 32, 70};
    for (unsigned i = 0; i < 5; i++) {
        enable(1, order[i], 5);
        given_pending(order[i]);
    }
    for (unsigned i = 0; i < 5; i++)
        same_u64(order[i], claim(1), "claim number %u", i + 1);
}

CLAIM(4, NEEDS(3), "nothing at or below the threshold is claimed", READ_BEST)
{
    enable(1, 10, 2);
    given_pending(10);
    set_threshold(1, 2);
    same_u64(0, claim(1), "the source that is claimed with a threshold of 2");
    set_threshold(1, 1);
    same_u64(10, claim(1), "the source that is claimed with a threshold of 1");
}
