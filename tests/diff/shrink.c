/* Delta debugging (Zeller and Hildebrandt 2002) on the parts of a case, many candidates at once:
 * QEMU is started once for a round of them. */
#include "shrink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "csr.h"

/* What can be taken away: an instruction, or a doubleword elsewhere. */
struct part {
    uint32_t at;
    uint8_t size; /* 2 or 4: an instruction; 8 */
};
struct parts {
    struct part *part; /* SLOT_SIZE / 2 of them at most */
    unsigned count;
};
enum { ROUND = 64 };

static const uint8_t nops[2][4] = {{0x01, 0x00, 0x01, 0x00}, {0x13, 0x00, 0x00, 0x00}};

static bool is_nothing(const uint8_t *slot, struct part part)
{
    static const uint8_t zero[8];
    if (part.size == 8)
        return memcmp(slot + part.at, zero, 8) == 0;
    return memcmp(slot + part.at, nops[0], part.size) == 0 ||
           (part.size == 4 && memcmp(slot + part.at, nops[1], 4) == 0);
}

static void take_away(uint8_t *slot, struct part part)
{
    if (part.size == 8)
        memset(slot + part.at, 0, 8);
    else
        memcpy(slot + part.at, nops[part.size == 4], part.size);
}

/* The first instruction, as an offset. */
static uint32_t entry_of(const uint8_t *slot)
{
    uint64_t pc;
    memcpy(&pc, slot + SLOT_PC, 8);
    uint32_t at = (uint32_t)(pc & (SLOT_SIZE - 1));
    return at >= SLOT_CODE && at <= SLOT_END ? at : SLOT_CODE;
}

static void add(struct parts *parts, const uint8_t *slot, struct part part)
{
    if (!is_nothing(slot, part))
        parts->part[parts->count++] = part;
}

/* What no case can do without: where it starts, and memory that is open to S and U. PMP addresses
 * stay what they are: at zero, QEMU has ways of its own. */
static bool is_needed(uint32_t at)
{
    return at == SLOT_PC || at == SLOT_PMPCFG + 8 || at - SLOT_PMPADDR < 8 * 16 ||
           at == SLOT_X + 8 * 28 || at == SLOT_LOCKS || at == SLOT_HAS_SSTC || at == SLOT_HAS_C ||
           at == SLOT_STIMECMP || at == SLOT_MENVCFG;
}

static void find_parts(struct parts *parts, const uint8_t *slot)
{
    parts->count = 0;
    for (uint32_t at = entry_of(slot); at < SLOT_END;) {
        struct part part = {at, insn_is_long(slot[at]) ? 4 : 2};
        add(parts, slot, part);
        at += part.size;
    }
    for (uint32_t at = 0; at < SLOT_SIZE; at += 8)
        if (!is_needed(at) && (at < SLOT_CODE || at >= SLOT_DATA))
            add(parts, slot, (struct part){at, 8});
}

/* Tries to do without parts [from, from + count) of each round's start; whatever can go alone and
 * still goes together, goes. True: something went. */
static bool try_round(struct pair *pair, uint8_t *slot, const struct parts *parts, unsigned first,
                      unsigned chunk)
{
    static bool differs[SLOTS];
    static uint8_t candidate[SLOT_SIZE];
    unsigned starts[ROUND];
    pair_clear(pair);
    for (unsigned from = first, tried = 0; from < parts->count && tried < ROUND; tried++) {
        memcpy(candidate, slot, SLOT_SIZE);
        for (unsigned i = from; i < from + chunk && i < parts->count; i++)
            take_away(candidate, parts->part[i]);
        starts[pair->count] = from;
        pair_add(pair, candidate, NULL);
        from += chunk;
    }
    unsigned count = pair->count;
    if (count == 0 || !pair_compare(pair, differs))
        return false;
    bool alone[ROUND];
    memcpy(alone, differs, count * sizeof *alone);
    /* All of them at once, the first half of them, ... the first: the most that works. */
    unsigned good = 0;
    for (unsigned i = 0; i < count; i++)
        if (alone[i])
            starts[good++] = starts[i];
    for (; good > 0; good /= 2) {
        memcpy(candidate, slot, SLOT_SIZE);
        for (unsigned k = 0; k < good; k++)
            for (unsigned i = starts[k]; i < starts[k] + chunk && i < parts->count; i++)
                take_away(candidate, parts->part[i]);
        pair_clear(pair);
        if (pair_add(pair, candidate, NULL) && pair_compare(pair, differs) && differs[0]) {
            memcpy(slot, pair->before[0], SLOT_SIZE);
            return true;
        }
    }
    return false;
}

/* One pass with chunks of a size. */
static bool pass(struct pair *pair, uint8_t *slot, struct parts *parts, unsigned chunk)
{
    bool shrunk = false;
    find_parts(parts, slot);
    for (unsigned first = 0; first < parts->count; first += chunk * ROUND)
        shrunk |= try_round(pair, slot, parts, first, chunk);
    return shrunk;
}

static bool still_differs(struct pair *pair, uint8_t *slot)
{
    bool differs[1];
    pair_clear(pair);
    if (!pair_add(pair, slot, NULL) || !pair_compare(pair, differs) || !differs[0])
        return false;
    memcpy(slot, pair->before[0], SLOT_SIZE);
    return true;
}

/* The instructions that are left move together, before the last, and nothing else is left of the
 * code. What jumps or looks at its own address may not survive that. */
static void pack(struct pair *pair, uint8_t *slot, struct parts *parts)
{
    static uint8_t packed[SLOT_SIZE];
    uint32_t at = SLOT_END;
    uint64_t pc;
    find_parts(parts, slot);
    memcpy(packed, slot, SLOT_SIZE);
    memset(packed + SLOT_CODE, 0, SLOT_END - SLOT_CODE);
    for (unsigned i = parts->count; i-- > 0;)
        if (parts->part[i].size != 8) {
            at -= parts->part[i].size;
            memcpy(packed + at, slot + parts->part[i].at, parts->part[i].size);
        }
    memcpy(&pc, slot + SLOT_PC, 8);
    pc = pc - entry_of(slot) + at;
    memcpy(packed + SLOT_PC, &pc, 8);
    if (still_differs(pair, packed))
        memcpy(slot, packed, SLOT_SIZE);
}

bool shrink(struct pair *pair, uint8_t *slot)
{
    struct parts parts = {.part = calloc(SLOT_SIZE / 2, sizeof *parts.part)};
    bool differs = parts.part && still_differs(pair, slot);
    if (differs) {
        find_parts(&parts, slot);
        for (unsigned chunk = parts.count / 8 + 1;; chunk = (chunk + 3) / 4) {
            bool shrunk = pass(pair, slot, &parts, chunk);
            if (chunk == 1 && !shrunk)
                break;
        }
        pack(pair, slot, &parts);
        differs = still_differs(pair, slot);
    }
    free(parts.part);
    return differs;
}

unsigned count_code(const uint8_t *slot)
{
    unsigned count = 0;

    for (uint32_t at = entry_of(slot); at < SLOT_END;) {
        struct part part = {at, insn_is_long(slot[at]) ? 4 : 2};
        count += !is_nothing(slot, part);
        at += part.size;
    }
    return count;
}

void print_code(const uint8_t *slot, isa_t isa, FILE *out)
{
    for (uint32_t at = entry_of(slot); at < SLOT_END;) {
        struct part part = {at, insn_is_long(slot[at]) ? 4 : 2};
        uint32_t word = 0;
        memcpy(&word, slot + at, part.size);
        struct insn insn = insn_decode(word, isa);
        at += part.size;
        if (is_nothing(slot, part))
            continue;
        if (insn.id == INSN_ILLEGAL) {
            fprintf(out, "  %04x  %0*x  illegal\n", part.at, 2 * part.size, word);
            continue;
        }
        fprintf(out, "  %04x  %0*x  %s (%s) rd=%u rs1=%u rs2=%u imm=%" PRId64 "\n", part.at,
                2 * part.size, word, insn_table[insn.id].name, insn_table[insn.id].operands,
                insn.rd, insn.rs1, insn.rs2, insn.imm);
    }
}
