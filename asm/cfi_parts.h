/* Call frame information as it is collected (cfi.c) and written (cfi_write.c). */
#ifndef CFI_PARTS_H
#define CFI_PARTS_H

#include "cfi.h"

/* DW_CFA operations, DWARF 5 7.24. */
enum {
    CFA_ADVANCE = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
    CFA_NOP = 0x00,
    CFA_ADVANCE_1 = 0x02,
    CFA_ADVANCE_2 = 0x03,
    CFA_ADVANCE_4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_RESTORE_EXTENDED = 0x06,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REGISTER = 0x09,
    CFA_REMEMBER = 0x0a,
    CFA_RESTORE_STATE = 0x0b,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_OFFSET_EXTENDED_SF = 0x11,
    CFA_ESCAPE = 0x100, /* a byte of the source's own */
    SP = 2,
    RA = 1,
    DATA_ALIGN = -4,
};

struct cfi_op {
    uint16_t op;
    unsigned reg, other;
    int64_t offset;
    struct symbol *from, *to; /* of CFA_ADVANCE */
};
/* A pointer, and how it is written (DWARF's exception header encodings). */
struct cfi_pointer {
    bool is_given;
    uint8_t encoding;
    struct expr expr;
};
struct cfi_procedure {
    struct symbol *start, *end, *last; /* last: where the last operation stands */
    struct cfi_op *ops;
    size_t count, room;
    unsigned return_column;
    bool is_signal;
    struct cfi_pointer personality, lsda;
    int64_t cfa_offset, remembered[16];
    unsigned depth;
    struct cfi_procedure *next;
};
struct cfi {
    struct cfi_procedure *procedures, *last, *open;
    bool for_debug, for_unwinding, is_chosen;
};

#endif
