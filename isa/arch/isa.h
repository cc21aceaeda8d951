/* Which parts of the instruction set a hart has. A profile is a set of extensions, one bit each;
 * every row of insn.def and csr.def names the extension that it belongs to. */
#ifndef ISA_H
#define ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ext {
    EXT_I,
    EXT_M,
    EXT_A,
    EXT_F,
    EXT_D, /* never without F */
    EXT_C,
    EXT_S,  /* supervisor mode */
    EXT_MM, /* machine mode, as software can see it: mret and the M-mode CSRs */
    EXT_Zicsr,
    EXT_Zicntr, /* cycle, time, instret */
    EXT_Zifencei,
    EXT_Sstc,    /* stimecmp */
    EXT_Zicclsm, /* misaligned loads and stores work; chosen by --misaligned, in no string */
    EXT_Svade,   /* a page that needs its A or D set faults */
    EXT_Svadu,   /* menvcfg.ADUE says whether it does */
    EXT_Zba,     /* address generation */
    EXT_Zbb,     /* basic bit manipulation */
    EXT_COUNT,
};

/* A set of extensions: bit (1 << EXT_x) for each. */
typedef uint32_t isa_t;

#define ISA(ext) ((isa_t)1 << EXT_##ext)

/* All there is; the machine as it is when nobody asks for less or more; the one-page machine of the
 * first labs. */
#define ISA_ALL (ISA(COUNT) - 1)
#define ISA_FULL                                                                                   \
    (ISA(I) | ISA(M) | ISA(A) | ISA(F) | ISA(D) | ISA(C) | ISA(S) | ISA(MM) | ISA(Zicsr) |         \
     ISA(Zicntr) | ISA(Zifencei) | ISA(Sstc) | ISA(Zicclsm))
#define ISA_G (ISA(I) | ISA(M) | ISA(A) | ISA(F) | ISA(D) | ISA(Zicsr) | ISA(Zifencei))
#define ISA_TOY (ISA(I) | ISA(M) | ISA(S) | ISA(Zicsr) | ISA(Zicntr) | ISA(Zicclsm))

static inline bool isa_has(isa_t isa, enum ext ext)
{
    return isa >> ext & 1;
}

/* Reads an ISA string such as "rv64gc" or "rv64imac_zifencei" or "toy" into *isa; g stands for
 * imafd_zicsr_zifencei. Modes are not part of such a string (ISA manual, chapter 27): "toy" has S
 * and U, every other string has M, S and U, and may name S and U among its letters. Case does not
 * matter. False when it is no such string or asks for what
 * Trapeze has not; then *wrong is the first character that could not be taken. */
bool isa_parse(const char *text, isa_t *isa, const char **wrong);

/* Writes the ISA string of `isa`, as a device tree's riscv,isa has it, to text (size bytes). */
void isa_print(isa_t isa, char *text, size_t size);

/* The manual's name of an extension: "m", "zicsr"; "" for what has none in a string. */
const char *isa_ext_name(enum ext ext);

/* The value of misa: MXL = 2 (64 bits) and a bit a letter (Privileged 3.1.1). */
uint64_t isa_misa(isa_t isa);

#endif
