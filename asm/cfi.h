/* Which .cfi_ directive the table of directives means, and the beginning and end of it all. */
#ifndef CFI_H
#define CFI_H

#include "lines.h"

enum {
    CFI_ADJUST_CFA_OFFSET,
    CFI_DEF_CFA,
    CFI_DEF_CFA_OFFSET,
    CFI_DEF_CFA_REGISTER,
    CFI_ENDPROC,
    CFI_ESCAPE,
    CFI_LSDA,
    CFI_OFFSET,
    CFI_PERSONALITY,
    CFI_REGISTER,
    CFI_REL_OFFSET,
    CFI_REMEMBER_STATE,
    CFI_RESTORE,
    CFI_RESTORE_STATE,
    CFI_RETURN_COLUMN,
    CFI_SAME_VALUE,
    CFI_SECTIONS,
    CFI_SIGNAL_FRAME,
    CFI_STARTPROC,
    CFI_UNDEFINED,
};

/* The bytes of a pointer that is encoded like this; 0: Trapeze has no such encoding. */
unsigned cfi_pointer_size(uint8_t encoding);

/* Complains of a procedure that has no end. */
void cfi_check(struct as *as);

void cfi_free(struct as *as);

#endif
