/* What names in expressions stand for: registers, CSRs and their fields, symbols, and functions
 * that ask the tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "csr_names.h"
#include "debugger.h"
#include "expr.h"
#include "fields.h"
#include "names.h"

static struct text text_of(const char *name)
{
    return (struct text){.at = name, .size = strlen(name)};
}

bool expr_type(const char *name, unsigned *size, bool *is_signed)
{
    static const char *const sizes[] = {"8", "16", "32", "64"};
    for (unsigned i = 0; i < 4; i++)
        if ((name[0] == 'u' || name[0] == 's') && strcmp(name + 1, sizes[i]) == 0) {
            *size = 1u << i;
            *is_signed = name[0] == 's';
            return true;
        }
    return false;
}

bool expr_load(struct debugger *debugger, enum level level, uint64_t address, unsigned size,
               bool is_signed, struct value *value, struct expr_error *error)
{
    static const char *const names[] = {"gva", "gpa", "hpa"};
    uint64_t bits = 0, bad;
    if (!target_read(&debugger->target, debugger_hart(debugger), level, address, &bits, size, &bad))
        return expr_wrong(error, "%s 0x%" PRIx64 " is no memory", names[level], bad);
    if (is_signed && size < 8)
        bits = (uint64_t)((int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size));
    *value = (struct value){.bits = bits,
                            .size = size,
                            .is_signed = is_signed,
                            .level = level,
                            .place = PLACE_MEMORY,
                            .address = address};
    return true;
}

/* ---- CSRs --------------------------------------------------------------------------------- */

/* csr.NAME or csr.NAME.FIELD, after the first dot. */
static bool csr_value(struct debugger *debugger, const char *name, struct value *value,
                      struct expr_error *error)
{
    char base[32];
    const char *dot = strchr(name, '.');
    size_t size = dot ? (size_t)(dot - name) : strlen(name);
    uint64_t bits;
    if (size >= sizeof base)
        return expr_wrong(error, "'%.40s' is no CSR", name);
    memcpy(base, name, size);
    base[size] = 0;
    int number = csr_names_find(text_of(base));
    if (number < 0 ||
        !target_csr(&debugger->target, debugger_shown(debugger), (unsigned)number, &bits))
        return expr_wrong(error, "'%s' is no CSR (csr lists them)", base);
    *value = (struct value){.bits = bits, .size = 8, .place = PLACE_CSR, .index = (unsigned)number};
    if (!dot)
        return true;
    struct field field;
    if (!csr_field(csr_find((unsigned)number), dot + 1, &field))
        return expr_wrong(error, "'%s' is no field of %s", dot + 1, base);
    value->bits = field_of(bits, field);
    value->place = PLACE_NONE;
    return true;
}

/* ---- names -------------------------------------------------------------------------------- */

static struct value plain(uint64_t bits)
{
    return (struct value){.bits = bits, .size = 8};
}

/* What the physical hart has in place of the guest's. */
static bool hw_value(struct debugger *debugger, const char *name, struct value *value,
                     struct expr_error *error)
{
    if (!debugger->target.vm)
        return expr_wrong(error, "'hw.%s': there is no other hardware on a bare machine", name);
    const struct hw_state *run = &debugger->target.vm->vcpu[debugger->hart].run;
    if (strcmp(name, "satp") == 0)
        *value = plain(run->satp);
    else if (strcmp(name, "pc") == 0)
        *value = plain(run->pc);
    else
        return expr_wrong(error, "'hw.%s' is not known: hw.satp and hw.pc are", name);
    return true;
}

static bool special_value(struct debugger *debugger, const char *name, struct value *value)
{
    const struct hart *hart = debugger_shown(debugger);
    const struct clock *clock = &debugger->target.platform->s.clock;
    uint32_t word = 0;
    if (strcmp(name, "pc") == 0) {
        *value = plain(hart->pc);
        value->place = PLACE_PC;
    } else if (strcmp(name, "mode") == 0) {
        *value = plain(hart->mode);
    } else if (strcmp(name, "steps") == 0) {
        *value = plain(clock->steps);
    } else if (strcmp(name, "clock") == 0) {
        *value = plain(clock_now(clock));
    } else if (strcmp(name, "hart") == 0) {
        *value = plain(debugger->hart);
    } else if (strcmp(name, "insn") == 0) {
        target_insn(&debugger->target, hart, hart->pc, &word);
        *value = plain(word);
    } else {
        return false;
    }
    return true;
}

bool expr_name(struct debugger *debugger, const char *name, struct value *value,
               struct expr_error *error)
{
    const struct hart *hart = debugger_shown(debugger);
    uint64_t address;
    const char *bare = *name == '$' ? name + 1 : name; /* as gdb writes registers */
    int x = names_x(text_of(bare)), f = names_f(text_of(bare));
    if (x >= 0) {
        *value = plain(hart->x[x]);
        value->place = PLACE_X;
        value->index = (unsigned)x;
        return true;
    }
    if (f >= 0) {
        *value = plain(hart->f[f]);
        value->place = PLACE_F;
        value->index = (unsigned)f;
        return true;
    }
    if (special_value(debugger, bare, value))
        return true;
    if (strncmp(name, "csr.", 4) == 0)
        return csr_value(debugger, name + 4, value, error);
    if (strncmp(name, "hw.", 3) == 0)
        return hw_value(debugger, name + 3, value, error);
    if (!symbols_find(&debugger->symbols, name, &address))
        return expr_wrong(error, "'%.100s' is no register, CSR (csr.NAME) or symbol", name);
    *value = plain(address);
    return true;
}

/* ---- functions ---------------------------------------------------------------------------- */

static const char *const functions[] = {"walk", "p2m", "shadow"};

bool expr_is_function(const char *name)
{
    for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(name, functions[i]) == 0)
            return true;
    return false;
}

/* A member of what a walk came to. */
static bool walk_member(const char *function, const char *member, bool found,
                        const struct walk *walk, struct value *value, struct expr_error *error)
{
    if (strcmp(member, "ok") == 0) {
        *value = plain(found);
        return true;
    }
    if (strcmp(member, "pte") == 0)
        *value = plain(walk->pte);
    else if (strcmp(member, "level") == 0)
        *value = plain((uint64_t)walk->level);
    else if (strcmp(member, "pa") == 0 || !*member)
        *value = plain(walk->pa);
    else
        return expr_wrong(error, "'%s' is no member of %s(): pa, pte, level and ok are", member,
                          function);
    value->level = strcmp(function, "walk") == 0 ? LEVEL_GPA : LEVEL_HPA;
    /* A pa that is none must not be taken for one. */
    return found || strcmp(member, "pte") == 0 || strcmp(member, "level") == 0 ||
           expr_wrong(error, "%s() comes to no address (see %s(...).ok)", function, function);
}

static bool p2m_member(struct debugger *debugger, uint64_t gpa, const char *member,
                       struct value *value, struct expr_error *error)
{
    struct p2m_entry entry = {0};
    bool found = debugger->target.vm && p2m_lookup(&debugger->target.vm->p2m, GPA(gpa), &entry);
    if (strcmp(member, "ok") == 0)
        *value = plain(found);
    else if (!found)
        return expr_wrong(error, "the p2m has no entry for 0x%" PRIx64 " (see p2m(...).ok)", gpa);
    else if (strcmp(member, "hpa") == 0 || !*member)
        *value = plain(entry.hpa.a);
    else if (strcmp(member, "perms") == 0)
        *value = plain(entry.perms);
    else if (strcmp(member, "level") == 0)
        *value = plain((uint64_t)entry.level);
    else
        return expr_wrong(error, "'%s' is no member of p2m(): hpa, perms, level and ok are",
                          member);
    value->level = LEVEL_HPA;
    return true;
}

bool expr_function(struct debugger *debugger, const struct expr_call *call, struct value *value,
                   struct expr_error *error)
{
    struct target *target = &debugger->target;
    const struct hart *hart = debugger_shown(debugger);
    enum access why = call->why == 'w'   ? ACCESS_STORE
                      : call->why == 'x' ? ACCESS_FETCH
                                         : ACCESS_LOAD;
    enum walk_result result = WALK_PAGE_FAULT;
    struct walk walk = {0};
    uint64_t address = call->args->bits;
    if (call->count != 1)
        return expr_wrong(error, "%s() takes one address", call->name);
    if (strcmp(call->name, "p2m") == 0)
        return p2m_member(debugger, address, call->member, value, error);
    if (strcmp(call->name, "shadow") == 0) {
        if (target->vm)
            target_walk_shadow(target, target_shadow(target, debugger->hart), address, why, &result,
                               &walk);
    } else if (!target_walk(target, hart, address, why, &result, &walk)) {
        walk.pa = address; /* no tables: the address is physical */
        result = WALK_OK;
    }
    return walk_member(call->name, call->member, result == WALK_OK, &walk, value, error);
}
