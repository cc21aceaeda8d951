/* Pieces about traps: calls, returns, interrupts raised by hand, and ways down. */
#include "make.h"

#include "csr.h"
#include "platform.h"

/* T0 = the address behind so many more instructions of four bytes. */
static void here_after(struct world *w, unsigned instructions)
{
    EMIT(&w->m, auipc, T0, 0, 0, 0);
    EMIT(&w->m, addi, T0, T0, 0, 4 * (2 + instructions));
}

/* csrrs or csrrc of some bits, or the same with an immediate. */
static void change(struct world *w, enum insn_id id, unsigned csr, uint64_t bits)
{
    unsigned rd = one_in(&w->m, 2) ? 0 : T2;
    if (bits < 32 && !one_in(&w->m, 3)) {
        enum insn_id short_id = id == INSN_csrrs ? INSN_csrrsi : INSN_csrrci;
        emit_word(&w->m, encode(short_id, rd, (unsigned)bits, 0, csr));
        return;
    }
    emit_li(&w->m, T1, bits);
    emit_word(&w->m, encode(id, rd, T1, 0, csr));
}

/* xret to the next instruction, into the same mode. */
static void go_back(struct world *w, bool is_m)
{
    unsigned status = is_m ? CSR_mstatus : CSR_sstatus;
    uint64_t back = is_m ? MSTATUS_MPP : MSTATUS_SPP;
    uint64_t mode = is_m ? (uint64_t)w->mode << MSTATUS_MPP_SHIFT : MSTATUS_SPP;
    if (w->mode == MODE_U || (w->mode == MODE_S && is_m)) { /* may not: only the trap counts */
        emit_word(&w->m, encode(is_m ? INSN_mret : INSN_sret, 0, 0, 0, 0));
        return;
    }
    if (w->mode == MODE_M && !is_m) /* sret from M goes down */
        return;
    change(w, INSN_csrrc, status, back | (one_in(&w->m, 2) ? MSTATUS_SPIE | MSTATUS_MPIE : 0));
    change(w, INSN_csrrs, status, mode | (one_in(&w->m, 2) ? MSTATUS_MPRV : 0));
    here_after(w, 2);
    EMIT(&w->m, csrrw, 0, T0, 0, is_m ? CSR_mepc : CSR_sepc);
    emit_word(&w->m, encode(is_m ? INSN_mret : INSN_sret, 0, 0, 0, 0));
}

/* Bases move with the addresses that code uses. */
static void shift_bases(struct world *w, uint64_t shift)
{
    static const unsigned bases[] = {BASE_SP, BASE_OPERANDS, BASE_S0, BASE_S1, BASE_DATA, T3};
    emit_li(&w->m, T1, shift);
    for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++)
        EMIT(&w->m, add, bases[i], bases[i], T1, 0);
}

void piece_descend(struct world *w)
{
    bool stays = w->may_lock && !one_in(&w->m, 8); /* who locks is M */
    if (w->mode == MODE_U || stays)
        return;
    bool is_m = w->mode == MODE_M && !one_in(&w->m, 3);
    enum mode to = w->mode == MODE_M && one_in(&w->m, 2) ? MODE_S : MODE_U;
    uint64_t shift = w->has_paging && to == MODE_U ? SLOT_WINDOW - w->base : 0;
    unsigned status = is_m ? CSR_mstatus : CSR_sstatus;
    if (w->mode == MODE_S) /* which may not be let */
        put64(w, SLOT_MSTATUS, get64(w, SLOT_MSTATUS) & ~(uint64_t)MSTATUS_TSR);
    if (shift)
        shift_bases(w, shift);
    emit_li(&w->m, T1, is_m ? MSTATUS_MPP : MSTATUS_SPP);
    EMIT(&w->m, csrrc, 0, T1, 0, status);
    emit_li(&w->m, T1,
            to == MODE_U ? 0
            : is_m       ? (uint64_t)MODE_S << MSTATUS_MPP_SHIFT
                         : MSTATUS_SPP);
    EMIT(&w->m, csrrs, 0, T1, 0, status);
    if (w->mode == MODE_M) { /* no interrupt of M in between, and none that was made pending */
        EMIT(&w->m, csrrw, 0, 0, 0, CSR_mie);
    }
    emit_li(&w->m, T1, shift);
    here_after(w, 3);
    EMIT(&w->m, add, T0, T0, T1, 0);
    EMIT(&w->m, csrrw, 0, T0, 0, is_m ? CSR_mepc : CSR_sepc);
    emit_word(&w->m, encode(is_m ? INSN_mret : INSN_sret, 0, 0, 0, 0));
    w->mode = to;
    w->shift += shift;
}

void piece_status(struct world *w)
{
    static const uint64_t bits[] = {MSTATUS_FS,   MSTATUS_FS,  MSTATUS_SUM,  MSTATUS_MXR,
                                    MSTATUS_MPRV, MSTATUS_TVM, MSTATUS_TSR,  MSTATUS_TW,
                                    0x2000,       0x4000,      MSTATUS_SPIE, MSTATUS_MPIE};
    bool is_m = w->mode == MODE_M && !one_in(&w->m, 3);
    bool is_float = w->group == GROUP_floats || one_in(&w->m, 3);
    uint64_t which = is_float ? MSTATUS_FS : bits[some(&w->m, 12)];
    enum insn_id id = one_in(&w->m, is_float ? 6 : 2) ? INSN_csrrc : INSN_csrrs;
    change(w, id, is_m ? CSR_mstatus : CSR_sstatus, which);
}

/* Interrupts that software makes pending and lets in, by the registers that it has for that. */
static void raise_by_csr(struct world *w)
{
    bool is_m = w->mode == MODE_M;
    uint64_t which = is_m ? MIP_S & program_random(&w->m.random) : MIP_SSIP;
    change(w, one_in(&w->m, 6) ? INSN_csrrc : INSN_csrrs, is_m ? CSR_mip : CSR_sip, which);
    change(w, INSN_csrrs, is_m ? CSR_mie : CSR_sie, is_m ? MIP_S : MIP_SSIP);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, is_m ? CSR_mip : CSR_sip);
    for (uint64_t i = some(&w->m, 8); i > 0; i--) /* something is pending: it does not wait */
        EMIT(&w->m, wfi, 0, 0, 0, 0);
    change(w, INSN_csrrs, is_m ? CSR_mstatus : CSR_sstatus,
           is_m ? MSTATUS_MIE | MSTATUS_SIE : MSTATUS_SIE);
}

/* Interrupts of M come from devices; they are let in by the CSR instruction at the end. */
static void raise_by_device(struct world *w)
{
    EMIT(&w->m, csrrci, 0, 8, 0, CSR_mstatus);
    switch (some(&w->m, 3)) {
    case 0:
        emit_li(&w->m, T0, CLINT_BASE);
        EMIT(&w->m, addi, T1, 0, 0, 1);
        EMIT(&w->m, sw, 0, T0, T1, 0);
        break;
    case 1:
        emit_li(&w->m, T0, CLINT_BASE + 0x4000);
        EMIT(&w->m, sd, 0, T0, 0, 0);
        break;
    default: /* the UART has nothing to send, which it says by interrupt 10 */
        emit_li(&w->m, T0, PLIC_BASE);
        EMIT(&w->m, addi, T1, 0, 0, 1);
        EMIT(&w->m, sw, 0, T0, T1, 4 * UART_IRQ);
        emit_li(&w->m, T0, PLIC_BASE + 0x2000 + (one_in(&w->m, 3) ? 0x80 : 0));
        EMIT(&w->m, addi, T1, 0, 0, 1 << UART_IRQ);
        EMIT(&w->m, sw, 0, T0, T1, 0);
        emit_li(&w->m, T0, UART_BASE);
        EMIT(&w->m, addi, T1, 0, 0, 2);
        EMIT(&w->m, sb, 0, T0, T1, 1);
    }
    change(w, INSN_csrrs, CSR_mie, MIP_M | MIP_S);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, CSR_mip);
    if (one_in(&w->m, 3))
        EMIT(&w->m, wfi, 0, 0, 0, 0);
    EMIT(&w->m, csrrsi, 0, 8, 0, CSR_mstatus);
}

void piece_trap(struct world *w)
{
    static const enum insn_id ids[] = {INSN_ecall, INSN_ebreak, INSN_sret, INSN_mret};
    switch (some(&w->m, 10)) {
    case 0 ... 2:
        emit_word(&w->m, encode(ids[some(&w->m, 2)], 0, 0, 0, 0));
        return;
    case 3 ... 5:
        for (uint64_t i = 1 + some(&w->m, 3); i > 0; i--)
            go_back(w, w->mode == MODE_M || one_in(&w->m, 6));
        return;
    case 6:
        if (w->mode == MODE_U)
            EMIT(&w->m, sfence_vma, 0, some_rs(w), some_rs(w), 0);
        else if (w->mode == MODE_M)
            raise_by_device(w);
        else
            raise_by_csr(w);
        return;
    case 7:
        EMIT(&w->m, wfi, 0, 0, 0, 0);
        return;
    default:
        if (w->mode != MODE_U)
            raise_by_csr(w);
        else
            emit_word(&w->m, encode(ids[some(&w->m, 4)], 0, 0, 0, 0));
    }
}
