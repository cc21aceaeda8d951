/* Random programs that live: each is an image with code, data, page tables and trap handlers that
 * skip what cannot be done, and now and then land somewhere else, in another mode and space.
 *
 * A seed always gives the same program. Most addresses are good, some are wild; most registers may
 * be written, a few hold the bases of data and tables and are set again at each landing. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "boot.h"

/* Where things lie, from the start of RAM. */
enum {
    PROGRAM_M_HANDLER = 0x0000,
    PROGRAM_S_HANDLER = 0x1000,
    PROGRAM_VARS = 0x2000, /* a counter, landings, entries to write into page tables */
    PROGRAM_START = 0x3000,
    PROGRAM_CODE = 0x4000, /* four pages: for M, S, U, and for all */
    PROGRAM_CODE_END = 0x8000,
    PROGRAM_DATA = 0x8000, /* four pages */
    PROGRAM_TABLES = 0x10000,
    PROGRAM_SIZE = 0x18000,
    PROGRAM_RAM = 4 << 20,
};

/* The full machine, and what it has when asked. */
#define PROGRAM_ISA (ISA_FULL | ISA(Zba) | ISA(Zbb))

struct program {
    struct boot boot; /* ready for machine_boot and hosted_new; nothing in it has to be freed */
    uint8_t image[PROGRAM_SIZE];
    uint8_t no_dtb[8];
};

/* Makes the program of `seed`. FIRMWARE_NONE: it starts in M-mode and uses all modes;
 * FIRMWARE_BUILTIN: in S-mode, with S and U. */
void program_make(struct program *program, uint64_t seed, enum firmware firmware);

/* Steps a generator of random numbers (Steele, Lea and Flood 2014, SplitMix64). */
uint64_t program_random(uint64_t *state);

#endif
