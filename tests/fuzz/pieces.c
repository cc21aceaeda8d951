/* Pieces of random code: one instruction that may be anything of its kind, or a few that belong
 * together, because they would do nothing of interest alone. */
#include "csr.h"
#include "maker.h"
#include "platform.h"
#include "sbi.h"

enum { T0 = 5, T1, T2, A0 = 10, A1, A6 = 16, A7 };

static bool is_base(unsigned reg)
{
    return reg == R_SP || reg == R_VARS || reg == R_S0 || reg == R_S1 || reg == R_DATA ||
           reg == R_TABLES || reg == R_WINDOW;
}

/* A register to write: a base only rarely. */
static unsigned some_rd(struct maker *m)
{
    for (;;) {
        unsigned rd = (unsigned)some(m, 32);
        if (!is_base(rd) || one_in(m, 64))
            return rd;
    }
}

static unsigned some_rs(struct maker *m)
{
    return (unsigned)some(m, 32);
}

static unsigned some_base(struct maker *m)
{
    static const unsigned bases[] = {R_SP, R_S0, R_S1, R_DATA};
    return bases[some(m, 4)];
}

static bool is_float(enum insn_id id)
{
    return insn_table[id].ext == EXT_F || insn_table[id].ext == EXT_D;
}

static void plain(struct maker *m)
{
    for (;;) {
        enum insn_id id = (enum insn_id)some(m, INSN_COUNT);
        enum insn_format format = insn_table[id].format;
        if (is_float(id))
            continue;
        if (insn_is_system(id) || id == INSN_jalr || (id >= INSN_lb && id <= INSN_sd))
            continue;
        if (format != FMT_R && format != FMT_R2 && format != FMT_I && format != FMT_SH &&
            format != FMT_SHW && format != FMT_U)
            continue;
        int64_t imm = (int64_t)program_random(&m->random);
        emit_word(m, encode(id, some_rd(m), some_rs(m), some_rs(m), imm));
        return;
    }
}

/* Whether a compressed instruction is one to have: it does not jump far, does not write a base, and
 * reaches memory by one; mostly. */
static bool is_tame(struct maker *m, struct insn insn)
{
    switch (insn.id) {
    case INSN_ILLEGAL:
    case INSN_jalr:
    case INSN_ebreak:
        return one_in(m, 64);
    case INSN_jal:
    case INSN_beq:
    case INSN_bne:
        return insn.imm >= (one_in(m, 8) ? -40 : 4) && insn.imm <= 40;
    case INSN_sw:
    case INSN_sd:
        return is_base(insn.rs1) || one_in(m, 64);
    case INSN_lw:
    case INSN_ld:
        return (is_base(insn.rs1) && !is_base(insn.rd)) || one_in(m, 64);
    default:
        return !is_base(insn.rd) || one_in(m, 64);
    }
}

static void compressed(struct maker *m)
{
    for (;;) {
        uint16_t half = (uint16_t)program_random(&m->random);
        if (insn_is_long(half) || !is_tame(m, insn_decode(half, PROGRAM_ISA)))
            continue;
        emit_half(m, half);
        return;
    }
}

static void load_or_store(struct maker *m)
{
    enum insn_id id = (enum insn_id)(INSN_lb + some(m, INSN_sd - INSN_lb + 1));
    unsigned base = one_in(m, 64) ? some_rs(m) : one_in(m, 8) ? R_VARS : some_base(m);
    int64_t imm = (int64_t)some(m, 4096) - 2048;
    bool is_store = id >= INSN_sb;
    if (is_store && base == R_VARS) /* what the handlers need */
        base = R_S0;
    if (one_in(m, 2))
        imm &= -8;
    emit_word(m, encode(id, some_rd(m), base, some_rs(m), imm));
}

/* A page of the window, with whatever permissions it has now. */
static void window_access(struct maker *m)
{
    enum insn_id id = (enum insn_id)(INSN_lb + some(m, INSN_sd - INSN_lb + 1));
    uint64_t page = one_in(m, 4) ? some(m, 512 * 16) : some(m, PROGRAM_SIZE / PAGE_SIZE);
    bool is_store = id >= INSN_sb;
    if (is_store && page % 512 < PROGRAM_DATA / PAGE_SIZE)
        page += PROGRAM_DATA / PAGE_SIZE;
    EMIT(m, lui, T0, 0, 0, page << PAGE_SHIFT);
    EMIT(m, add, T0, T0, R_WINDOW, 0);
    emit_word(m, encode(id, some_rd(m), T0, some_rs(m), (int64_t)some(m, 2048)));
}

/* A floating-point instruction; in S and M, often with FS turned on before it. Loads and stores go
 * by a base, rounding modes are mostly legal. */
static void floating(struct maker *m, bool is_user)
{
    enum insn_id id;
    do
        id = (enum insn_id)some(m, INSN_COUNT);
    while (!is_float(id));
    if (!is_user && one_in(m, 3)) {
        EMIT(m, lui, T0, 0, 0, MSTATUS_FS);
        EMIT(m, csrrs, 0, T0, 0, CSR_sstatus);
    }
    enum insn_format format = insn_table[id].format;
    if (format == FMT_I || format == FMT_S) {
        emit_word(m, encode(id, some_rs(m), some_base(m), some_rs(m), (int64_t)some(m, 256) * 8));
        return;
    }
    int64_t rounding = one_in(m, 16) ? (int64_t)some(m, 8) : one_in(m, 2) ? 7 : (int64_t)some(m, 5);
    emit_word(m,
              encode(id, some_rd(m), some_rs(m), some_rs(m), rounding | (int64_t)some(m, 32) << 3));
}

static void atomic(struct maker *m)
{
    enum insn_id id = (enum insn_id)(INSN_lr_w + some(m, INSN_amomaxu_d - INSN_lr_w + 1));
    int64_t offset = (int64_t)some(m, 512) * 8 - 2048;
    EMIT(m, addi, T0, some_base(m), 0, offset);
    EMIT(m, andi, T0, T0, 0, one_in(m, 8) ? -4 : -8);
    emit_word(m, encode(id, some_rd(m), T0, some_rs(m), 0));
}

static void reserve(struct maker *m)
{
    bool is_wide = one_in(m, 2);
    EMIT(m, addi, T0, some_base(m), 0, some(m, 128) * 8);
    EMIT(m, andi, T0, T0, 0, -8);
    emit_word(m, encode(is_wide ? INSN_lr_d : INSN_lr_w, some_rd(m), T0, 0, 0));
    if (one_in(m, 2))
        load_or_store(m);
    if (one_in(m, 8))
        EMIT(m, addi, T0, T0, 0, 8);
    if (one_in(m, 8)) /* of the other size */
        is_wide = !is_wide;
    emit_word(m, encode(is_wide ? INSN_sc_d : INSN_sc_w, some_rd(m), T0, some_rs(m), 0));
}

static void jump(struct maker *m)
{
    uint32_t at = m->at;
    if (one_in(m, 8)) { /* by a register */
        EMIT(m, auipc, T0, 0, 0, 0);
        emit_word(m, encode(INSN_jalr, one_in(m, 2) ? 1 : 0, T0, 0, 8));
        will_settle(m, at + 4, at);
        return;
    }
    bool is_back = one_in(m, 8) && m->starts > 4;
    enum insn_id id = (enum insn_id)(INSN_jal + some(m, INSN_bgeu - INSN_jal + 1));
    id = id == INSN_jalr ? INSN_jal : id;
    int64_t offset = 4;
    if (is_back && id != INSN_jal)
        offset = (int64_t)m->start[m->starts - 1 - some(m, 4)] - at;
    emit_word(m, encode(id, 1, some_rs(m), some_rs(m), offset));
    if (offset > 0)
        will_settle(m, at, at);
}

static void read_csr(struct maker *m, enum kind kind)
{
    static const enum insn_id ids[] = {INSN_csrrs, INSN_csrrc, INSN_csrrsi, INSN_csrrci};
    unsigned row = (unsigned)some(m, csr_rows);
    unsigned number = csr_table[row].number + (unsigned)some(m, csr_table[row].count);
    bool is_above = (number >> 8 & 3) > (kind == KIND_M ? 3 : kind == KIND_S);
    if (is_above && !one_in(m, 8))
        number = kind == KIND_S ? CSR_sstatus : CSR_cycle + (unsigned)some(m, 3);
    number = one_in(m, 64) ? (unsigned)some(m, 4096) : number;
    emit_word(m, encode(ids[some(m, 4)], some_rd(m), 0, 0, number));
}

/* Registers that a program can survive without: tvec and satp are left out. */
static void write_csr(struct maker *m, enum kind kind)
{
    static const unsigned of_m[] = {
        CSR_mscratch, CSR_mepc,    CSR_mcause,  CSR_mtval,   CSR_mcycle,     CSR_minstret, CSR_mie,
        CSR_mip,      CSR_medeleg, CSR_mideleg, CSR_mstatus, CSR_mcounteren, CSR_menvcfg};
    static const unsigned of_s[] = {CSR_sscratch, CSR_sepc,       CSR_scause,  CSR_stval,  CSR_sie,
                                    CSR_sip,      CSR_scounteren, CSR_senvcfg, CSR_sstatus};
    bool is_m = kind == KIND_M && one_in(m, 2);
    unsigned number = is_m ? of_m[some(m, sizeof of_m / sizeof *of_m)]
                           : of_s[some(m, sizeof of_s / sizeof *of_s)];
    /* Each form; that of csrrwi, which nothing else here uses, more often. */
    enum insn_id id = (enum insn_id)(INSN_csrrw + some(m, 6));
    id = one_in(m, 4) ? INSN_csrrwi : id;
    emit_word(m, encode(id, some_rd(m), some_rs(m), 0, number));
}

static void status_bits(struct maker *m, enum kind kind)
{
    static const uint64_t bits[] = {MSTATUS_SUM, MSTATUS_MXR,  MSTATUS_SUM | MSTATUS_MXR,
                                    MSTATUS_SIE, MSTATUS_MPRV, MSTATUS_TVM,
                                    MSTATUS_TSR, MSTATUS_TW};
    bool is_m = kind == KIND_M;
    emit_li(m, T0, bits[some(m, is_m ? 8 : 4)]);
    emit_word(m, encode(one_in(m, 2) ? INSN_csrrs : INSN_csrrc, some_rd(m), T0, 0,
                        is_m ? CSR_mstatus : CSR_sstatus));
}

/* Loads and stores of M as another mode makes them. */
static void as_another(struct maker *m)
{
    emit_li(m, T1, MSTATUS_MPP);
    EMIT(m, csrrc, 0, T1, 0, CSR_mstatus);
    emit_li(m, T1, MSTATUS_MPRV | some(m, 2) << MSTATUS_MPP_SHIFT);
    EMIT(m, csrrs, 0, T1, 0, CSR_mstatus);
    window_access(m);
    load_or_store(m);
    emit_li(m, T1, MSTATUS_MPRV);
    EMIT(m, csrrc, 0, T1, 0, CSR_mstatus);
}

/* xret to a little further on, in some mode. */
static void go_back(struct maker *m, enum kind kind)
{
    bool is_m = kind == KIND_M && !one_in(m, 4);
    unsigned status = is_m ? CSR_mstatus : CSR_sstatus;
    emit_li(m, T0, is_m ? MSTATUS_MPP : MSTATUS_SPP);
    EMIT(m, csrrc, 0, T0, 0, status);
    uint64_t modes[] = {(uint64_t)MODE_S << MSTATUS_MPP_SHIFT, MSTATUS_MPP, MSTATUS_MPP, 0};
    emit_li(m, T0, is_m ? modes[some(m, 4)] : one_in(m, 4) ? 0 : MSTATUS_SPP);
    EMIT(m, csrrs, 0, T0, 0, status);
    EMIT(m, auipc, T0, 0, 0, 0);
    EMIT(m, addi, T0, T0, 0, 16); /* behind the xret */
    EMIT(m, csrrw, 0, T0, 0, is_m ? CSR_mepc : CSR_sepc);
    emit_word(m, encode(is_m ? INSN_mret : INSN_sret, 0, 0, 0, 0));
}

static void fence(struct maker *m, enum kind kind)
{
    switch (some(m, kind < KIND_U || one_in(m, 8) ? 3 : 2)) {
    case 0:
        EMIT(m, fence, 0, 0, 0, 0xff);
        return;
    case 1:
        EMIT(m, fence_i, 0, 0, 0, 0);
        return;
    default:
        EMIT(m, sfence_vma, 0, one_in(m, 2) ? 0 : some_rs(m), one_in(m, 2) ? 0 : some_rs(m), 0);
    }
}

/* An entry of the window's tables changes; often a fence follows, and a look through it. */
static void change_entry(struct maker *m)
{
    unsigned index = (unsigned)some(m, one_in(m, 4) ? 256 : PROGRAM_SIZE / PAGE_SIZE);
    EMIT(m, ld, T1, R_VARS, 0, VARS_PTES + 8 * some(m, PTES));
    EMIT(m, sd, 0, R_TABLES, T1, 8 * index);
    EMIT(m, lui, T0, 0, 0, (uint64_t)index << PAGE_SHIFT);
    EMIT(m, add, T0, T0, R_WINDOW, 0);
    if (!one_in(m, 4))
        EMIT(m, sfence_vma, 0, one_in(m, 2) ? 0 : T0, one_in(m, 4) ? some_rs(m) : 0, 0);
    enum insn_id id = one_in(m, 2) ? INSN_ld : INSN_sd;
    emit_word(m, encode(id, some_rd(m), T0, some_rs(m), 8 * (int64_t)some(m, 256)));
}

static void change_space(struct maker *m)
{
    EMIT(m, ld, T0, R_VARS, 0, VARS_SATPS + 8 * some(m, SATPS));
    EMIT(m, csrrw, some_rd(m), T0, 0, CSR_satp);
    if (one_in(m, 2))
        EMIT(m, sfence_vma, 0, 0, 0, 0);
}

/* The program writes an instruction that it will come to, often in the same block. */
static void change_code(struct maker *m)
{
    unsigned rd = T0 + (unsigned)some(m, 3);
    uint32_t word = encode((enum insn_id)(INSN_add + some(m, INSN_remuw - INSN_add + 1)), rd,
                           some_rs(m), some_rs(m), 0);
    emit_li(m, T1, (uint64_t)(int64_t)(int32_t)word);
    EMIT(m, auipc, T0, 0, 0, 0);
    unsigned gap = (unsigned)some(m, 3);
    bool has_fence = one_in(m, 2);
    EMIT(m, sw, 0, T0, T1, 4 + 4 + 4 * gap + 4 * has_fence);
    for (unsigned i = 0; i < gap; i++)
        plain(m);
    if (has_fence)
        EMIT(m, fence_i, 0, 0, 0, 0);
    EMIT(m, addi, rd, rd, 0, 1); /* this one */
}

static void call_firmware(struct maker *m)
{
    static const uint64_t ids[] = {SBI_EXT_BASE,
                                   SBI_EXT_TIME,
                                   SBI_EXT_IPI,
                                   SBI_EXT_RFENCE,
                                   SBI_EXT_DBCN,
                                   SBI_LEGACY_CONSOLE_PUTCHAR,
                                   SBI_LEGACY_CONSOLE_GETCHAR,
                                   SBI_LEGACY_CLEAR_IPI,
                                   77};
    uint64_t id = ids[some(m, 9)];
    if (id == SBI_EXT_TIME) {
        EMIT(m, csrrs, A0, 0, 0, CSR_time);
        EMIT(m, addi, A0, A0, 0, some(m, 40));
    } else if (one_in(m, 2)) {
        EMIT(m, addi, A0, 0, 0, some(m, 4));
        EMIT(m, addi, A1, 0, 0, 0);
    }
    EMIT(m, addi, A6, 0, 0, some(m, 4) * !(id == SBI_EXT_TIME));
    emit_li(m, A7, id);
    EMIT(m, ecall, 0, 0, 0, 0);
}

static void call(struct maker *m, enum kind kind)
{
    if (kind == KIND_S && m->has_firmware)
        call_firmware(m);
    else if (one_in(m, 2))
        EMIT(m, ecall, 0, 0, 0, 0);
    else
        EMIT(m, ebreak, 0, 0, 0, 0);
}

/* A register of a device, where it is or where the window has it. */
static void device(struct maker *m)
{
    static const uint64_t pages[] = {UART_BASE,           CLINT_BASE, CLINT_BASE + 0x4000,
                                     CLINT_BASE + 0xb000, PLIC_BASE,  PLIC_BASE + 0x2000};
    uint64_t which = some(m, 6);
    if (one_in(m, 2)) {
        emit_li(m, T0, pages[which]);
    } else {
        EMIT(m, lui, T0, 0, 0, (WINDOW_DEVICES + which) << PAGE_SHIFT);
        EMIT(m, add, T0, T0, R_WINDOW, 0);
    }
    enum insn_id id = (enum insn_id)(INSN_lb + some(m, INSN_sd - INSN_lb + 1));
    int64_t offset = which == 0 ? (int64_t)some(m, 8) : (int64_t)some(m, 16) * 4;
    if (which == 0 && one_in(m, 2))
        id = one_in(m, 2) ? INSN_lbu : INSN_sb;
    if (which == 3)
        offset = 0x7f8; /* half of the way to mtime */
    emit_word(m, encode(id, some_rd(m), T0, some_rs(m), offset));
}

static void set_timer(struct maker *m, enum kind kind)
{
    if (m->has_firmware && kind == KIND_S) {
        EMIT(m, csrrs, A0, 0, 0, CSR_time);
        EMIT(m, addi, A0, A0, 0, 1 + some(m, 20));
        EMIT(m, addi, A6, 0, 0, 0);
        emit_li(m, A7, SBI_EXT_TIME);
        EMIT(m, ecall, 0, 0, 0, 0);
        return;
    }
    emit_li(m, T0, CLINT_BASE + 0x4000 + (one_in(m, 4) ? 8 : 0));
    emit_li(m, T1, CLINT_BASE + 0xbff8);
    EMIT(m, ld, T2, T1, 0, 0);
    EMIT(m, addi, T2, T2, 0, 1 + some(m, 20));
    EMIT(m, sd, 0, T0, T2, 0);
}

static void interrupt(struct maker *m, enum kind kind)
{
    if (kind == KIND_M && one_in(m, 2)) { /* another's, or its own, software interrupt */
        emit_li(m, T0, CLINT_BASE + (one_in(m, 4) ? 4 : 0));
        EMIT(m, addi, T1, 0, 0, 1);
        EMIT(m, sw, 0, T0, T1, 0);
        return;
    }
    emit_li(m, T0, kind == KIND_M ? MIP_SSIP | MIP_STIP | MIP_SEIP : MIP_SSIP);
    EMIT(m, csrrs, some_rd(m), T0, 0, kind == KIND_M ? CSR_mip : CSR_sip);
}

static void wait(struct maker *m, enum kind kind)
{
    if (kind == KIND_M || m->has_firmware)
        set_timer(m, kind);
    EMIT(m, wfi, 0, 0, 0, 0);
}

/* Pieces for whoever is privileged. */
static void privileged(struct maker *m, enum kind kind)
{
    switch (some(m, 10)) {
    case 0:
        write_csr(m, kind);
        return;
    case 1:
        status_bits(m, kind);
        return;
    case 2:
        change_space(m);
        return;
    case 3:
    case 4:
        change_entry(m);
        return;
    case 5:
        go_back(m, kind);
        return;
    case 6:
        device(m);
        return;
    case 7:
        interrupt(m, kind);
        return;
    case 8:
        if (kind == KIND_M)
            as_another(m);
        else
            fence(m, kind);
        return;
    default:
        if (one_in(m, 2))
            wait(m, kind);
        else
            set_timer(m, kind);
    }
}

void make_piece(struct maker *m, enum kind kind)
{
    bool is_user = kind == KIND_U || kind == KIND_ANY;
    switch (some(m, 32)) {
    case 0 ... 5:
        plain(m);
        return;
    case 6 ... 8:
        floating(m, is_user);
        return;
    case 9 ... 14:
        compressed(m);
        return;
    case 15 ... 18:
        load_or_store(m);
        return;
    case 19:
        window_access(m);
        return;
    case 20 ... 22:
        jump(m);
        return;
    case 23:
    case 29:
        atomic(m);
        return;
    case 24:
        reserve(m);
        return;
    case 25:
        fence(m, kind);
        return;
    case 26:
        read_csr(m, kind);
        return;
    case 27:
        change_code(m);
        return;
    case 28:
        if (one_in(m, 4))
            call(m, kind);
        return;
    default:
        if (!is_user)
            privileged(m, kind);
        else if (one_in(m, 16))
            privileged(m, KIND_S);
        else if (one_in(m, 4))
            device(m);
    }
}
