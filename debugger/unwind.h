/* Stack frames: by the call frame information of the image (DWARF), and across traps by what the
 * debugger remembers of them. */
#ifndef UNWIND_H
#define UNWIND_H

#include "debugger.h"

enum frame_kind { FRAME_FIRST, FRAME_CALLER, FRAME_TRAPPED };

struct frame {
    enum frame_kind kind;
    uint64_t pc;    /* of the instruction, or behind the call */
    uint64_t cfa;   /* sp of the caller; 0: not known */
    uint64_t x[32]; /* as far as they are known */
    enum mode mode;
    uint64_t satp;
    uint64_t cause; /* of the trap, for FRAME_TRAPPED */
    uint64_t episode;
};

/* The frame of `hart` itself. */
void unwind_first(struct debugger *debugger, const struct hart *hart, struct frame *frame);

/* The next frame outwards. False: it is the last that is known. */
bool unwind_next(struct debugger *debugger, const struct hart *hart, struct frame *frame);

#endif
