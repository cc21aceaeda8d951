/* Operands, read by the form's syntax, which comes from insn.def's operand column. */
#include "operand.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "csr_names.h"
#include "pieces.h"

/* Relocation operators (ELF psABI, "Assembler Relocation Functions"). S: of stores. */
static const struct {
    const char *name;
    uint16_t reloc, store_reloc;
    bool is_upper;
} operators[] = {
    {"hi", R_RISCV_HI20, 0, true},
    {"lo", R_RISCV_LO12_I, R_RISCV_LO12_S, false},
    {"pcrel_hi", R_RISCV_PCREL_HI20, 0, true},
    {"pcrel_lo", R_RISCV_PCREL_LO12_I, R_RISCV_PCREL_LO12_S, false},
    {"tprel_hi", R_RISCV_TPREL_HI20, 0, true},
    {"tprel_lo", R_RISCV_TPREL_LO12_I, R_RISCV_TPREL_LO12_S, false},
    {"got_pcrel_hi", R_RISCV_GOT_HI20, 0, true},
    {"tls_ie_pcrel_hi", R_RISCV_TLS_GOT_HI20, 0, true},
    {"tls_gd_pcrel_hi", R_RISCV_TLS_GD_HI20, 0, true},
};

/* The name at the cursor, which stays; empty: there is none. */
static struct text peek_name(struct as *as)
{
    const char *at = as->at;
    struct text name = {at, 0};
    if (!scan_name(as, &name))
        name.size = 0;
    as->at = at;
    return name;
}

static bool read_register(struct as *as, uint8_t *number, bool is_float)
{
    scan_spaces(as);
    const char *at = as->at;
    struct text name = peek_name(as);
    int found = is_float ? names_f(name) : names_x(name);
    if (found >= 0) {
        as->at = name.at + name.size;
        *number = (uint8_t)found;
        return true;
    }
    const char *kind = is_float ? "a floating-point register" : "a register";
    bool is_other = (is_float ? names_x(name) : names_f(name)) >= 0;
    if (is_other)
        as_error(as, at, "%.*s is %s; %s is needed here", (int)name.size, name.at,
                 is_float ? "an integer register" : "a floating-point register",
                 is_float ? kind : "an integer register");
    else if (name.size)
        as_error(as, at, "%s is needed here, and '%.*s' is none", kind, (int)name.size, name.at);
    else
        as_error(as, at, "%s is %s here", kind, scan_end(as) ? "missing" : "needed");
    return false;
}

/* An expression that is no register: else it would make a symbol of a register's name. */
static bool read_expr(struct as *as, struct expr *expr)
{
    scan_spaces(as);
    struct text name = peek_name(as);
    if (name.size && (names_x(name) >= 0 || names_f(name) >= 0)) {
        as_error(as, as->at, "a number is needed here, and %.*s is a register", (int)name.size,
                 name.at);
        return false;
    }
    return expr_parse(as, expr);
}

static bool read_number(struct as *as, int64_t *number, int64_t least, int64_t most,
                        const char *what)
{
    struct expr expr;
    scan_spaces(as);
    const char *at = as->at;
    if (!read_expr(as, &expr))
        return false;
    if (expr.kind != EXPR_NUMBER) {
        as_error(as, at, "%s must be a number that is known here", what);
        return false;
    }
    *number = expr.number;
    if (expr.number >= least && expr.number <= most)
        return true;
    as_error(as, at, "%s %" PRId64 " is out of range: it goes from %" PRId64 " to %" PRId64, what,
             expr.number, least, most);
    return false;
}

/* A relocation operator and its operand in parentheses, the cursor on the percent sign. */
static bool read_operator(struct as *as, struct operands *operands, bool is_upper, bool is_store)
{
    const char *at = as->at++;
    struct text name = peek_name(as);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (operators[i].is_upper != is_upper || !text_is(name, operators[i].name))
            continue;
        as->at = name.at + name.size;
        operands->reloc = is_store ? operators[i].store_reloc : operators[i].reloc;
        operands->has_operator = true;
        if (!scan_char(as, '(')) {
            as_error(as, as->at, "%%%s wants its operand in parentheses", operators[i].name);
            return false;
        }
        if (!expr_parse(as, &operands->expr))
            return false;
        if (scan_char(as, ')'))
            return true;
        as_error(as, as->at, "a closing parenthesis is missing");
        return false;
    }
    as_error(as, at, "no relocation operator of this operand is called %%%.*s", (int)name.size,
             name.at);
    return false;
}

/* A signed immediate of 12 bits, or the lower part of an address. */
static bool read_immediate(struct as *as, struct operands *operands)
{
    bool is_store = insn_table[operands->insn.id].format == FMT_S;
    int64_t number;
    scan_spaces(as);
    if (*as->at == '%')
        return read_operator(as, operands, false, is_store);
    const char *at = as->at;
    struct expr expr;
    if (!read_expr(as, &expr))
        return false;
    number = expr.number;
    if (expr.kind != EXPR_NUMBER) {
        as_error(as, at,
                 "the immediate must be a number that is known here; la loads an address, and "
                 "%%lo(symbol) is the lower part of one");
        return false;
    }
    operands->insn.imm = number;
    if (number >= -2048 && number <= 2047)
        return true;
    as_error(as, at, "immediate %" PRId64 " is out of range: it goes from -2048 to 2047", number);
    return false;
}

/* An offset before a register in parentheses; nothing stands for 0. */
static bool read_offset(struct as *as, struct operands *operands)
{
    scan_spaces(as);
    if (*as->at == '[') {
        as_error(as, as->at, "memory is written as an offset and a register, such as 8(sp)");
        return false;
    }
    if (*as->at == '(') {
        const char *open = as->at++;
        struct text name = peek_name(as);
        as->at = open;
        if (names_x(name) >= 0)
            return true;
    }
    return read_immediate(as, operands);
}

/* An address without offset may be written with a 0. */
static bool read_zero(struct as *as)
{
    int64_t number;
    scan_spaces(as);
    return *as->at == '(' || read_number(as, &number, 0, 0, "the offset");
}

static bool read_upper(struct as *as, struct operands *operands)
{
    int64_t number;
    scan_spaces(as);
    if (*as->at == '%')
        return read_operator(as, operands, true, false);
    if (!read_number(as, &number, 0, 0xfffff, "the upper immediate"))
        return false;
    operands->insn.imm = sign_extend((uint32_t)number << 12, 32);
    return true;
}

static bool read_target(struct as *as, struct operands *operands)
{
    scan_spaces(as);
    const char *at = as->at;
    struct text name = peek_name(as);
    if (names_x(name) >= 0) {
        as->at = name.at + name.size;
        bool has_more = scan_char(as, ',');
        as->at = at;
        if (has_more) {
            as_error(as, at, "a label is needed here, and %.*s is a register", (int)name.size,
                     name.at);
            return false;
        }
    }
    if (!expr_parse(as, &operands->expr))
        return false;
    operands->reloc = operands->insn.id == INSN_jal ? R_RISCV_JAL : R_RISCV_BRANCH;
    if (operands->expr.kind == EXPR_SYMBOL || operands->expr.kind == EXPR_NUMBER)
        return true;
    as_error(as, at, "a label is needed here");
    return false;
}

static bool read_csr(struct as *as, struct operands *operands)
{
    scan_spaces(as);
    struct text name = peek_name(as);
    int number = csr_names_find_any(name);
    as->is_priv_used = true;
    if (number >= 0) {
        as->at = name.at + name.size;
        operands->insn.imm = number;
        return true;
    }
    if (name.size && !table_find(&as->symbol_names, name)) {
        struct near near = near_begin(name);
        csr_names_try_near(&near);
        as_error_near(as, name.at, &near, "no CSR is called %.*s", (int)name.size, name.at);
        return false;
    }
    return read_number(as, &operands->insn.imm, 0, 0xfff, "the number of a CSR");
}

static bool read_named(struct as *as, int (*find)(struct text), const char *what, int *value)
{
    scan_spaces(as);
    struct text word = peek_name(as);
    *value = find(word);
    if (*value < 0) {
        as_error(as, as->at, "%s", what);
        return false;
    }
    as->at = word.at + word.size;
    return true;
}

static bool read_fence_set(struct as *as, struct operands *operands, int shift)
{
    int set;
    if (!read_named(as, names_fence_set, "a set of i, o, r and w is needed here, such as rw", &set))
        return false;
    operands->insn.imm |= (int64_t)set << shift;
    return true;
}

static bool read_rounding(struct as *as, struct operands *operands)
{
    int mode;
    if (!read_named(as, names_rounding, "a rounding mode is rne, rtz, rdn, rup, rmm or dyn", &mode))
        return false;
    operands->insn.imm = mode;
    return true;
}

static bool read_sp(struct as *as)
{
    uint8_t number;
    scan_spaces(as);
    const char *at = as->at;
    if (!read_register(as, &number, false))
        return false;
    if (number != 2)
        as_error(as, at, "this register can only be sp");
    return number == 2;
}

/* The operand of a sequence: a symbol, a number, or either. */
static bool read_address(struct as *as, struct operands *operands, bool is_number, bool is_symbol)
{
    scan_spaces(as);
    const char *at = as->at;
    if (!read_expr(as, &operands->expr))
        return false;
    enum expr_kind kind = operands->expr.kind;
    if ((is_number && kind == EXPR_NUMBER) || (is_symbol && kind == EXPR_SYMBOL))
        return true;
    as_error(as, at,
             is_symbol ? "a symbol is needed here"
                       : "a number that is known here is needed; la loads an address");
    return false;
}

static bool read_callee(struct as *as, struct operands *operands)
{
    const char *at = as->at;
    if (!expr_parse(as, &operands->expr))
        return false;
    if (as->line_end - as->at >= 4 && strncmp(as->at, "@plt", 4) == 0)
        as->at += 4;
    if (operands->expr.kind == EXPR_SYMBOL || operands->expr.kind == EXPR_NUMBER)
        return true;
    as_error(as, at, "a symbol is needed here");
    return false;
}

static bool read_tprel(struct as *as, struct operands *operands)
{
    static const char start[] = "%tprel_add";
    scan_spaces(as);
    if ((size_t)(as->line_end - as->at) < sizeof start ||
        strncmp(as->at, start, sizeof start - 1) != 0) {
        as_error(as, as->at,
                 "there is more here than add takes; only %%tprel_add(symbol) can follow");
        return false;
    }
    as->at += sizeof start - 1;
    operands->reloc = R_RISCV_TPREL_ADD;
    return scan_char(as, '(') && expr_parse(as, &operands->expr) && scan_char(as, ')');
}

/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case an operand */
static bool read_operand(struct as *as, enum operand operand, struct operands *operands)
{
    struct insn *insn = &operands->insn;
    int64_t number;
    switch (operand) {
    case OPERAND_RD:
        return read_register(as, &insn->rd, false);
    case OPERAND_RS1:
        return read_register(as, &insn->rs1, false);
    case OPERAND_RS2:
        return read_register(as, &insn->rs2, false);
    case OPERAND_FRD:
        return read_register(as, &insn->rd, true);
    case OPERAND_FRS1:
        return read_register(as, &insn->rs1, true);
    case OPERAND_FRS2:
        return read_register(as, &insn->rs2, true);
    case OPERAND_FRS3:
        return read_register(as, &insn->rs3, true);
    case OPERAND_FRS:
        if (!read_register(as, &insn->rs1, true))
            return false;
        insn->rs2 = insn->rs1;
        return true;
    case OPERAND_SP:
        return read_sp(as);
    case OPERAND_IMM:
        return read_immediate(as, operands);
    case OPERAND_OFFSET:
        return read_offset(as, operands);
    case OPERAND_ZERO:
        return read_zero(as);
    case OPERAND_SHAMT:
        return read_number(as, &insn->imm, 0, insn_table[insn->id].format == FMT_SHW ? 31 : 63,
                           "the shift amount");
    case OPERAND_UIMM20:
        return read_upper(as, operands);
    case OPERAND_UIMM5:
        if (!read_number(as, &number, 0, 31, "the immediate"))
            return false;
        insn->rs1 = (uint8_t)number;
        return true;
    case OPERAND_TARGET:
        return read_target(as, operands);
    case OPERAND_CSR:
        return read_csr(as, operands);
    case OPERAND_PRED:
        return read_fence_set(as, operands, 4);
    case OPERAND_SUCC:
        return read_fence_set(as, operands, 0);
    case OPERAND_RM:
        return read_rounding(as, operands);
    case OPERAND_CONSTANT:
        return read_address(as, operands, true, false);
    case OPERAND_SYMBOL:
        return read_address(as, operands, false, true);
    case OPERAND_ADDRESS:
        return read_address(as, operands, true, true);
    case OPERAND_CALLEE:
        return read_callee(as, operands);
    case OPERAND_TPREL:
        return read_tprel(as, operands);
    case OPERAND_END:
        return false;
    }
    return false;
}

bool operands_read_register(struct as *as, uint8_t *number)
{
    scan_spaces(as);
    return read_register(as, number, names_f(peek_name(as)) >= 0);
}

bool operands_read_one(struct as *as, enum operand operand, struct operands *operands)
{
    return read_operand(as, operand, operands);
}

static bool read_punctuation(struct as *as, char wanted)
{
    if (scan_char(as, wanted))
        return true;
    if (scan_end(as))
        as_error(as, as->at,
                 wanted == ',' ? "an operand is missing here" : "a '%c' is missing here", wanted);
    else
        as_error(as, as->at, "a '%c' is needed here", wanted);
    return false;
}

/* The rounding mode at the end may stay away. */
static bool lacks_rounding(struct as *as, const uint8_t *token)
{
    return token[0] == ',' && token[1] == OPERAND_RM && scan_end(as);
}

bool operands_read(struct as *as, const struct form *form, struct operands *operands)
{
    for (const uint8_t *token = form->operands; *token; token++) {
        if (lacks_rounding(as, token)) {
            operands->insn.imm = form_default_rounding((enum insn_id)form->id);
            return true;
        }
        bool done = *token < OPERAND_RD ? read_punctuation(as, (char)*token)
                                        : read_operand(as, *token, operands);
        if (!done)
            return false;
    }
    if (scan_end(as))
        return true;
    as_error(as, as->at,
             form->operands[0] ? "there is more here than %s takes: %s" : "%s takes no operands",
             form->name, form->syntax);
    return false;
}
