/* Pieces of plain instructions: any row of insn.def and compressed.def, with operands that make
 * it interesting and registers that keep what it did. */
#include "make.h"

#include <string.h>

#include "csr.h"

/* What an instruction left in rd is stored, now and then: the next may overwrite it. */
static void keep(struct world *w, unsigned rd)
{
    if (rd && one_in(&w->m, 3))
        EMIT(&w->m, sd, 0, some_base(w), rd, some(&w->m, 128) * 8);
}

void piece_operand(struct world *w)
{
    if (one_in(&w->m, 3))
        EMIT(&w->m, fld, some_rs(w), BASE_OPERANDS, 0, some(&w->m, 256) * 8);
    else
        EMIT(&w->m, ld, some_rd(w), BASE_OPERANDS, 0, (int64_t)some(&w->m, 256) * 8 - 2048);
}

static bool is_of(enum insn_id id, enum ext ext)
{
    return insn_table[id].ext == ext;
}

static bool is_float(enum insn_id id)
{
    return is_of(id, EXT_F) || is_of(id, EXT_D);
}

/* Whether an instruction has an x register in its rd field. */
static bool writes_x(enum insn_id id)
{
    return strncmp(insn_table[id].operands, "rd", 2) == 0;
}

static unsigned target(struct world *w, enum insn_id id)
{
    return writes_x(id) ? some_rd(w) : some_rs(w);
}

/* The flags and their absence: read and cleared, so that the next operation's are seen too. */
static void take_flags(struct world *w)
{
    if (one_in(&w->m, 2))
        return;
    if (one_in(&w->m, 2))
        EMIT(&w->m, csrrw, some_rd(w), 0, 0, CSR_fflags);
    else
        EMIT(&w->m, csrrci, some_rd(w), 31, 0, CSR_fflags);
}

static void emit_float(struct world *w, enum insn_id id)
{
    int64_t rm = one_in(&w->m, 24)  ? (int64_t)some(&w->m, 8)
                 : one_in(&w->m, 2) ? 7
                                    : (int64_t)some(&w->m, 5);
    unsigned rd = target(w, id);
    emit_word(&w->m, encode(id, rd, some_rs(w), some_rs(w), rm | (int64_t)some(&w->m, 32) << 3));
    take_flags(w);
    if (writes_x(id))
        keep(w, rd);
    else if (one_in(&w->m, 3))
        EMIT(&w->m, fsd, 0, some_base(w), rd, some(&w->m, 128) * 8);
}

/* A load or store by a base, mostly aligned. */
static void emit_access(struct world *w, enum insn_id id)
{
    unsigned base = one_in(&w->m, 48) ? some_rs(w) : some_base(w);
    int64_t imm = (int64_t)some(&w->m, 4096) - 2048;
    if (!one_in(&w->m, 4))
        imm = (imm & -8) - (base == BASE_DATA ? 4 : 0);
    emit_word(&w->m, encode(id, target(w, id), base, some_rs(w), imm));
}

static void emit_amo(struct world *w, enum insn_id id)
{
    EMIT(&w->m, addi, T0, some_base(w), 0, (int64_t)some(&w->m, 256) * 8 - 1024);
    EMIT(&w->m, andi, T0, T0, 0, one_in(&w->m, 12) ? -1 - (int64_t)some(&w->m, 8) : -8);
    unsigned rd = some_rd(w);
    emit_word(&w->m, encode(id, rd, T0, some_rs(w), 0) | (uint32_t)some(&w->m, 4) << 25);
    keep(w, rd);
}

static uint32_t take_off(struct world *w);
static void land(struct world *w, uint32_t from);

/* A jump to nowhere fails at the jump, and the case goes on at t3. */
static void misaligned_jump(struct world *w, enum insn_id id)
{
    uint32_t from = take_off(w);
    emit_word(&w->m, encode(id, id == INSN_jal ? some_rd(w) : 0, some_rs(w), some_rs(w), 6));
    land(w, from);
}

static void emit_jump(struct world *w, enum insn_id id)
{
    uint32_t at = w->m.at;
    if (!isa_has(w->isa, EXT_C) && id != INSN_jalr && one_in(&w->m, 4)) {
        misaligned_jump(w, id);
        return;
    }
    if (id == INSN_jalr) {
        EMIT(&w->m, auipc, T0, 0, 0, 0);
        emit_word(&w->m, encode(id, some_rd(w), T0, 0, 8));
        will_settle(&w->m, at + 4, at);
        return;
    }
    emit_word(&w->m, encode(id, id == INSN_jal ? some_rd(w) : 0, some_rs(w), some_rs(w), 4));
    will_settle(&w->m, at, at);
}

static void emit_fence(struct world *w, enum insn_id id)
{
    bool is_plain = one_in(&w->m, 2);
    int64_t bits = is_plain ? 0xff : (int64_t)some(&w->m, 4096); /* reserved ones are ignored */
    emit_word(&w->m, encode(id, is_plain ? 0 : some_rs(w), is_plain ? 0 : some_rs(w), 0,
                            id == INSN_fence ? bits : 0));
}

/* Any row but those of SYSTEM, which have pieces of their own. */
static void emit_row(struct world *w, enum insn_id id)
{
    enum insn_format format = insn_table[id].format;
    bool is_access = format == FMT_S || (strstr(insn_table[id].operands, "(rs1)") &&
                                         format == FMT_I && id != INSN_jalr);
    if (is_access)
        emit_access(w, id);
    else if (is_float(id))
        emit_float(w, id);
    else if (format == FMT_AMO || format == FMT_LR)
        emit_amo(w, id);
    else if (format == FMT_B || format == FMT_J || id == INSN_jalr)
        emit_jump(w, id);
    else if (format == FMT_FENCE)
        emit_fence(w, id);
    else {
        unsigned rd = some_rd(w);
        int64_t imm = (int64_t)program_random(&w->m.random);
        emit_word(&w->m, encode(id, rd, some_rs(w), some_rs(w), imm));
        keep(w, rd);
    }
}

static bool is_privileged(enum insn_id id)
{
    return (insn_table[id].match & 0x7f) == 0x73;
}

static void some_row(struct world *w)
{
    enum insn_id id;
    do
        id = (enum insn_id)some(&w->m, INSN_COUNT);
    while (!isa_has(w->isa, insn_table[id].ext) || is_privileged(id));
    emit_row(w, id);
}

/* Match and mask of the 16-bit forms. */
static const struct {
    uint16_t match, mask;
} forms[RVC_COUNT] = {
#define RVC(name, format, match, mask, operands, expands) {match, mask},
#include "compressed.def"
};

/* A word of the 16-bit form, of random operands. */
static uint16_t some_word_of(struct world *w, enum rvc_id form)
{
    uint16_t free = (uint16_t)~forms[form].mask;
    return forms[form].match | ((uint16_t)program_random(&w->m.random) & free);
}

/* Whether it writes only what may be written, reaches memory by a base, and does not jump: c.mv of
 * x0 would be c.jr. */
static bool is_tame(const struct insn *insn)
{
    const char *operands = insn->id == INSN_ILLEGAL ? "" : insn_table[insn->id].operands;
    bool is_access = strstr(operands, "(rs1)") != NULL;
    if (insn->id == INSN_jalr)
        return false;
    if (strncmp(operands, "rd", 2) == 0 && is_kept_register(insn->rd))
        return false;
    return !is_access || (is_kept_register(insn->rs1) && insn->rs1 != BASE_OPERANDS);
}

/* A 16-bit jump, over instructions of known length; the words that do it are looked for. */
static void short_jump(struct world *w, enum rvc_id form)
{
    unsigned over = (unsigned)some(&w->m, 4);
    if (form == RVC_c_jr || form == RVC_c_jalr) {
        EMIT(&w->m, auipc, T0, 0, 0, 0);
        EMIT(&w->m, addi, T0, T0, 0, 10 + 4 * over);
        emit_half(&w->m, forms[form].match | T0 << 7);
    } else {
        uint16_t word;
        do
            word = some_word_of(w, form);
        while (insn_decode(word, w->isa).imm != 2 + 4 * (int64_t)over);
        emit_half(&w->m, word);
    }
    while (over--)
        EMIT(&w->m, addi, some_rd(w), some_rs(w), 0, some(&w->m, 4096));
}

/* c.addi16sp writes a register that is kept: there and back. */
static void move_stack(struct world *w)
{
    int64_t away = 0, moved;
    for (unsigned i = 0; i < 2; i++) {
        uint16_t word;
        do {
            word = some_word_of(w, RVC_c_addi16sp);
            moved = insn_decode(word, w->isa).imm;
        } while (i ? moved != -away : moved == 0 || moved == -512);
        emit_half(&w->m, word);
        away = moved;
    }
}

static void some_short(struct world *w)
{
    enum rvc_id form = (enum rvc_id)some(&w->m, RVC_COUNT);
    if (form == RVC_c_addi16sp) {
        move_stack(w);
        return;
    }
    if (form == RVC_c_j || form == RVC_c_beqz || form == RVC_c_bnez || form == RVC_c_jr ||
        form == RVC_c_jalr) {
        short_jump(w, form);
        return;
    }
    uint16_t word;
    struct insn insn;
    do {
        word = some_word_of(w, form);
        insn = insn_decode(word, w->isa);
    } while (!is_tame(&insn));
    emit_half(&w->m, word);
}

/* There are many rows, and each is to come often: where cases are about them, they come in bursts.
 */
void piece_row(struct world *w)
{
    uint64_t count = w->group == GROUP_rows ? 1 + some(&w->m, 12) : 1 + some(&w->m, 2);
    for (; count > 0; count--) {
        may_land(&w->m);
        if (isa_has(w->isa, EXT_C) && one_in(&w->m, 5))
            some_short(w);
        else
            some_row(w);
    }
}

void piece_float(struct world *w)
{
    enum insn_id id;
    if (one_in(&w->m, 8)) { /* the dynamic rounding mode, now and then a reserved one */
        EMIT(&w->m, csrrwi, 0, some(&w->m, one_in(&w->m, 8) ? 8 : 5), 0, CSR_frm);
        return;
    }
    for (uint64_t count = 1 + some(&w->m, 3); count > 0; count--) {
        do
            id = (enum insn_id)some(&w->m, INSN_COUNT);
        while (!is_float(id) || !isa_has(w->isa, insn_table[id].ext));
        may_land(&w->m);
        emit_row(w, id);
    }
}

/* LR and SC together; what lies between them must keep the reservation or break it for all. */
static void reserve(struct world *w)
{
    bool is_wide = one_in(&w->m, 2), is_other = one_in(&w->m, 6);
    EMIT(&w->m, addi, T0, some_base(w), 0, some(&w->m, 128) * 8);
    EMIT(&w->m, andi, T0, T0, 0, -8);
    if (!is_wide && one_in(&w->m, 2))
        EMIT(&w->m, addi, T0, T0, 0, 4);
    emit_word(&w->m, encode(is_wide ? INSN_lr_d : INSN_lr_w, some_rd(w), T0, 0, 0));
    for (uint64_t i = some(&w->m, 3); i > 0; i--)
        EMIT(&w->m, addi, T1, some_rs(w), 0, some(&w->m, 4096));
    if (is_other)
        EMIT(&w->m, addi, T0, T0, 0, 8);
    is_wide ^= one_in(&w->m, 12);
    for (uint64_t i = 1 + some(&w->m, 2); i > 0; i--)
        emit_word(&w->m, encode(is_wide ? INSN_sc_d : INSN_sc_w, some_rd(w), T0, some_rs(w), 0));
}

void piece_atomic(struct world *w)
{
    enum insn_id first = INSN_lr_w, count = INSN_amomaxu_d - INSN_lr_w + 1;
    if (one_in(&w->m, 3))
        reserve(w);
    else
        emit_amo(w, (enum insn_id)(first + some(&w->m, count)));
}

/* A word that is no instruction, often almost one. */
void piece_illegal(struct world *w)
{
    for (;;) {
        bool is_short = isa_has(w->isa, EXT_C) && one_in(&w->m, 4);
        uint32_t word = (uint32_t)program_random(&w->m.random);
        uint32_t flip = (uint32_t)1 << some(&w->m, 32);
        if (is_short)
            word = some_word_of(w, (enum rvc_id)some(&w->m, RVC_COUNT)) ^ (flip & 0xffff);
        else if (one_in(&w->m, 2))
            word |= 3;
        else
            word = encode((enum insn_id)some(&w->m, INSN_COUNT), some_rd(w), some_rs(w), some_rs(w),
                          (int64_t)word) ^
                   flip;
        if (insn_is_long(word) == is_short || insn_decode(word, w->isa).id != INSN_ILLEGAL)
            continue;
        if (is_short)
            emit_half(&w->m, (uint16_t)word);
        else if (insn_is_long(word))
            emit_word(&w->m, word);
        else
            continue;
        return;
    }
}

/* The case writes an instruction that it is about to come to. */
void piece_code(struct world *w)
{
    enum insn_id id = (enum insn_id)(INSN_add + some(&w->m, INSN_remuw - INSN_add + 1));
    if (!isa_has(w->isa, insn_table[id].ext) || w->m.at % 4)
        return;
    uint32_t word = encode(id, some_rd(w), some_rs(w), some_rs(w), 0);
    emit_li(&w->m, T1, (uint64_t)(int64_t)(int32_t)word);
    EMIT(&w->m, auipc, T0, 0, 0, 0);
    EMIT(&w->m, sw, 0, T0, T1, 12);
    EMIT(&w->m, fence_i, 0, 0, 0, 0);
    EMIT(&w->m, addi, 0, 0, 0, 1); /* this one */
}

/* T3 = the address of what comes `bytes` after here, `bytes` to be filled in by land. */
static uint32_t take_off(struct world *w)
{
    uint32_t at = w->m.at;
    EMIT(&w->m, auipc, T3, 0, 0, 0);
    EMIT(&w->m, addi, T3, T3, 0, 0);
    return at;
}

static void land(struct world *w, uint32_t from)
{
    uint32_t word = encode(INSN_addi, T3, T3, 0, (int64_t)w->m.at - from);
    memcpy(w->m.image + from + 4, &word, 4);
}

/* A jump that may fail, to what returns by ra if it does not. */
void piece_wild(struct world *w)
{
    static const uint64_t places[] = {0,
                                      0x50000,
                                      0x90000000,
                                      0x180000000,
                                      0x4000000000,
                                      0x7ffffff000,
                                      ~(uint64_t)0xfff,
                                      (uint64_t)1 << 63};
    enum { RUN_PAGE = RUN_OFFSET >> PAGE_SHIFT }; /* where the slot is in a superpage */
    uint32_t from = take_off(w);
    uint64_t page, to = places[some(&w->m, 8)];
    switch (some(&w->m, 4)) {
    case 0: /* in the window: any of its first 64 pages but the code itself, or a superpage */
        page = some(&w->m, 64);
        page += page == 1 || page == 2 || page == RUN_PAGE + 1 || page == RUN_PAGE + 2 ? 2 : 0;
        to = SLOT_WINDOW + (page << PAGE_SHIFT) + some(&w->m, 1024) * 2;
        to += one_in(&w->m, 4) ? some(&w->m, 16) << 21 : 0;
        break;
    case 1:
        to = w->base + w->shift + SLOT_RETURNS + some(&w->m, 2048) * (one_in(&w->m, 4) ? 1 : 2);
        break;
    case 2:
        to += some(&w->m, 4096);
        break;
    default:
        break;
    }
    emit_li(&w->m, T0, to);
    EMIT(&w->m, jalr, 1, T0, 0, one_in(&w->m, 4) ? (int64_t)some(&w->m, 16) - 8 : 0);
    land(w, from);
}
