/* The assembler: from source text to sections, symbols and relocations, and from these to an
 * object. One struct holds all of an assembly; nothing is global. */
#ifndef AS_H
#define AS_H

#include <setjmp.h>
#include <stdio.h>

#include "arena.h"
#include "insn.h"
#include "near.h"

/* Where something was written: which of the files read, and its line there. */
struct place {
    uint32_t file, line;
};

/* An expression, as far as it is known: a number, symbol + number, symbol - symbol + number, or
 * more, which waits until all addresses are known. */
enum expr_kind { EXPR_NONE, EXPR_NUMBER, EXPR_SYMBOL, EXPR_DIFFERENCE, EXPR_TREE, EXPR_REGISTER };
struct expr {
    enum expr_kind kind;
    struct symbol *add, *sub;
    int64_t number;
    const struct expr_node *tree;
};
struct expr_node {
    int operation;
    struct expr left, right; /* of a unary operation, right */
};

/* A symbol. Where `section` is NULL it is undefined, unless it stands for an expression. */
struct symbol {
    const char *name;
    struct section *section;
    struct frag *frag;
    uint64_t value; /* offset in the frag; of an absolute symbol, its value */
    const struct expr *expr;
    const struct expr *size;
    const struct group *signs; /* it stands for nothing else */
    struct symbol *next;       /* in order of appearance */
    struct place place;
    uint64_t common_size, common_align;
    uint8_t bind, type, visibility;
    bool is_common, is_variable, is_local, is_reloc_target, is_mapping, is_resolving, is_file;
    bool is_variant, is_told; /* is_told: somebody was told that it is missing */
    uint32_t index;           /* in the object's table */
};

/* A stretch of a section: bytes that are fixed, and then a tail whose size depends on addresses. */
enum tail_kind { TAIL_NONE, TAIL_ALIGN, TAIL_ORG, TAIL_SPACE, TAIL_BRANCH, TAIL_CFA };
struct frag {
    struct frag *next;
    struct section *section;
    size_t start;     /* of the fixed bytes in the section's */
    uint64_t fixed;   /* how many there are */
    uint64_t address; /* once laid out */
    uint64_t tail;    /* size of the tail */
    enum tail_kind kind;
    uint8_t align;       /* TAIL_ALIGN: power of two */
    uint8_t fill_size;   /* bytes of the fill value */
    bool is_code;        /* TAIL_ALIGN: with nops; TAIL_BRANCH: may be 16 bits */
    bool is_rvc, is_end; /* is_end: TAIL_ALIGN after the last code */
    uint64_t fill, most; /* most: an alignment that would need more is none */
    struct expr expr;    /* TAIL_ORG, TAIL_SPACE, TAIL_CFA; the target of TAIL_BRANCH */
    struct insn insn;    /* TAIL_BRANCH */
    struct place place;
};

/* Something that the linker, or the end of the assembly, fills in. */
struct fixup {
    struct frag *frag;
    uint64_t offset; /* in the frag */
    uint16_t type;   /* R_RISCV_... */
    uint8_t size;
    bool relaxes;
    struct expr expr;
    struct place place;
};

/* What the linker is told. */
struct reloc {
    uint64_t offset; /* in the section */
    uint32_t type;
    struct symbol *symbol; /* NULL: none */
    int64_t addend;
    uint32_t order; /* in which it came, for those at one offset */
};

/* A mapping symbol: from here on there is code, or data (ELF psABI). */
struct mark {
    const struct frag *frag;
    uint64_t offset;
    const char *name;
    bool is_gone;
};

/* Sections that a linker takes or leaves together; of the comdat groups of one name it takes one.
 */
struct group {
    const char *name; /* of its signature, too */
    bool is_comdat;
    struct group *next;
    uint32_t index, *written; /* object.c */
};

struct section {
    const char *name;
    uint32_t type, index;
    struct group *group;   /* NULL: none */
    struct symbol *beside; /* SHF_LINK_ORDER: it goes where this symbol's section goes */
    uint64_t flags, entry_size;
    struct section *next;
    uint8_t align;
    uint8_t *bytes;
    size_t count, room;
    struct frag *first, *last;
    struct fixup *fixups;
    size_t fixup_count, fixup_room;
    struct mark *marks;
    size_t mark_count, mark_room;
    char map_state;       /* 'x', 'd' or 0 */
    const char *map_arch; /* of the last $x that named it */
    uint64_t size;        /* once laid out */
    uint64_t address;     /* in an image */
    struct symbol *symbol;
    bool is_used;
    struct line_rows *rows; /* lines.c */
    struct reloc *relocs;   /* object.c */
    size_t reloc_count, reloc_room;
    uint32_t relocs_index;
    void *written; /* these, as the object has them */
};

/* What .option changes, and push and pop keep. */
struct as_mode {
    isa_t isa;
    uint32_t extensions; /* mode.c's set */
    bool rvc, relax, pic;
    const char *arch; /* the string of the attributes */
};
struct arch_text {
    struct arch_text *next;
    const char *text;
};

struct source; /* a file or a macro's text that is being read (source.c) */
struct macro;  /* macro.c */
struct cfi;    /* cfi.c */
struct lines;  /* lines.c */

struct as_definition {
    struct text name;
    uint64_t number;
};
struct as_options {
    const char *const *include;
    unsigned includes;
    const struct as_definition *define;
    unsigned definitions;
    const char *march;
    bool relax, debugs, is_quiet, pic;
    bool wants_listing;
    const char *mabi; /* NULL: by --march */
};

struct as {
    struct arena arena;
    struct as_options options;

    /* sections and symbols */
    struct section *sections, *last_section, *section, *previous;
    struct {
        struct section *section, *previous;
    } pushed[32];
    unsigned pushes;
    uint32_t section_count;
    struct table section_names, symbol_names, group_names;
    struct group *groups, *last_group;
    struct symbol *symbols, *last_symbol;
    uint32_t locals[128];     /* how often each numeric label was defined */
    struct table many_locals; /* those above 127 */
    struct section absolute;  /* of symbols that are numbers */
    uint32_t renumber;

    /* the line that is being read */
    const char *at, *line, *line_end;
    struct source *source;
    const char **files;
    size_t file_count, file_room;
    struct place place; /* of the line, for messages */
    struct table macros;
    unsigned macro_count, depth, expansions;
    struct {
        bool is_true, was_true, has_else, outer;
        struct place place;
    } ifs[64];
    unsigned if_depth;

    struct as_mode mode, modes[32];
    unsigned mode_depth;
    struct arch_text *arch_texts;
    bool has_rvc;
    uint32_t float_abi; /* bits of e_flags */
    struct {
        unsigned tag;
        uint64_t value;
        const char *text;
    } attributes[32];
    unsigned attribute_count;
    bool is_priv_used;

    struct cfi *cfi;
    struct lines *lines;
    struct listing *listing;

    unsigned errors, warnings;
    bool line_has_error;
    FILE *messages;

    /* While one form after the other is tried, a complaint is kept, not made: of all, the one
     * furthest in the line, where most was understood. */
    bool is_trial;
    const char *trial_at;
    char trial_text[200];
};

/* diagnostic.c: `FILE:LINE:COLUMN: what`, the line, and a caret. The first complaint of a line is
 * the one that helps, so others about it are dropped. */
__attribute__((format(printf, 3, 4))) void as_error(struct as *as, const char *at,
                                                    const char *format, ...);
__attribute__((format(printf, 3, 4))) void as_warning(struct as *as, const char *at,
                                                      const char *format, ...);
/* The same, with the suggestion, if there is one. */
__attribute__((format(printf, 4, 5))) void
as_error_near(struct as *as, const char *at, const struct near *near, const char *format, ...);
__attribute__((format(printf, 3, 4))) void as_error_at(struct as *as, struct place place,
                                                       const char *format, ...);

/* source.c: lines of files, and of what macros expand to. */
bool source_open(struct as *as, const char *path, const char *said_at);
void source_text(struct as *as, struct text text, struct place place, struct macro *macro);
bool source_line(struct as *as); /* the next line into `at` to `line_end`; false: there is none */
void source_close_all(struct as *as);
bool source_leave_macro(struct as *as); /* .exitm; false: there is no macro */
bool source_take_until(struct as *as, const char *const *opens, const char *close,
                       struct text *body); /* the lines up to the directive that closes */
bool source_find(struct as *as, struct text name, char *path, size_t size);
void source_set_place(struct as *as, const char *file, uint32_t line);
uint32_t source_file(struct as *as, const char *name);
bool source_in_macro(const struct as *as);

/* scan.c: pieces of the line. Each moves `at` over what it took. */
void scan_spaces(struct as *as);
bool scan_end(struct as *as); /* at the end of the statement, comments counted as such */
bool scan_char(struct as *as, char wanted);
bool scan_name(struct as *as, struct text *name);
bool scan_word(struct as *as, struct text *word);        /* anything up to a space or comma */
bool scan_string(struct as *as, struct text *bytes);     /* in quotes, escapes undone */
bool scan_symbol_name(struct as *as, struct text *name); /* a name, quoted or not */
bool is_name_start(char c);
bool is_name_char(char c);

/* expr.c */
bool expr_parse(struct as *as, struct expr *expr); /* says what is wrong where it is false */
bool expr_number(struct as *as, int64_t *number);  /* that is known now */
bool expr_number_soft(struct as *as, const struct expr *expr, int64_t *number); /* quietly */
bool expr_final(struct as *as, const struct expr *expr, struct place place, struct expr *value);
void expr_fold(struct expr *value); /* differences within a section, once all is laid out */
struct expr expr_of_number(int64_t number);
struct expr expr_of_symbol(struct symbol *symbol, int64_t number);
struct expr expr_here(struct as *as);

/* symbol.c */
struct symbol *symbol_get(struct as *as, struct text name);
struct symbol *symbol_new(struct as *as, const char *name);
bool symbol_define_here(struct as *as, struct symbol *symbol);
void symbol_label(struct as *as, struct text name, const char *at);
void symbol_number_label(struct as *as, uint64_t number);
struct symbol *symbol_number_ref(struct as *as, uint64_t number, bool is_forward);
struct symbol *symbol_here(struct as *as, const char *name);
void symbol_assign(struct as *as, struct symbol *symbol, const struct expr *expr, const char *at);
void symbol_settle_all(struct as *as); /* names that stand for expressions, after the layout */
bool symbol_is_defined(const struct symbol *symbol);
uint64_t symbol_address(const struct symbol *symbol);

/* section.c */
struct section *section_get(struct as *as, const char *name);
struct section *section_of_key(struct as *as, struct text key, const char *name);
void section_enter(struct as *as, struct section *section);
uint8_t *section_more(struct as *as, size_t size); /* room for bytes, zeroed; never NULL */
uint64_t section_here(struct as *as);              /* offset in the current frag */
struct frag *section_tail(struct as *as, enum tail_kind kind); /* ends the frag with a tail */
void section_cut(struct as *as);                               /* begins a new frag */
struct fixup *section_fixup(struct as *as, uint64_t offset, unsigned type, unsigned size,
                            const struct expr *expr);
void section_mark(struct as *as, char state, bool is_align);
bool section_is_code(const struct section *section);
bool section_check(struct as *as, const char *what); /* that there may be bytes here */

/* layout.c */
void layout_run(struct as *as);
void layout_again(struct as *as); /* of what is no code, after more was added */

/* insn_line.c, sequence.c */
void insn_line(struct as *as, struct text name);
void insn_emit(struct as *as, const struct insn *insn, rvc_set_t rows);
void insn_emit_fixed(struct as *as, const struct insn *insn, unsigned reloc,
                     const struct expr *expr);
void insn_emit_word(struct as *as, uint32_t word, unsigned size);
void insn_directive(struct as *as);
void insn_begin(struct as *as);

/* directive.c */
bool directive_line(struct as *as, struct text name); /* false: there is no such directive */
void directive_try_near(struct near *near);
bool directive_skips(struct as *as, struct text name); /* conditionals, in text that is left out */

/* fix.c: relocations and the bytes that are known now, once all is laid out. */
void fix_run(struct as *as);

/* object.c: the relocatable ELF file; the caller frees it. NULL: it has said why. */
uint8_t *object_write(struct as *as, size_t *size);

/* assemble.c */
bool as_init(struct as *as, const struct as_options *options); /* false: no such --march */
void as_file(struct as *as, const char *path);
void as_finish(struct as *as);
void as_free(struct as *as);
void as_statements(struct as *as);

#endif
