/* Looking: registers, CSRs, memory, code, source, stack, values. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "csr.h"
#include "csr_names.h"
#include "dis.h"
#include "fields.h"
#include "names.h"
#include "run.h"
#include "show.h"
#include "story.h"
#include "trap.h"
#include "unwind.h"

bool command_where(struct debugger *debugger, const char *args)
{
    if (!no_more(debugger, args))
        return false;
    run_where(debugger);
    if (debugger->is_changed)
        out_line(&debugger->out, "the state was changed by hand: the run is the user's, too");
    return true;
}

/* ---- registers ------------------------------------------------------------------------------ */

static void print_floats(struct debugger *debugger, const struct hart *hart)
{
    for (unsigned i = 0; i < 32; i += 2) {
        out_line(&debugger->out, "%-5s 0x%016" PRIx64 "   %-5s 0x%016" PRIx64, names_of_f(i, false),
                 hart->f[i], names_of_f(i + 1, false), hart->f[i + 1]);
        out_hex(&debugger->out, names_of_f(i, false), hart->f[i]);
        out_hex(&debugger->out, names_of_f(i + 1, false), hart->f[i + 1]);
    }
}

bool command_regs(struct debugger *debugger, const char *args)
{
    const struct hart *hart = debugger_shown(debugger);
    static const char *const modes[] = {"U", "S", "?", "M"};
    if (take_word(&args, "f") && no_more(debugger, args)) {
        print_floats(debugger, hart);
        return true;
    }
    if (!no_more(debugger, args))
        return false;
    struct out *out = &debugger->out;
    for (unsigned i = 0; i < 32; i += 4)
        out_line(
            out, "%-4s %016" PRIx64 "  %-4s %016" PRIx64 "  %-4s %016" PRIx64 "  %-4s %016" PRIx64,
            names_of_x(i, false), hart->x[i], names_of_x(i + 1, false), hart->x[i + 1],
            names_of_x(i + 2, false), hart->x[i + 2], names_of_x(i + 3, false), hart->x[i + 3]);
    for (unsigned i = 0; i < 32; i++)
        out_hex(out, names_of_x(i, false), hart->x[i]);
    out_line(out, "pc   %016" PRIx64 "  mode %s%s", hart->pc, modes[hart->mode],
             hart->waiting ? ", waiting for an interrupt" : "");
    out_hex(out, "pc", hart->pc);
    out_fact(out, "mode", "%s", modes[hart->mode]);
    if (debugger->target.vm)
        out_line(out, "the hardware is in U, with satp 0x%" PRIx64,
                 debugger->target.vm->vcpu[debugger->hart].run.satp);
    return true;
}

/* ---- CSRs ----------------------------------------------------------------------------------- */

static void csr_fields_text(const struct csr_info *info, uint64_t bits, char *text, size_t size)
{
    struct field field;
    size_t used = 0;
    *text = 0;
    for (const char *at = info->fields; field_next(&at, &field) && used < size;) {
        uint64_t value = field_of(bits, field);
        if (value)
            used += (size_t)snprintf(text + used, size - used, " %s=%s%" PRIx64, field.name,
                                     value > 9 ? "0x" : "", value);
    }
}

static void print_csr(struct debugger *debugger, unsigned number)
{
    char name[24], fields[400];
    uint64_t value;
    const struct csr_info *info = csr_find(number);
    struct out *out = &debugger->out;
    if (!target_csr(&debugger->target, debugger_shown(debugger), number, &value))
        return;
    csr_names_of(number, name, sizeof name);
    csr_fields_text(info, value, fields, sizeof fields);
    out_line(out, "%-13s 0x%-16" PRIx64 " %s", name, value, fields);
    out_hex(out, name, value);
    if (number == CSR_satp && debugger->target.vm) {
        uint64_t real = debugger->target.vm->vcpu[debugger->hart].run.satp;
        csr_fields_text(info, real, fields, sizeof fields);
        out_line(out, "%-13s 0x%-16" PRIx64 " %s   (the hardware's: a shadow)", "", real, fields);
        out_hex(out, "hw.satp", real);
    }
    if (number == CSR_scause || number == CSR_mcause)
        out_line(out, "%-13s %s", "", trap_name(value));
}

/* All that this hart has and that are not zero. */
static void print_csrs(struct debugger *debugger)
{
    for (unsigned row = 0; row < csr_rows; row++) {
        const struct csr_info *info = &csr_table[row];
        uint64_t value;
        for (unsigned i = 0; i < info->count; i++)
            if (isa_has(debugger_shown(debugger)->isa, info->ext) &&
                target_csr(&debugger->target, debugger_shown(debugger), info->number + i, &value) &&
                (value || info->count == 1))
                print_csr(debugger, info->number + i);
    }
}

bool command_csr(struct debugger *debugger, const char *args)
{
    char word[32];
    if (!*args)
        print_csrs(debugger);
    while (*args) {
        if (!next_word(&args, word, sizeof word))
            return out_fail(&debugger->out, "'%.30s' is no CSR", args);
        int number = csr_names_find((struct text){word, strlen(word)});
        if (number < 0)
            return out_fail(&debugger->out, "'%s' is no CSR (csr lists them)", word);
        print_csr(debugger, (unsigned)number);
    }
    return true;
}

/* ---- memory --------------------------------------------------------------------------------- */

/* What stands behind x/ or p/: a count, a format, a size. */
struct format {
    uint64_t count;
    char letter;
    unsigned size;
};

static bool take_format(struct debugger *debugger, const char **args, struct format *format)
{
    if (**args != '/')
        return true;
    const char *from = ++*args;
    if (isdigit((unsigned char)**args))
        format->count = strtoull(*args, (char **)args, 10);
    for (; **args && !isspace((unsigned char)**args); ++*args) {
        const char *size = strchr("bhwg", **args);
        if (size)
            format->size = 1u << (size - "bhwg");
        else if (strchr("xdutcsi", **args))
            format->letter = **args;
        else
            return out_fail(&debugger->out,
                            "'%.*s' is no format: '%c' is not of b h w g x d u t c s i",
                            (int)strcspn(from, " "), from, **args);
    }
    while (isspace((unsigned char)**args))
        ++*args;
    if (format->count > 4096)
        return out_fail(&debugger->out, "%" PRIu64 " is more than 4096 units", format->count);
    return true;
}

static const char *level_name(enum level level)
{
    static const char *const names[] = {"gva", "gpa", "hpa"};
    return names[level];
}

static bool no_memory(struct debugger *debugger, enum level level, uint64_t address)
{
    return out_fail(&debugger->out, "%s 0x%" PRIx64 " is no memory%s", level_name(level), address,
                    level == LEVEL_GPA && platform_is_device(address) ? " but a device" : "");
}

static bool print_text(struct debugger *debugger, const struct value *at)
{
    char text[256];
    size_t used = 0;
    uint64_t bad;
    for (char c = 1; c && used + 1 < sizeof text; used++) {
        if (!target_read(&debugger->target, debugger_hart(debugger), at->level, at->bits + used, &c,
                         1, &bad))
            return no_memory(debugger, at->level, bad);
        text[used] = isprint((unsigned char)c) ? c : c ? '.' : 0;
    }
    text[used] = 0;
    out_line(&debugger->out, "0x%" PRIx64 ":  \"%s\"", at->bits, text);
    out_fact(&debugger->out, "value", "%s", text);
    return true;
}

static bool print_code(struct debugger *debugger, uint64_t pc, uint64_t count)
{
    const struct hart *hart = debugger_shown(debugger);
    const char *last = NULL;
    struct dis dis = {.isa = hart->isa};
    for (uint64_t i = 0; i < count; i++) {
        uint32_t word;
        uint64_t offset;
        char text[160], scratch[160];
        if (!target_insn(&debugger->target, hart, pc, &word))
            return i ? true : no_memory(debugger, LEVEL_GVA, pc);
        const char *name = symbols_at(&debugger->symbols, pc, &offset);
        if (name && name != last)
            out_line(&debugger->out, "%s:", name);
        last = name;
        show_word(debugger, hart, pc, &word, text, sizeof text);
        out_line(&debugger->out, "%s 0x%" PRIx64 ":  %0*x%*s  %s", pc == hart->pc ? "=>" : "  ", pc,
                 insn_is_long(word) ? 8 : 4, word, insn_is_long(word) ? 0 : 4, "", text);
        pc += dis_insn(&dis, word, pc, scratch, sizeof scratch);
    }
    return true;
}

static bool print_units(struct debugger *debugger, struct value at, const struct format *format)
{
    unsigned a_line = 16 / format->size;
    if (format->letter == 't' || format->letter == 'c')
        a_line = 8;
    for (uint64_t i = 0; i < format->count; i += a_line) {
        char line[800];
        size_t used = (size_t)snprintf(line, sizeof line, "0x%" PRIx64 ":", at.bits);
        for (uint64_t j = i; j < format->count && j < i + a_line; j++) {
            struct value unit = {.size = format->size};
            char text[96];
            uint64_t bad;
            if (!target_read(&debugger->target, debugger_shown(debugger), at.level, at.bits,
                             &unit.bits, format->size, &bad))
                return no_memory(debugger, at.level, bad);
            show_value(&unit, format->letter, text, sizeof text);
            used += (size_t)snprintf(line + used, sizeof line - used, "  %s", text);
            if (format->count == 1)
                out_hex(&debugger->out, "value", unit.bits);
            at.bits += format->size;
        }
        out_line(&debugger->out, "%s", line);
    }
    return true;
}

bool command_x(struct debugger *debugger, const char *args)
{
    struct format format = {.count = 1, .letter = 'x', .size = 8};
    struct value at;
    if (!take_format(debugger, &args, &format) || !take_value(debugger, &args, &at) ||
        !no_more(debugger, args))
        return false;
    if (format.letter == 's')
        return print_text(debugger, &at);
    if (format.letter == 'i')
        return print_code(debugger, at.bits, format.count);
    return print_units(debugger, at, &format);
}

/* Where the instructions before pc begin is only known from a symbol on. */
static uint64_t start_around(struct debugger *debugger, uint64_t pc)
{
    enum { BEFORE = 4 };
    uint64_t offset, starts[BEFORE];
    unsigned count = 0;
    const struct hart *hart = debugger_shown(debugger);
    if (!symbols_at(&debugger->symbols, pc, &offset) || offset > 4096)
        return pc;
    for (uint64_t at = pc - offset; at < pc;) {
        uint32_t word;
        if (!target_insn(&debugger->target, hart, at, &word))
            return pc;
        starts[count++ % BEFORE] = at;
        at += insn_is_long(word) ? 4 : 2;
    }
    return count ? starts[count < BEFORE ? 0 : count % BEFORE] : pc;
}

bool command_disas(struct debugger *debugger, const char *args)
{
    uint64_t count = 10, address;
    if (!*args) {
        address = start_around(debugger, debugger_shown(debugger)->pc);
        return print_code(debugger, address, count);
    }
    struct value value;
    if (!take_value(debugger, &args, &value) || (*args && !take_number(debugger, &args, &count)) ||
        !no_more(debugger, args))
        return false;
    if (count > 4096)
        return out_fail(&debugger->out, "%" PRIu64 " is more than 4096 instructions", count);
    return print_code(debugger, value.bits, count);
}

/* ---- source --------------------------------------------------------------------------------- */

static FILE *open_source(const struct debugger *debugger, const char *name)
{
    FILE *file = fopen(name, "re");
    if (file || !debugger->source_path)
        return file;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", debugger->source_path, name);
    return fopen(path, "re");
}

static bool print_source(struct debugger *debugger, const char *name, int number, bool is_here)
{
    enum { AROUND = 5 };
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_source(debugger, name);
    if (!file)
        return out_fail(&debugger->out, "%s: it cannot be read from here (see directory)", name);
    for (int at = 1; at <= number + AROUND && getline(&text, &size, file) > 0; at++) {
        text[strcspn(text, "\n")] = 0;
        if (at >= number - AROUND)
            out_line(&debugger->out, "%s%4d  %s", at == number && is_here ? "=>" : "  ", at, text);
    }
    free(text);
    fclose(file);
    out_fact(&debugger->out, "file", "%s", name);
    out_count(&debugger->out, "line", (uint64_t)number);
    return true;
}

bool command_list(struct debugger *debugger, const char *args)
{
    uint64_t address = debugger_shown(debugger)->pc;
    bool is_here = !*args;
    if (!is_here && (!take_place(debugger, &args, &address) || !no_more(debugger, args)))
        return false;
    const struct line *line = symbols_line(&debugger->symbols, address);
    if (!line)
        return out_fail(&debugger->out, "0x%" PRIx64 " has no source line that is known", address);
    return print_source(debugger, line->file, line->number, is_here);
}

/* ---- the stack ------------------------------------------------------------------------------ */

bool command_bt(struct debugger *debugger, const char *args)
{
    enum { DEEPEST = 64 };
    static const char *const modes[] = {"U", "S", "?", "M"};
    const struct hart *hart = debugger_shown(debugger);
    struct frame frame;
    struct out *out = &debugger->out;
    unsigned depth = 0;
    if (!no_more(debugger, args))
        return false;
    if (debugger->in_vmm)
        out_line(out, "    VMM: exit %" PRIu64 " of", debugger->episode);
    unwind_first(debugger, hart, &frame);
    do {
        char place[200], key[16];
        if (frame.kind == FRAME_TRAPPED)
            out_line(out, "    -- %s, taken in %s --", trap_name(frame.cause), modes[frame.mode]);
        show_place(debugger, frame.kind == FRAME_CALLER ? frame.pc - 1 : frame.pc, place,
                   sizeof place);
        out_line(out, "#%-2u %s 0x%" PRIx64 " %s", depth, modes[frame.mode], frame.pc, place);
        snprintf(key, sizeof key, "frame%u", depth);
        out_fact(out, key, "%s", place);
    } while (++depth < DEEPEST && unwind_next(debugger, hart, &frame));
    return true;
}

/* ---- values --------------------------------------------------------------------------------- */

bool command_print(struct debugger *debugger, const char *args)
{
    struct format format = {.count = 1};
    struct value value;
    char text[96];
    if (!take_format(debugger, &args, &format) || !take_value(debugger, &args, &value) ||
        !no_more(debugger, args))
        return false;
    show_value(&value, format.letter, text, sizeof text);
    out_line(&debugger->out, "%s", text);
    out_hex(&debugger->out, "value", value.bits);
    return true;
}

bool command_display(struct debugger *debugger, const char *args)
{
    struct value value;
    const char *rest = args;
    struct display **end = &debugger->displays;
    if (!*args) {
        show_displays(debugger);
        return true;
    }
    if (!take_value(debugger, &rest, &value) || !no_more(debugger, rest))
        return false;
    struct display *display = calloc(1, sizeof *display);
    char *text = strdup(args);
    if (!display || !text) {
        free(display);
        free(text);
        return out_fail(&debugger->out, "no memory");
    }
    *display = (struct display){.number = ++debugger->last_display, .text = text};
    while (*end)
        end = &(*end)->next;
    *end = display;
    show_displays(debugger);
    return true;
}

bool command_undisplay(struct debugger *debugger, const char *args)
{
    uint64_t number;
    if (!take_number(debugger, &args, &number) || !no_more(debugger, args))
        return false;
    for (struct display **at = &debugger->displays; *at; at = &(*at)->next)
        if ((*at)->number == number) {
            struct display *gone = *at;
            *at = gone->next;
            free(gone->text);
            free(gone);
            return true;
        }
    return out_fail(&debugger->out, "%" PRIu64 " is no display", number);
}
