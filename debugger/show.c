/* Text for people, in one place so that it is alike everywhere. */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csr_names.h"
#include "device_map.h"
#include "dis.h"
#include "names.h"

/* ---- places and instructions ---------------------------------------------------------------- */

void show_place(struct debugger *debugger, uint64_t address, char *text, size_t size)
{
    uint64_t offset;
    const char *name = symbols_at(&debugger->symbols, address, &offset);
    const struct line *line = symbols_line(&debugger->symbols, address);
    int used = name && offset ? snprintf(text, size, "%s+0x%" PRIx64, name, offset)
               : name         ? snprintf(text, size, "%s", name)
                              : snprintf(text, size, "0x%" PRIx64, address);
    if (line && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, ", %s:%d", line->file, line->number);
}

static const char *symbol_for_dis(void *world, uint64_t address, uint64_t *offset)
{
    return symbols_at(&((struct debugger *)world)->symbols, address, offset);
}

void show_word(struct debugger *debugger, const struct hart *hart, uint64_t pc,
               const uint32_t *word, char *text, size_t size)
{
    struct dis dis = {.isa = hart->isa, .symbol = symbol_for_dis, .world = debugger};
    if (!word) {
        snprintf(text, size, "(there is no memory)");
        return;
    }
    dis_insn(&dis, *word, pc, text, size);
    for (char *at = text; *at; at++)
        if (*at == '\t')
            *at = ' ';
}

void show_insn(struct debugger *debugger, const struct hart *hart, uint64_t pc, char *text,
               size_t size)
{
    uint32_t word;
    bool done = target_insn(&debugger->target, hart, pc, &word);
    show_word(debugger, hart, pc, done ? &word : NULL, text, size);
}

/* One operand and what it holds. */
static void add_operand(const struct hart *hart, const struct insn *insn, const char *operand,
                        char *text, size_t size)
{
    const char *format = "%s, %s %s = 0x%" PRIx64;
    size_t used = strlen(text);
    char csr[24];
    if (strcmp(operand, "rs1") == 0)
        snprintf(text + used, size - used, format, "", "rs1", names_of_x(insn->rs1, false),
                 hart->x[insn->rs1]);
    else if (strcmp(operand, "rs2") == 0)
        snprintf(text + used, size - used, format, "", "rs2", names_of_x(insn->rs2, false),
                 hart->x[insn->rs2]);
    else if (strcmp(operand, "rd") == 0)
        snprintf(text + used, size - used, ", rd %s", names_of_x(insn->rd, false));
    else if (strcmp(operand, "csr") == 0)
        snprintf(text + used, size - used, ", csr %s (0x%03x)",
                 csr_names_of((unsigned)insn->imm, csr, sizeof csr) ? csr : "unknown",
                 (unsigned)insn->imm);
    else if (strcmp(operand, "imm") == 0)
        snprintf(text + used, size - used, ", imm %" PRId64, insn->imm);
    else if (strcmp(operand, "uimm5") == 0)
        snprintf(text + used, size - used, ", uimm %u", insn->rs1);
}

bool show_fields(const struct hart *hart, uint64_t pc, uint32_t word, char *text, size_t size)
{
    (void)pc;
    struct insn insn = insn_decode(word, hart->isa);
    char operands[64], *rest = operands;
    if (insn.id == INSN_ILLEGAL || !*insn_table[insn.id].operands)
        return false;
    snprintf(operands, sizeof operands, "%s", insn_table[insn.id].operands);
    snprintf(text, size, "%0*x", 2 * insn.length, word);
    for (char *word_at; (word_at = strtok_r(rest, ", ()", &rest));)
        add_operand(hart, &insn, word_at, text, size);
    for (char *at = text; (at = strstr(at, ", , "));)
        memmove(at, at + 2, strlen(at + 2) + 1);
    return true;
}

/* ---- page tables ---------------------------------------------------------------------------- */

void show_pte(uint64_t pte, char *text, size_t size)
{
    static const char letters[] = "VRWXUGAD";
    char bits[9];
    for (unsigned i = 0; i < 8; i++)
        memcpy(&bits[7 - i], pte >> i & 1 ? &letters[i] : "-", 1);
    bits[8] = 0;
    if (!pte)
        snprintf(text, size, "none");
    else
        snprintf(text, size, "0x%" PRIx64 " %s", pte_pa(pte), bits);
}

void show_walk_step(struct debugger *debugger, const char *label, const struct walk *walk, int i,
                    uint64_t pte)
{
    char entry[64];
    show_pte(pte ? pte : walk->step[i].pte, entry, sizeof entry);
    out_line(&debugger->out, "  %-8s level %d, entry at 0x%" PRIx64 ": %s", label,
             SV39_LEVELS - 1 - i, walk->step[i].pte_pa, entry);
}

/* Why a shadow withholds W (shadow.h). */
static const char *reasons_text(unsigned reasons, char *text, size_t size)
{
    static const struct {
        unsigned reason;
        const char *words;
    } rows[] = {
        {SHADOW_CLEAN, "the guest's D is 0"},
        {SHADOW_HELD, "the p2m, the PMP or a reservation holds it back"},
        {SHADOW_TRACED, "the frame is a table of the guest, and is traced"},
        {SHADOW_LOGGED, "the frame is being logged"},
        {SHADOW_SHARED, "the frame is shared"},
    };
    size_t used = 0;
    *text = 0;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows && used < size; i++)
        if (reasons & rows[i].reason)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used ? ", and " : ", W withheld: ", rows[i].words);
    return text;
}

void show_shadow_entry(struct debugger *debugger, const char *label, uint64_t pte, int level,
                       unsigned reasons)
{
    char entry[64], why[256];
    show_pte(pte, entry, sizeof entry);
    if (pte)
        out_line(&debugger->out, "  %-8s level %d: %s%s", label, level, entry,
                 reasons_text(reasons, why, sizeof why));
    else
        out_line(&debugger->out, "  %-8s no entry: it has not been filled", label);
}

void show_table_write(struct debugger *debugger, uint64_t gva, uint64_t old, uint64_t new)
{
    char before[64], after[64];
    uint64_t gpa = 0;
    show_pte(old, before, sizeof before);
    show_pte(new, after, sizeof after);
    target_translate(&debugger->target, debugger_hart(debugger), gva, &gpa);
    out_line(&debugger->out, "  entry at gpa 0x%" PRIx64 ": %s -> %s", gpa, before, after);
}

const char *show_device(uint64_t gpa)
{
    const struct device_place *device = device_at(gpa);
    return device ? device->name : "no device";
}

/* ---- values --------------------------------------------------------------------------------- */

static void print_binary(const struct value *value, char *text, size_t size)
{
    unsigned bits = value->size * 8, used = 0;
    while (bits > 1 && !(value->bits >> (bits - 1) & 1))
        bits--;
    if (size < 68)
        return;
    used = (unsigned)snprintf(text, size, "0b");
    while (bits--)
        text[used++] = (char)('0' + (value->bits >> bits & 1));
    text[used] = 0;
}

void show_value(const struct value *value, char format, char *text, size_t size)
{
    uint64_t bits = value->bits;
    if (value->size < 8)
        bits &= ((uint64_t)1 << 8 * value->size) - 1;
    unsigned shift = 64 - 8 * value->size;
    int64_t number = (int64_t)(bits << shift) >> shift;
    switch (format) {
    case 'd':
        snprintf(text, size, "%" PRId64, number);
        break;
    case 'u':
        snprintf(text, size, "%" PRIu64, bits);
        break;
    case 't':
        print_binary(value, text, size);
        break;
    case 'c':
        snprintf(text, size, bits >= 32 && bits < 127 ? "'%c'" : "0x%02x", (int)bits);
        break;
    case 'x':
        snprintf(text, size, "0x%" PRIx64, bits);
        break;
    default:
        if (value->is_signed)
            snprintf(text, size, "%" PRId64, number);
        else
            snprintf(text, size, bits < 10 ? "%" PRIu64 : "0x%" PRIx64 " (%" PRIu64 ")", bits,
                     bits);
    }
}

void show_displays(struct debugger *debugger)
{
    for (const struct display *display = debugger->displays; display; display = display->next) {
        struct value value;
        struct expr_error error;
        char text[96];
        bool done = expr_eval(debugger, display->text, NULL, &value, &error);
        if (done)
            show_value(&value, 0, text, sizeof text);
        out_line(&debugger->out, "%u: %s = %s", display->number, display->text,
                 done ? text : error.text);
        out_fact(&debugger->out, display->text, "%s", done ? text : error.text);
    }
}
