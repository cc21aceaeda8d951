/* Before and after: registers, CSRs field by field, memory, the guest's tables, the shadow. */
#include "changes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "csr_names.h"
#include "fields.h"
#include "names.h"
#include "show.h"

/* Counts the changes of one episode, and tells them. */
struct teller {
    struct debugger *debugger;
    unsigned count;
};

__attribute__((format(printf, 2, 3))) static void tell(struct teller *t, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out_line(&t->debugger->out, "  %-8s %s", "change", text);
    t->count++;
}

static void tell_value(struct teller *t, const char *name, uint64_t before, uint64_t after)
{
    char key[48];
    if (before == after)
        return;
    tell(t, "%s 0x%" PRIx64 " -> 0x%" PRIx64, name, before, after);
    snprintf(key, sizeof key, "after.%s", name);
    out_hex(&t->debugger->out, key, after);
}

/* The fields of a CSR that differ. */
static void fields_text(const struct csr_info *info, uint64_t before, uint64_t after, char *text,
                        size_t size)
{
    struct field field;
    size_t used = 0;
    *text = 0;
    for (const char *at = info->fields; field_next(&at, &field) && used < size;) {
        uint64_t old = field_of(before, field), new = field_of(after, field);
        if (old != new)
            used += (size_t)snprintf(text + used, size - used, "%s%s %" PRIu64 " -> %" PRIu64,
                                     used ? ", " : "  (", field.name, old, new);
    }
    if (used && used < size)
        snprintf(text + used, size - used, ")");
}

/* Counters go on by themselves, and views of M are told as what S sees of them. */
static bool is_told(unsigned number)
{
    switch (number) {
    case CSR_cycle:
    case CSR_time:
    case CSR_instret:
    case CSR_mcycle:
    case CSR_minstret:
    case CSR_mie:
    case CSR_mip:
    case CSR_fflags:
    case CSR_frm:
        return false;
    default:
        return true;
    }
}

static void tell_csr(struct teller *t, const struct episode *e, unsigned number)
{
    uint64_t before, after;
    char name[24], fields[400], key[48];
    struct target *target = &t->debugger->target;
    if (!is_told(number) || !target_csr(target, &e->before, number, &before) ||
        !target_csr(target, &e->after, number, &after) || before == after)
        return;
    bool is_of_s = number == CSR_mstatus && ((before ^ after) & ~SSTATUS_READABLE) == 0;
    if (is_of_s)
        return; /* sstatus has told it */
    csr_names_of(number, name, sizeof name);
    fields_text(csr_find(number), before, after, fields, sizeof fields);
    tell(t, "%s 0x%" PRIx64 " -> 0x%" PRIx64 "%s", name, before, after, fields);
    snprintf(key, sizeof key, "after.%s", name);
    out_hex(&t->debugger->out, key, after);
}

static void tell_hart(struct teller *t, const struct episode *e)
{
    static const char *const modes[] = {"U", "S", "?", "M"};
    const struct hart *a = &e->before, *b = &e->after;
    for (unsigned i = 1; i < 32; i++)
        tell_value(t, names_of_x(i, false), a->x[i], b->x[i]);
    for (unsigned i = 0; i < 32; i++)
        tell_value(t, names_of_f(i, false), a->f[i], b->f[i]);
    if (a->mode != b->mode)
        tell(t, "mode %s -> %s", modes[a->mode], modes[b->mode]);
    for (unsigned row = 0; row < csr_rows; row++)
        for (unsigned i = 0; i < csr_table[row].count; i++)
            tell_csr(t, e, csr_table[row].number + i);
    if (a->waiting != b->waiting)
        tell(t, "the hart waits for an interrupt");
    if (a->reservation.valid && !b->reservation.valid)
        tell(t, "the reservation of LR is gone");
    tell_value(t, "pc", a->pc, b->pc);
}

static void tell_memory(struct teller *t, const struct episode *e)
{
    char before[64], after[64];
    if (e->has_touch && access_is_write(e->touch.why) && e->memory_before != e->memory_after)
        tell(t, "memory at 0x%" PRIx64 ", %u bytes: 0x%" PRIx64 " -> 0x%" PRIx64, e->touch.va,
             e->touch.size, e->memory_before, e->memory_after);
    if (e->leaf.before != e->leaf.after) {
        show_pte(e->leaf.before, before, sizeof before);
        show_pte(e->leaf.after, after, sizeof after);
        tell(t, "the guest's entry at gpa 0x%" PRIx64 ": %s -> %s", e->walk.pte_pa, before, after);
    }
    for (unsigned i = 0; i < e->mmios; i++)
        tell(t, "%s: %s of %u bytes: 0x%" PRIx64, show_device(e->mmio[i].pa),
             e->mmio[i].is_write ? "a write" : "a read", e->mmio[i].size, e->mmio[i].value);
}

static void tell_shadow(struct teller *t, const struct episode *e)
{
    char before[64], after[64];
    if (e->had_hole)
        tell(t, "the p2m's entry: none -> hpa 0x%" PRIx64, e->given.hpa.a);
    else if (e->has_memory && e->given.hpa.a != e->memory.hpa.a)
        tell(t, "the p2m's entry: hpa 0x%" PRIx64 " -> 0x%" PRIx64, e->memory.hpa.a,
             e->given.hpa.a);
    if (e->shadow.before != e->shadow.after) {
        show_pte(e->shadow.before, before, sizeof before);
        show_pte(e->shadow.after, after, sizeof after);
        tell(t, "the shadow's entry: %s -> %s", before, after);
    }
    if (e->cleared)
        tell(t, "%" PRIu64 " shadows emptied", e->cleared);
}

unsigned changes_tell(struct debugger *debugger, const struct episode *e)
{
    struct teller t = {.debugger = debugger};
    tell_hart(&t, e);
    tell_memory(&t, e);
    tell_shadow(&t, e);
    return t.count;
}
