/* Lab 1: decode and execute. */
#include "lab_test.h"

#include "insn.h"

CLAIM(1, NOTHING, "addi's immediate is signed", "isa/arch/insn.c; ISA 2.3")
{
    struct insn insn = insn_decode(0xfff50513, ~(isa_t)0);
    same_u64((uint64_t)-1, (uint64_t)insn.imm, "the immediate of addi a0, a0, -1");
}
