/* From a word to its text: the form that says it, and the form's operands in order. */
#include "dis.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "csr_names.h"

enum { ZERO = 0, GP = 3, TP = 4 };

/* A text that is cut when it is full. */
struct line {
    char *text;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int count = vsnprintf(line->text + line->used, line->size - line->used, format, list);
    va_end(list);
    size_t room = line->size - line->used - 1;
    line->used += (size_t)count < room ? (size_t)count : room;
}

static void put_address(struct dis *dis, struct line *line, uint64_t address)
{
    uint64_t offset = 0;
    const char *symbol = dis->symbol ? dis->symbol(dis->world, address, &offset) : NULL;
    if (!dis->symbol)
        put(line, "0x%" PRIx64, address);
    else if (!symbol)
        put(line, "%" PRIx64, address);
    else if (!offset)
        put(line, "%" PRIx64 " <%s>", address, symbol);
    else
        put(line, "%" PRIx64 " <%s+0x%" PRIx64 ">", address, symbol, offset);
}

/* The address that an instruction makes of a register and its immediate, where that is known. */
static bool find_address(struct dis *dis, const struct insn *insn, uint64_t *address)
{
    uint32_t bit = (uint32_t)1 << insn->rs1;
    *address = (uint64_t)insn->imm;
    if (dis->known & bit) {
        *address += insn->rs1 == ZERO ? 0 : dis->upper[insn->rs1];
        dis->known &= ~bit;
        return true;
    }
    *address += insn->rs1 == GP ? dis->gp : 0;
    return insn->rs1 == ZERO || insn->rs1 == TP || (insn->rs1 == GP && dis->has_gp);
}

static bool has_operand(const struct form *form, enum operand operand)
{
    return strchr((const char *)form->operands, (char)operand) != NULL;
}

/* Loads, stores and jumps name an address always; an addition only on a register. Of 16-bit forms
 * only additions do, as objdump has it. */
static bool makes_address(const struct form *form, const struct insn *insn)
{
    bool adds = (insn->id == INSN_addi || insn->id == INSN_addiw) && insn->rs1 != ZERO;
    if (insn->length == 2) {
        enum rvc_id row = insn_find_compressed(insn->word);
        return has_operand(form, OPERAND_IMM) && adds && (row == RVC_c_addi || row == RVC_c_addiw);
    }
    return has_operand(form, OPERAND_OFFSET) || (adds && has_operand(form, OPERAND_IMM)) ||
           (insn->id == INSN_jalr && has_operand(form, OPERAND_RS1));
}

static void put_made_address(struct dis *dis, struct line *line, const struct form *form,
                             const struct insn *insn)
{
    uint64_t address;
    if (!makes_address(form, insn) || !find_address(dis, insn, &address))
        return;
    put(line, " # ");
    put_address(dis, line, insn->id == INSN_addiw ? (uint64_t)(int32_t)address : address);
}

static void note_upper(struct dis *dis, const struct insn *insn, uint64_t pc)
{
    if (insn->id != INSN_lui && insn->id != INSN_auipc)
        return;
    dis->upper[insn->rd] = (uint64_t)insn->imm + (insn->id == INSN_auipc ? pc : 0);
    dis->known |= (uint32_t)1 << insn->rd;
}

static void put_csr(struct line *line, unsigned number)
{
    char name[24];
    if (csr_names_of_any(number, name, sizeof name))
        put(line, "%s", name);
    else
        put(line, "0x%x", number);
}

static void put_fence_set(struct line *line, uint64_t set)
{
    char name[5];
    names_of_fence_set((unsigned)set & 15, name);
    put(line, "%s", name);
}

static void put_x(struct dis *dis, struct line *line, unsigned number)
{
    put(line, "%s", names_of_x(number, dis->is_numeric));
}

static void put_f(struct dis *dis, struct line *line, unsigned number)
{
    put(line, "%s", names_of_f(number, dis->is_numeric));
}

/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case an operand */
static void put_operand(struct dis *dis, struct line *line, enum operand operand,
                        const struct insn *insn, uint64_t pc)
{
    switch (operand) {
    case OPERAND_RD:
        put_x(dis, line, insn->rd);
        break;
    case OPERAND_RS1:
        put_x(dis, line, insn->rs1);
        break;
    case OPERAND_RS2:
        put_x(dis, line, insn->rs2);
        break;
    case OPERAND_SP:
        put_x(dis, line, 2);
        break;
    case OPERAND_FRD:
        put_f(dis, line, insn->rd);
        break;
    case OPERAND_FRS1:
    case OPERAND_FRS:
        put_f(dis, line, insn->rs1);
        break;
    case OPERAND_FRS2:
        put_f(dis, line, insn->rs2);
        break;
    case OPERAND_FRS3:
        put_f(dis, line, insn->rs3);
        break;
    case OPERAND_IMM:
    case OPERAND_OFFSET:
        put(line, "%" PRId64, insn->imm);
        break;
    case OPERAND_SHAMT:
        put(line, "0x%" PRIx64, insn->imm);
        break;
    case OPERAND_UIMM20:
        put(line, "0x%" PRIx64, insn->imm >> 12 & 0xfffff);
        break;
    case OPERAND_UIMM5:
        put(line, "%u", insn->rs1);
        break;
    case OPERAND_TARGET:
        put_address(dis, line, pc + (uint64_t)insn->imm);
        break;
    case OPERAND_CSR:
        put_csr(line, (unsigned)insn->imm);
        break;
    case OPERAND_PRED:
        put_fence_set(line, (uint64_t)insn->imm >> 4);
        break;
    case OPERAND_SUCC:
        put_fence_set(line, (uint64_t)insn->imm);
        break;
    case OPERAND_RM:
        put(line, "%s", names_of_rounding((unsigned)insn->imm));
        break;
    case OPERAND_END:
    case OPERAND_ZERO:
    case OPERAND_CONSTANT:
    case OPERAND_SYMBOL:
    case OPERAND_ADDRESS:
    case OPERAND_CALLEE:
    case OPERAND_TPREL:
        break; /* of no instruction */
    }
}

static bool is_last_rounding(const uint8_t *operand, const struct insn *insn)
{
    return operand[0] == ',' && operand[1] == OPERAND_RM &&
           insn->imm == form_default_rounding((enum insn_id)insn->id);
}

static void put_form(struct dis *dis, struct line *line, const struct form *form,
                     const struct insn *insn, uint64_t pc)
{
    put(line, form->operands[0] ? "%s\t" : "%s", form->name);
    for (const uint8_t *at = form->operands; *at && !is_last_rounding(at, insn); at++)
        if (*at < OPERAND_RD)
            put(line, "%c", *at);
        else
            put_operand(dis, line, *at, insn, pc);
    put_made_address(dis, line, form, insn);
    note_upper(dis, insn, pc);
}

/* Words that are legal and have no text: fences with fields that are reserved or say nothing, and
 * rounding modes without a name. */
static bool has_text(const struct insn *insn)
{
    const struct insn_info *info = &insn_table[insn->id];
    if (insn->id == INSN_fence_i)
        return insn->word == info->match;
    if (insn->id == INSN_fence) {
        bool is_plain = !insn->rd && !insn->rs1 && insn->imm >> 8 == 0;
        bool is_tso = !insn->rd && !insn->rs1 && insn->imm == 0x833;
        return is_tso || (is_plain && insn->imm >> 4 && insn->imm & 15);
    }
    return !strstr(info->operands, "rm") || names_of_rounding((unsigned)insn->imm);
}

/* An alias of a 16-bit word is that of what it expands to, except that c.mv is an addition of zero
 * to a register for the manual, and a move for everybody. A hint has no alias. */
static void put_alias_of_half(struct dis *dis, struct line *line, const struct insn *insn,
                              uint64_t pc)
{
    struct insn means = *insn;
    if (insn->id == INSN_add && insn->rs1 == ZERO) {
        means.id = INSN_addi;
        means.rs1 = insn->rs2;
        means.imm = 0;
    }
    put_form(dis, line, form_of(&means, insn_encode(&means), true), &means, pc);
}

/* The form of a row of compressed.def. */
static const struct form *form_of_row(enum rvc_id row)
{
    return &forms[form_count - RVC_COUNT + row];
}

static void put_half(struct dis *dis, struct line *line, const struct insn *insn, uint64_t pc)
{
    enum rvc_id row = insn_find_compressed(insn->word);
    if (row == RVC_c_nop && insn->imm) /* a hint, which c.nop cannot say */
        row = RVC_c_addi;
    bool is_jump = row == RVC_c_jr || row == RVC_c_jalr || row == RVC_c_ebreak;
    bool is_hint = !is_jump && !insn_compress(insn, (rvc_set_t)1 << row);
    if (dis->is_canonical || is_hint)
        put_form(dis, line, form_of_row(row), insn, pc);
    else
        put_alias_of_half(dis, line, insn, pc);
}

unsigned dis_insn(struct dis *dis, uint32_t word, uint64_t pc, char *text, size_t size)
{
    struct line line = {text, size, 0};
    form_init();
    struct insn insn = insn_decode(word, dis->isa);
    text[0] = 0;
    if (insn.id == INSN_ILLEGAL || !has_text(&insn)) {
        put(&line, ".insn\t%u, 0x%0*" PRIx32, insn.length, insn.length * 2, insn.word);
        return insn.length;
    }
    if (insn.length == 2)
        put_half(dis, &line, &insn, pc);
    else
        put_form(dis, &line, form_of(&insn, word, !dis->is_canonical), &insn, pc);
    return insn.length;
}
