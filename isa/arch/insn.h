/* Instructions as values: what they are called, how they are encoded, what the words mean. */
#ifndef INSN_H
#define INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"

enum insn_id {
#define INSN(name, ...) INSN_##name,
#include "insn.def"
    INSN_COUNT,
    INSN_ILLEGAL = INSN_COUNT,
};

enum rvc_id {
#define RVC(name, ...) RVC_##name,
#include "compressed.def"
    RVC_COUNT,
};

enum insn_format {
    FMT_N,
    FMT_R,
    FMT_I,
    FMT_SH,
    FMT_SHW,
    FMT_S,
    FMT_B,
    FMT_U,
    FMT_J,
    FMT_CSR,
    FMT_CSRI,
    FMT_FENCE,
    FMT_SFENCE,
    FMT_LR,
    FMT_AMO,
    FMT_RM,
    FMT_R2,
    FMT_R2M,
    FMT_R4, /* with a rounding mode, without rs2, both, with rs3 too */
};

/* What an instruction is to a VMM whose guest runs in U (Popek and Goldberg 1974). */
enum insn_class { CLASS_DIRECT, CLASS_TRAPS, CLASS_SENSITIVE, CLASS_PRIVILEGED };

struct insn_info {
    const char *name;
    const char *operands;
    uint32_t match, mask;
    enum insn_format format;
    enum ext ext;
    enum insn_class class;
};
extern const struct insn_info insn_table[INSN_COUNT];

struct rvc_info {
    const char *name;
    const char *operands;
    uint16_t match, mask;
    uint8_t format; /* compressed.c's own */
    uint8_t expands;
};
extern const struct rvc_info rvc_table[RVC_COUNT];

/* A decoded instruction. `id` is its meaning (a compressed form has the id of what it expands to);
 * `word` its bits as fetched, 16 or 32 of them, zero-extended; `length` 2 or 4 bytes. `imm` is the
 * sign-extended immediate, the shift amount, the CSR's number, the rounding mode, or the ordering
 * (aq 2, rl 1); in the CSR forms with an immediate operand, rs1 holds that operand. */
struct insn {
    uint16_t id;
    uint8_t rd, rs1, rs2, rs3;
    uint8_t length;
    uint32_t word;
    int64_t imm;
};

/* True when the first 16 bits of an instruction announce 32 (ISA 1.5). */
static inline bool insn_is_long(uint32_t word)
{
    return (word & 3) == 3;
}

/* Decodes the instruction in the low bits of `word` for a hart with `isa`. What is not an
 * instruction of that hart has id INSN_ILLEGAL. */
struct insn insn_decode(uint32_t word, isa_t isa);

/* Decodes a 16-bit instruction as the base instruction that it stands for (compressed.c). */
struct insn insn_decode_compressed(uint32_t word);

/* The word of a base instruction: the inverse of insn_decode. Operands that the instruction has not
 * are ignored; those that it has must fit. */
uint32_t insn_encode(const struct insn *insn);

/* The row of compressed.def that a 16-bit word belongs to; RVC_COUNT: it is reserved. */
enum rvc_id insn_find_compressed(uint32_t word);

/* A set of rows of compressed.def, a bit each. */
typedef uint64_t rvc_set_t;
#define RVC_ANY (((rvc_set_t)1 << RVC_COUNT) - 1)

/* A 16-bit word that means what the base instruction `insn` does, by the first row among `rows`
 * that has one; 0 where none has. It is never a hint (ISA 16.7). */
uint32_t insn_compress(const struct insn *insn, rvc_set_t rows);

/* The word of one row with the operands of `insn`. What the row has no bits for is lost, so decode
 * it to see whether it says what was meant. */
uint32_t insn_encode_compressed(enum rvc_id row, const struct insn *insn);

/* What some bits of an instruction word are: bits high..low; of an immediate, they are its bits
 * from `to` on. */
struct insn_field {
    uint8_t high, low, to;
    uint8_t kind;
};
enum { FIELD_FIXED, FIELD_RD, FIELD_RS1, FIELD_RS2, FIELD_RS3, FIELD_IMM, INSN_FIELDS = 16 };

/* The fields of a decoded instruction's word, from the highest bit to the lowest; gives how many
 * there are. */
unsigned insn_fields(const struct insn *insn, struct insn_field fields[INSN_FIELDS]);

/* Of those, the operands of a 16-bit word, in no order (compressed.c). */
unsigned insn_list_compressed(const struct insn *insn, struct insn_field *fields);

/* True when executing the instruction may change more than x registers and pc in a way that an
 * engine must look at before the next instruction: SYSTEM and MISC-MEM instructions. What is
 * illegal only traps. */
bool insn_is_system(enum insn_id id);

#endif
