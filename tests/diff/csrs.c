/* Pieces that access CSRs: each field of each, written with each of its values, or a sample. */
#include "make.h"

#include <stdlib.h>
#include <string.h>

#include "csr.h"

/* A CSR out of the table, by row and place in it. */
static unsigned some_csr(struct world *w, unsigned *row)
{
    do
        *row = (unsigned)some(&w->m, csr_rows);
    while (!isa_has(w->isa, csr_table[*row].ext));
    return csr_table[*row].number + (unsigned)some(&w->m, csr_table[*row].count);
}

static unsigned row_of(unsigned number)
{
    return (unsigned)(csr_find(number) - csr_table);
}

/* One of the fields of a row: its bits. A row that names none is one field. */
static void some_field(struct world *w, unsigned row, unsigned *high, unsigned *low)
{
    unsigned fields = 0;
    *high = 63, *low = 0;
    for (const char *at = csr_table[row].fields; *at; at += *at == ' ') {
        at += strcspn(at, " ") + 1; /* the name */
        char *end;
        unsigned top = (unsigned)strtoul(at, &end, 10), bottom = top;
        if (*end == ':')
            bottom = (unsigned)strtoul(end + 1, &end, 10);
        at = end;
        if (one_in(&w->m, ++fields)) {
            *high = top;
            *low = bottom;
        }
    }
}

static uint64_t some_value(struct world *w, unsigned width)
{
    uint64_t ones = width == 64 ? ~(uint64_t)0 : ((uint64_t)1 << width) - 1;
    return (one_in(&w->m, 2) ? program_random(&w->m.random) : edge(w)) & ones;
}

/* Whether a case lives on without the old value: the handlers, and code under paging, do not. */
static bool must_be_restored(const struct world *w, unsigned number)
{
    switch (number) {
    case CSR_mtvec:
    case CSR_stvec:
    case CSR_medeleg:
        return true;
    case CSR_satp:
        return w->mode == MODE_S || w->has_paging;
    case CSR_mideleg:
    case CSR_mie:
    case CSR_mip:
        return w->group != GROUP_traps;
    default:
        return number >= CSR_pmpcfg0 && number < CSR_pmpaddr + PMP_ENTRIES;
    }
}

/* stimecmp against a clock that runs differently: long ago, or never. */
static uint64_t legible(unsigned number, uint64_t value)
{
    return number == CSR_stimecmp && value ? value | (uint64_t)1 << 60 : value;
}

/* Locks last until the machine is turned off: only where that follows. */
static uint64_t without_locks(struct world *w, unsigned number, uint64_t value)
{
    const uint64_t locks = 0x8080808080808080;
    if (number != CSR_pmpcfg0 && number != CSR_pmpcfg2)
        return value;
    w->has_locks |= w->may_lock;
    return w->may_lock ? value : value & ~locks;
}

/* One field takes a value, and the others keep theirs; what was kept of it is read. */
static void write_field(struct world *w, unsigned row, unsigned number)
{
    unsigned high, low;
    some_field(w, row, &high, &low);
    uint64_t value = legible(number, some_value(w, high - low + 1) << low);
    uint64_t mask = (high - low == 63 ? ~(uint64_t)0 : ((uint64_t)1 << (high - low + 1)) - 1)
                    << low;
    bool restores = must_be_restored(w, number);
    value = without_locks(w, number, value);
    EMIT(&w->m, csrrs, T2, 0, 0, number);
    emit_li(&w->m, T0, ~mask);
    EMIT(&w->m, and, T1, T2, T0, 0);
    emit_li(&w->m, T0, value);
    EMIT(&w->m, or, T1, T1, T0, 0);
    EMIT(&w->m, csrrw, T0, T1, 0, number);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, number);
    if (restores)
        EMIT(&w->m, csrrw, 0, T2, 0, number);
}

/* Any of the six instructions, with any operands, rd = rs1 and x0 included. */
static void any_access(struct world *w, unsigned number)
{
    enum insn_id id = (enum insn_id)(INSN_csrrw + some(&w->m, 6));
    unsigned rd = one_in(&w->m, 6) ? 0 : some_rd(w), rs1 = one_in(&w->m, 6) ? 0 : some_rs(w);
    bool is_plain = number < CSR_stimecmp && number != CSR_stvec && number != CSR_satp;
    bool is_risky = must_be_restored(w, number) || number == CSR_stimecmp || number == CSR_mstatus;
    if (one_in(&w->m, 6))
        rd = is_kept_register(rs1) ? rd : rs1;
    if (is_risky && !is_plain) {
        id = one_in(&w->m, 2) ? INSN_csrrs : INSN_csrrc;
        rs1 = 0;
    }
    emit_word(&w->m, encode(id, rd, rs1, 0, number));
}

/* Counters stand while they are inhibited, and hold what is written. */
void piece_counter(struct world *w)
{
    static const unsigned counters[] = {CSR_mcycle, CSR_minstret, CSR_cycle, CSR_instret, CSR_time};
    if (w->mode != MODE_M || one_in(&w->m, 3)) { /* who may read them; what they say is dropped */
        unsigned rd = some_rd(w);
        EMIT(&w->m, csrrs, rd, 0, 0, counters[some(&w->m, 5)]);
        EMIT(&w->m, addi, rd, 0, 0, some(&w->m, 2048));
        return;
    }
    unsigned counter = counters[some(&w->m, 2)];
    EMIT(&w->m, csrrwi, 0, 5, 0, CSR_mcountinhibit);
    emit_li(&w->m, T0, edge(w));
    EMIT(&w->m, csrrw, 0, T0, 0, counter);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, counter);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, counter + CSR_cycle - CSR_mcycle);
    if (one_in(&w->m, 2))
        EMIT(&w->m, csrrwi, 0, some(&w->m, 8), 0, CSR_mcountinhibit);
}

void piece_csr(struct world *w)
{
    unsigned row, number = some_csr(w, &row), tries = 0;
    /* Mostly what this mode may touch, and not the counters, of which there are many. */
    while (((number >> 8 & 3) > (unsigned)w->mode || csr_table[row].count > 16) && tries++ < 4)
        number = some_csr(w, &row);
    if (w->may_lock && one_in(&w->m, 2))
        number = one_in(&w->m, 2) ? CSR_pmpcfg0 : CSR_pmpcfg2;
    row = row_of(number);
    if (one_in(&w->m, 40))
        number = (unsigned)some(&w->m, 4096);
    else if (number >> 10 != 3 && !one_in(&w->m, 4)) {
        write_field(w, row, number);
        return;
    }
    any_access(w, number);
}
