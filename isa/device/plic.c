/* The PLIC: gateways that turn levels into requests, and for each context the choice of the most
 * important one. A request, once accepted, stays until it is claimed, even if the line falls
 * (PLIC 1.0.0, section 1.2). */
#include "plic.h"

#include <string.h>

enum { PRIORITY = 0, PENDING = 0x1000, ENABLE = 0x2000, CONTEXT = 0x200000 };
enum { ENABLE_STRIDE = 0x80, CONTEXT_STRIDE = 0x1000, CLAIM = 4, HIGHEST_PRIORITY = 7 };

void plic_reset(struct plic *plic)
{
    memset(plic, 0, sizeof *plic);
}

static bool get_bit(const uint32_t *words, unsigned source)
{
    return words[source / 32] >> source % 32 & 1;
}

static void set_bit(uint32_t *words, unsigned source, bool value)
{
    uint32_t bit = (uint32_t)1 << source % 32;
    words[source / 32] = (words[source / 32] & ~bit) | (value ? bit : 0);
}

/* The gateway of `source` sees its line. Lab 8, exercise 3.
 *
 * Notes in `level` whether it is high. A high line makes the source pend, unless a claim of it has
 * not been completed yet: the gateway lets one request through at a time. A low line takes nothing
 * back. Source 0, and those from PLIC_SOURCES on, do not exist: nothing happens (PLIC 1.0.0,
 * section 1.2). */
void plic_set_level(struct plic *plic, unsigned source, bool is_high)
{
    if (source == 0 || source >= PLIC_SOURCES)
        return;
    set_bit(plic->level, source, is_high);
    if (is_high && !get_bit(plic->claimed, source))
        set_bit(plic->pending, source, true);
}

/* The source that `context` would claim, 0 for none. Lab 8, exercise 4.
 *
 * Of the sources that pend and are enabled for this context, it is the one of the highest priority,
 * of equals the lowest number; and none, unless that priority is above the context's threshold. So
 * a source of priority 0 never interrupts (PLIC 1.0.0, sections 4 and 7). */
static unsigned best_source(const struct plic *plic, unsigned context)
{
    unsigned best = 0;
    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        uint32_t ready = plic->pending[word] & plic->enable[context][word];
        for (; ready; ready &= ready - 1) {
            unsigned source = 32 * word + (unsigned)__builtin_ctz(ready);
            if (plic->priority[source] > plic->priority[best])
                best = source;
        }
    }
    return plic->priority[best] > plic->threshold[context] ? best : 0;
}

bool plic_irq(const struct plic *plic, unsigned context)
{
    return context < PLIC_CONTEXTS && best_source(plic, context) != 0;
}

/* A context claims: it asks what to serve. Lab 8, exercise 3. Gives best_source's answer, and that
 * source, if it is one, stops pending and is claimed, for every context, until its completion (PLIC
 * 1.0.0, section 8). */
static unsigned claim(struct plic *plic, unsigned context)
{
    unsigned source = best_source(plic, context);
    if (source) {
        set_bit(plic->pending, source, false);
        set_bit(plic->claimed, source, true);
    }
    return source;
}

/* A context says that it has served `source`, any number that a driver may write.
 * Lab 8, exercise 3.
 *
 * Its claim ends, and where the line is high at that moment the source pends again. A completion of
 * a source that does not exist, is not enabled for this context, or is not claimed means nothing
 * (PLIC 1.0.0, section 9). */
static void complete(struct plic *plic, unsigned context, uint32_t source)
{
    if (source >= PLIC_SOURCES || !get_bit(plic->enable[context], source) ||
        !get_bit(plic->claimed, source))
        return;
    set_bit(plic->claimed, source, false);
    if (get_bit(plic->level, source))
        set_bit(plic->pending, source, true);
}

static uint32_t read_word(struct plic *plic, unsigned contexts, uint64_t offset)
{
    if (offset < PRIORITY + 4 * PLIC_SOURCES)
        return plic->priority[offset / 4];
    if (offset >= PENDING && offset < PENDING + 4 * PLIC_WORDS)
        return plic->pending[(offset - PENDING) / 4];
    if (offset >= ENABLE && offset < ENABLE + ENABLE_STRIDE * contexts) {
        uint64_t context = (offset - ENABLE) / ENABLE_STRIDE;
        uint64_t word = (offset - ENABLE) % ENABLE_STRIDE / 4;
        return word < PLIC_WORDS ? plic->enable[context][word] : 0;
    }
    if (offset >= CONTEXT && offset < CONTEXT + CONTEXT_STRIDE * contexts) {
        unsigned context = (unsigned)((offset - CONTEXT) / CONTEXT_STRIDE);
        uint64_t reg = (offset - CONTEXT) % CONTEXT_STRIDE;
        return reg == 0 ? plic->threshold[context] : reg == CLAIM ? claim(plic, context) : 0;
    }
    return 0;
}

static void write_word(struct plic *plic, unsigned contexts, uint64_t offset, uint32_t value)
{
    if (offset >= PRIORITY + 4 && offset < PRIORITY + 4 * PLIC_SOURCES) {
        plic->priority[offset / 4] = value & HIGHEST_PRIORITY;
    } else if (offset >= ENABLE && offset < ENABLE + ENABLE_STRIDE * contexts) {
        uint64_t context = (offset - ENABLE) / ENABLE_STRIDE;
        uint64_t word = (offset - ENABLE) % ENABLE_STRIDE / 4;
        if (word < PLIC_WORDS) /* source 0 does not exist */
            plic->enable[context][word] = word == 0 ? value & ~(uint32_t)1 : value;
    } else if (offset >= CONTEXT && offset < CONTEXT + CONTEXT_STRIDE * contexts) {
        unsigned context = (unsigned)((offset - CONTEXT) / CONTEXT_STRIDE);
        uint64_t reg = (offset - CONTEXT) % CONTEXT_STRIDE;
        if (reg == 0)
            plic->threshold[context] = value & HIGHEST_PRIORITY;
        else if (reg == CLAIM)
            complete(plic, context, value);
    }
}

bool plic_access(struct plic *plic, unsigned contexts, uint64_t offset, unsigned size,
                 bool is_write, uint64_t *value)
{
    if (size != 4 || offset & 3)
        return false;
    if (contexts > PLIC_CONTEXTS)
        contexts = PLIC_CONTEXTS;
    if (is_write)
        write_word(plic, contexts, offset, (uint32_t)*value);
    else
        *value = read_word(plic, contexts, offset);
    return true;
}
