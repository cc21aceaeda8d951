/* Decoded blocks: straight runs of instructions of one frame, as records that the engine jumps
 * through. A block goes on past branches not taken, and ends at a jump, at a SYSTEM or MISC-MEM
 * instruction, at the page's end, or when it is long enough.
 *
 * Only the page being fetched from is read, so decoding ahead is not visible (P44). */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

struct code *code_of_frame(struct cpu *cpu, uint64_t frame)
{
    struct code **code = &cpu->codes[frame];
    if (!*code) {
        *code = calloc(1, sizeof **code);
        if (!*code)
            return NULL;
        (*code)->frame = frame;
        (*code)->is_empty = true;
    }
    return *code;
}

static void forget_blocks(struct code *code)
{
    if (!code->is_empty)
        memset(code->block, 0, sizeof code->block);
    code->is_empty = true;
}

void code_dropped(struct cpu *cpu, uint64_t frame)
{
    forget_blocks(cpu->codes[frame]);
    cpu->ram->marks[frame] &= (uint8_t)~FRAME_CODE;
}

void code_clear(struct cpu *cpu)
{
    for (uint64_t frame = 0; frame < cpu->ram->frames; frame++)
        if (cpu->codes[frame]) {
            forget_blocks(cpu->codes[frame]);
            cpu->ram->marks[frame] &= (uint8_t)~FRAME_CODE;
        }
    cpu->arena_used = 1; /* index 0 means: no block */
}

/* How an instruction ends its block: not at all, for good, or with a look at the machine. */
enum ending { GOES_ON, JUMPS, CHECKS };

/* A CSR instruction that only reads changes nothing that a block rests on (P19). */
static bool reads_csr(const struct insn *insn)
{
    bool sets = insn->id == INSN_csrrs || insn->id == INSN_csrrsi;
    bool clears = insn->id == INSN_csrrc || insn->id == INSN_csrrci;
    return (sets || clears) && insn->rs1 == 0;
}

static enum ending ending_of(const struct insn *insn)
{
    if (reads_csr(insn))
        return GOES_ON;
    if (insn->id == INSN_ILLEGAL || insn->id == INSN_jal || insn->id == INSN_jalr)
        return JUMPS;
    return insn_is_system((enum insn_id)insn->id) ? CHECKS : GOES_ON;
}

static struct op *append(struct cpu *cpu, struct op op)
{
    struct op *at = &cpu->arena[cpu->arena_used++];
    *at = op;
    return at;
}

static struct op op_of(const struct insn *insn, unsigned offset)
{
    return (struct op){
        .handler = insn->id == INSN_ILLEGAL ? OP_ILLEGAL : insn->id,
        .where = (uint16_t)(offset | (insn->length == 4)),
        .rd = insn->rd ? insn->rd : X_SINK,
        .rs1 = insn->rs1,
        .rs2 = insn->rs2,
        .rs3 = insn->rs3,
        .imm = insn->imm,
    };
}

/* Reads the word at `offset`. False: its second half lies in the next page. */
static bool read_word(const uint8_t *page, unsigned offset, uint32_t *word)
{
    uint16_t low, high = 0;
    memcpy(&low, page + offset, 2);
    if (insn_is_long(low)) {
        if (offset + 4 > PAGE_SIZE)
            return false;
        memcpy(&high, page + offset + 2, 2);
    }
    *word = low | (uint32_t)high << 16;
    return true;
}

/* True when a trigger stands at `offset`: a block begins there. */
static bool is_triggered(const struct cpu *cpu, const uint8_t *page, unsigned offset, isa_t isa)
{
    uint32_t word = 0; /* what crosses the page is no system instruction that is known yet */
    if (!cpu->triggers)
        return false;
    read_word(page, offset, &word);
    struct insn insn = insn_decode(word, isa);
    return trigger_at(cpu->triggers, offset, &insn);
}

uint32_t block_make(struct cpu *cpu, isa_t isa, struct code *code, unsigned offset)
{
    const uint8_t *page = cpu->ram->bytes + (code->frame << PAGE_SHIFT);
    if (cpu->arena_used + BLOCK_OPS + 4 > ARENA_OPS)
        code_clear(cpu);
    tlb_mark(cpu, code->frame, FRAME_CODE);
    uint32_t index = cpu->arena_used;
    code->block[offset / 2] = index;
    code->is_empty = false;
    if (is_triggered(cpu, page, offset, isa)) {
        append(cpu, (struct op){.handler = OP_END}); /* the head of a block without instructions */
        append(cpu, (struct op){.handler = OP_BREAK, .where = (uint16_t)offset});
    }
    struct op *head = append(cpu, (struct op){.handler = OP_END});
    const unsigned start = offset;

    enum ending ending = GOES_ON;
    for (; ending == GOES_ON && offset < PAGE_SIZE && head->imm < BLOCK_OPS; head->imm++) {
        uint32_t word;
        if (offset != start && is_triggered(cpu, page, offset, isa))
            break;
        if (!read_word(page, offset, &word)) {
            append(cpu, (struct op){.handler = OP_STEP, .where = (uint16_t)(offset | 1)});
            ending = JUMPS;
            continue;
        }
        struct insn insn = insn_decode(word, isa);
        append(cpu, op_of(&insn, offset));
        offset += insn.length;
        ending = ending_of(&insn);
    }
    if (ending != JUMPS)
        append(cpu, (struct op){.handler = ending == CHECKS ? OP_CHECK : OP_END,
                                .where = (uint16_t)offset});
    return index;
}
