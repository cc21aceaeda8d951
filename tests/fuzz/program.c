/* The generator's frame: how code is written, and in what order a program is made. */
#include "program.h"

#include <string.h>

#include "maker.h"

uint64_t program_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t some(struct maker *m, uint64_t limit)
{
    return program_random(&m->random) % limit;
}

bool one_in(struct maker *m, uint64_t n)
{
    return some(m, n) == 0;
}

/* An instruction starts here: jumps whose target it is learn so. */
static void settle(struct maker *m)
{
    for (unsigned i = 0; i < PENDING; i++) {
        if (!m->pending[i].left || --m->pending[i].left)
            continue;
        uint32_t word;
        memcpy(&word, m->image + m->pending[i].at, 4);
        struct insn insn = insn_decode(word, PROGRAM_ISA);
        word = encode((enum insn_id)insn.id, insn.rd, insn.rs1, insn.rs2,
                      (int64_t)m->at - m->pending[i].from);
        memcpy(m->image + m->pending[i].at, &word, 4);
    }
}

/* The jump just written goes to the start of an instruction a little further on; `from` is what
 * its offset counts from. */
void will_settle(struct maker *m, uint32_t at, uint32_t from)
{
    for (unsigned i = 0; i < PENDING; i++)
        if (!m->pending[i].left) {
            m->pending[i].at = at;
            m->pending[i].from = from;
            m->pending[i].left = 1 + (unsigned)some(m, 8);
            return;
        }
}

void may_land(struct maker *m)
{
    if (m->lands_between)
        settle(m);
}

static void count_insn(struct maker *m)
{
    if (!m->lands_between)
        settle(m);
}

void emit_half(struct maker *m, uint16_t half)
{
    count_insn(m);
    memcpy(m->image + m->at, &half, 2);
    m->at += 2;
}

void emit_word(struct maker *m, uint32_t word)
{
    count_insn(m);
    memcpy(m->image + m->at, &word, 4);
    m->at += 4;
}

void emit_li(struct maker *m, unsigned rd, uint64_t value)
{
    int64_t low = (int64_t)(value << 52) >> 52;
    if ((int64_t)value == low) {
        EMIT(m, addi, rd, 0, 0, low);
        return;
    }
    if ((int64_t)value == (int32_t)value) {
        EMIT(m, lui, rd, 0, 0, (value - (uint64_t)low) & 0xfffff000);
        EMIT(m, addiw, rd, rd, 0, low);
        return;
    }
    emit_li(m, rd, (uint64_t)((int64_t)(value - (uint64_t)low) >> 12));
    EMIT(m, slli, rd, rd, 0, 12);
    EMIT(m, addi, rd, rd, 0, low);
}

static void make_code(struct maker *m)
{
    enum { ROOM = 128 }; /* bytes that the longest piece may take */
    m->at = PROGRAM_CODE;
    while (m->at < PROGRAM_CODE_END - ROOM) {
        enum kind kind = (enum kind)((m->at - PROGRAM_CODE) / PAGE_SIZE);
        m->start[m->starts++] = m->at;
        make_piece(m, kind == KIND_M && m->has_firmware ? KIND_S : kind);
    }
    while (m->at < PROGRAM_CODE_END - 4)
        emit_half(m, 0x0001); /* c.nop */
    EMIT(m, jal, 0, 0, 0, PROGRAM_CODE - (int64_t)m->at);
}

static void make_data(struct maker *m)
{
    for (uint32_t at = PROGRAM_DATA; at < PROGRAM_TABLES; at += 8) {
        uint64_t value = program_random(&m->random) >> some(m, 64);
        memcpy(m->image + at, &value, 8);
    }
}

void program_make(struct program *program, uint64_t seed, enum firmware firmware)
{
    struct maker maker = {.image = program->image,
                          .random = seed * 2 + (firmware == FIRMWARE_BUILTIN),
                          .has_firmware = firmware == FIRMWARE_BUILTIN};
    memset(program, 0, sizeof *program);
    make_code(&maker);
    memset(maker.pending, 0, sizeof maker.pending);
    make_handlers(&maker);
    make_start(&maker);
    make_data(&maker);
    make_tables(&maker);

    struct boot *boot = &program->boot;
    boot->config = board_default();
    boot->config.firmware = firmware;
    boot->config.isa = PROGRAM_ISA;
    boot->config.harts = one_in(&maker, 4) ? 2 : 1;
    boot->config.quantum = 1 + some(&maker, 100);
    boot->config.ram_size = PROGRAM_RAM;
    boot->image.entry = RAM_BASE + PROGRAM_START;
    boot->image.segments = 1;
    boot->image.segment[0] = (struct segment){
        .pa = RAM_BASE, .size = PROGRAM_SIZE, .bytes = program->image, .file_size = PROGRAM_SIZE};
    boot->dtb = program->no_dtb;
    boot->dtb_size = sizeof program->no_dtb;
    boot->dtb_pa = RAM_BASE + PROGRAM_RAM - PAGE_SIZE;
}
