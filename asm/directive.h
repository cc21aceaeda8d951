/* The functions of the directives, by the file that they are in. `argument` is what the table says:
 * a size, a choice. The cursor stands after the directive's name. */
#ifndef DIRECTIVE_H
#define DIRECTIVE_H

#include "as.h"

typedef void directive_fn(struct as *as, int argument);

/* data.c */
directive_fn data_values, data_strings, data_space, data_fill, data_leb128, data_floats, data_align,
    data_org, data_incbin, data_dtprel;
/* sectioning.c */
directive_fn sectioning_fixed, sectioning_named, sectioning_previous, sectioning_pop;
/* The section of a name, with what its name says it is, if it is new. */
struct section *sectioning_get(struct as *as, const char *name, bool *is_new);
/* symboling.c */
directive_fn symboling_bind, symboling_visibility, symboling_set, symboling_common, symboling_size,
    symboling_type, symboling_variant;
/* conditional.c */
directive_fn conditional_if, conditional_defined, conditional_blank, conditional_same,
    conditional_else, conditional_elseif, conditional_endif;
/* macro.c */
directive_fn macro_define, macro_purge, macro_exit, macro_repeat, macro_irp;
/* mode.c */
directive_fn mode_option, mode_attribute;
/* lines.c, cfi.c */
directive_fn lines_file, lines_loc, cfi_directive;

/* macro.c: expands a macro. False: none has this name. */
bool macro_call(struct as *as, struct text name);

/* mode.c: the instruction set and the attributes. */
bool mode_begin(struct as *as, const char *march);
void mode_finish(struct as *as);

/* lines.c: the section of line numbers. */
void lines_finish(struct as *as);
void lines_insn(struct as *as);

/* cfi.c: unwinding. */
void cfi_finish(struct as *as);

/* What is done with arguments after a comma: true, and the cursor is after it. */
bool directive_more(struct as *as);

#endif
