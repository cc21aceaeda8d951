/* The parts of a random program that are not random: where it starts, and what it does at a trap.
 *
 * A handler skips the instruction; after a jump to nowhere, an environment call, and now and then,
 * it lands: it goes to the next of a list of places, with the mode and address space listed
 * there. Interrupts are quieted at their source. */
#include <string.h>

#include "csr.h"
#include "maker.h"
#include "pmp.h"
#include "platform.h"
#include "sbi.h"

enum { T3 = 28, T4, T5, T6 };
enum { A0 = 10, A6 = 16, A7 = 17 };

/* The CSRs of the two handlers, which are alike. */
struct handler {
    bool is_m;
    unsigned status, epc, cause, tvec;
    enum insn_id xret;
    uint64_t cleared; /* of status, at a landing */
    unsigned landings;
};
static const struct handler handlers[] = {
    {true, CSR_mstatus, CSR_mepc, CSR_mcause, CSR_mtvec, INSN_mret,
     MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW |
         MSTATUS_TSR | MSTATUS_SIE,
     VARS_M_LANDINGS},
    {false, CSR_sstatus, CSR_sepc, CSR_scause, CSR_stvec, INSN_sret,
     MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR, VARS_S_LANDINGS},
};

/* A branch forward, whose target is `here` when it is called. */
static uint32_t branch(struct maker *m, enum insn_id id, unsigned rs1, unsigned rs2)
{
    uint32_t at = m->at;
    emit_word(m, encode(id, 0, rs1, rs2, 0));
    return at;
}

static void here(struct maker *m, uint32_t from)
{
    uint32_t word;
    memcpy(&word, m->image + from, 4);
    struct insn insn = insn_decode(word, PROGRAM_ISA);
    word = encode((enum insn_id)insn.id, insn.rd, insn.rs1, insn.rs2, (int64_t)m->at - from);
    memcpy(m->image + from, &word, 4);
}

/* Sets or clears the bits of a constant in a CSR. */
static void change(struct maker *m, enum insn_id id, unsigned csr, uint64_t bits)
{
    emit_li(m, T6, bits);
    emit_word(m, encode(id, 0, T6, 0, csr));
}

/* A timer interrupt some time from now. Clobbers what it likes. */
static void set_timer(struct maker *m)
{
    int64_t ticks = 1 + (int64_t)some(m, one_in(m, 2) ? 60 : 1000);
    if (m->has_firmware) {
        EMIT(m, csrrs, A0, 0, 0, CSR_time);
        EMIT(m, addi, A0, A0, 0, ticks);
        emit_li(m, A7, SBI_EXT_TIME);
        EMIT(m, addi, A6, 0, 0, 0);
        EMIT(m, ecall, 0, 0, 0, 0);
        return;
    }
    emit_li(m, T4, CLINT_BASE);
    EMIT(m, csrrs, T5, 0, 0, CSR_mhartid);
    EMIT(m, slli, T5, T5, 0, 2);
    EMIT(m, add, T4, T4, T5, 0);
    EMIT(m, sw, 0, T4, 0, 0); /* msip */
    EMIT(m, add, T4, T4, T5, 0);
    emit_li(m, T5, 0x4000);
    EMIT(m, add, T4, T4, T5, 0); /* mtimecmp */
    emit_li(m, T5, CLINT_BASE + 0xbff8);
    EMIT(m, ld, T6, T5, 0, 0);
    EMIT(m, addi, T6, T6, 0, ticks);
    EMIT(m, sd, 0, T4, T6, 0);
}

/* T5 = the counter of traps, one more than at the last. */
static void count(struct maker *m)
{
    emit_li(m, T4, RAM_BASE + PROGRAM_VARS);
    EMIT(m, ld, T5, T4, 0, VARS_COUNTER);
    EMIT(m, addi, T5, T5, 0, 1);
    EMIT(m, sd, 0, T4, T5, VARS_COUNTER);
}

static void quiet(struct maker *m, const struct handler *h)
{
    if (h->is_m) {
        set_timer(m);
        change(m, INSN_csrrc, CSR_mip, MIP_SSIP | MIP_STIP | MIP_SEIP);
        change(m, INSN_csrrc, CSR_mie, MIP_SEIP | MIP_MEIP);
        return;
    }
    change(m, INSN_csrrc, CSR_sip, MIP_SSIP);
    change(m, INSN_csrrc, CSR_sie, m->has_firmware ? MIP_SEIP : MIP_SEIP | MIP_STIP);
    if (m->has_firmware)
        set_timer(m);
}

/* xepc += 2 or 4; the page's number in the code is the same under all its addresses. */
static void skip(struct maker *m, const struct handler *h)
{
    EMIT(m, csrrs, T3, 0, 0, h->epc);
    emit_li(m, T4, PROGRAM_CODE_END - PROGRAM_CODE - 1);
    EMIT(m, and, T4, T4, T3, 0);
    emit_li(m, T5, RAM_BASE + PROGRAM_CODE);
    EMIT(m, add, T4, T4, T5, 0);
    EMIT(m, lhu, T4, T4, 0, 0);
    EMIT(m, andi, T4, T4, 0, 3);
    EMIT(m, addi, T3, T3, 0, 2);
    EMIT(m, addi, T5, 0, 0, 3);
    uint32_t is_short = branch(m, INSN_bne, T4, T5);
    EMIT(m, addi, T3, T3, 0, 2);
    here(m, is_short);
    EMIT(m, csrrw, 0, T3, 0, h->epc);
    emit_word(m, encode(h->xret, 0, 0, 0, 0));
}

/* Bases, relative to where RAM is seen: T6. */
static void set_bases(struct maker *m)
{
    static const struct {
        unsigned reg;
        uint32_t offset;
    } bases[] = {
        {R_SP, PROGRAM_DATA + 0x1000},   {R_VARS, PROGRAM_VARS},
        {R_S0, PROGRAM_DATA + 0x800},    {R_S1, PROGRAM_DATA + 0x2000},
        {R_DATA, PROGRAM_DATA + 0x2ffc}, {R_TABLES, PROGRAM_TABLES + 0x5000},
    };
    for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++) {
        emit_li(m, T5, bases[i].offset);
        EMIT(m, add, bases[i].reg, T6, T5, 0);
    }
    emit_li(m, R_WINDOW, WINDOW);
}

static void land(struct maker *m, const struct handler *h)
{
    count(m);
    EMIT(m, andi, T5, T5, 0, LANDINGS - 1);
    EMIT(m, slli, T5, T5, 0, 5);
    EMIT(m, add, T4, T4, T5, 0);
    EMIT(m, ld, T6, T4, 0, h->landings + 16);
    EMIT(m, csrrw, 0, T6, 0, CSR_satp);
    change(m, INSN_csrrc, h->status, h->cleared);
    EMIT(m, ld, T6, T4, 0, h->landings + 8);
    EMIT(m, csrrs, 0, T6, 0, h->status);
    change(m, INSN_csrrs, h->is_m ? CSR_mie : CSR_sie,
           h->is_m ? MIP_SSIP | MIP_STIP | MIP_SEIP | MIP_MSIP | MIP_MTIP | MIP_MEIP
                   : MIP_SSIP | MIP_STIP | MIP_SEIP);
    EMIT(m, ld, T6, T4, 0, h->landings);
    EMIT(m, csrrw, 0, T6, 0, h->epc);
    EMIT(m, ld, T6, T4, 0, h->landings + 24);
    set_bases(m);
    emit_word(m, encode(h->xret, 0, 0, 0, 0));
}

static void make_handler(struct maker *m, const struct handler *h)
{
    enum { VECTORS = 16 };
    for (unsigned i = 0; i < VECTORS; i++)
        EMIT(m, jal, 0, 0, 0, 4 * (VECTORS - i));
    if (h->is_m)
        change(m, INSN_csrrc, CSR_mstatus, MSTATUS_MPRV);
    EMIT(m, csrrs, T3, 0, 0, h->cause);
    uint32_t is_exception = branch(m, INSN_bge, T3, 0);
    quiet(m, h);
    count(m);
    EMIT(m, andi, T5, T5, 0, 3);
    uint32_t is_fourth = branch(m, INSN_beq, T5, 0);
    emit_word(m, encode(h->xret, 0, 0, 0, 0));
    here(m, is_exception);
    emit_li(m, T4,
            1 << CAUSE_INSN_MISALIGNED | 1 << CAUSE_INSN_ACCESS_FAULT | 1 << CAUSE_INSN_PAGE_FAULT |
                1 << CAUSE_ECALL_U | 1 << CAUSE_ECALL_S);
    EMIT(m, srl, T4, T4, T3, 0);
    EMIT(m, andi, T4, T4, 0, 1);
    uint32_t is_lost = branch(m, INSN_bne, T4, 0);
    count(m);
    EMIT(m, andi, T5, T5, 0, 15);
    uint32_t is_sixteenth = branch(m, INSN_beq, T5, 0);
    skip(m, h);
    here(m, is_fourth);
    here(m, is_lost);
    here(m, is_sixteenth);
    land(m, h);
}

void make_handlers(struct maker *m)
{
    m->at = PROGRAM_M_HANDLER;
    make_handler(m, &handlers[0]);
    m->at = PROGRAM_S_HANDLER;
    make_handler(m, &handlers[1]);
}

static void set_csr(struct maker *m, unsigned csr, uint64_t value)
{
    emit_li(m, T6, value);
    EMIT(m, csrrw, 0, T6, 0, csr);
}

/* Power-on: handlers, delegation, a first timer; and the first landing. The second hart of a
 * machine with firmware is started from here. */
void make_start(struct maker *m)
{
    m->at = PROGRAM_START;
    set_csr(m, CSR_stvec, RAM_BASE + PROGRAM_S_HANDLER + some(m, 2));
    if (m->has_firmware) {
        emit_li(m, A0, 1);
        emit_li(m, A0 + 1, RAM_BASE + PROGRAM_START);
        emit_li(m, A7, SBI_EXT_HSM);
        EMIT(m, addi, A6, 0, 0, 0);
        EMIT(m, ecall, 0, 0, 0, 0);
        set_csr(m, CSR_scounteren, some(m, 8));
    } else {
        set_csr(m, CSR_mtvec, RAM_BASE + PROGRAM_M_HANDLER + some(m, 2));
        set_csr(m, CSR_medeleg, program_random(&m->random));
        set_csr(m, CSR_mideleg, program_random(&m->random));
        set_csr(m, CSR_mcounteren, some(m, 8));
        set_csr(m, CSR_pmpaddr, ~(uint64_t)0); /* all memory is open to S and U */
        set_csr(m, CSR_pmpcfg0, PMP_NAPOT | PMP_R | PMP_W | PMP_X);
    }
    set_timer(m);
    land(m, &handlers[m->has_firmware]);
}
