/* Which rule of the manual made an instruction trap, or keeps an interrupt waiting: found by asking
 * the recorded state, never from a note taken at the time. */
#ifndef RULES_H
#define RULES_H

#include <stddef.h>

#include "insn.h"
#include "sv39.h"

/* The state that a rule is about. */
struct question {
    const struct hart *hart;
    struct trap trap;
    struct insn insn; /* at pc; INSN_ILLEGAL with length 0: not known */

    /* Of a fault. */
    enum access why;
    bool has_walk;
    enum walk_result result;
    struct walk walk;
    uint64_t pa;    /* where the walk came to, or the address itself */
    bool is_device; /* pa is a device's */

    uint64_t irq; /* for why not: its number */
};

struct rule {
    const char *name, *section, *text;
};

/* The rule that explains q->trap; NULL: none does. */
const struct rule *rule_of_trap(const struct question *q);

/* The rule by which interrupt q->irq is not taken; NULL: it is, before the next instruction. */
const struct rule *rule_of_wait(const struct question *q);

/* Writes the rule's words, with what they leave open filled in. */
void rule_print(const struct rule *rule, const struct question *q, char *text, size_t size);

#endif
