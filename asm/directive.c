/* The table of directives, and those that are about the assembly itself. */
#include "directive.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "cfi.h"

static directive_fn include, ident, error, ignore, end, print, insn;

static const struct directive {
    const char *name; /* sorted, without the dot */
    directive_fn *run;
    int argument;
    bool is_conditional; /* looked at in text that is left out */
} directives[] = {
    {"2byte", data_values, 2, false},
    {"4byte", data_values, 4, false},
    {"8byte", data_values, 8, false},
    {"align", data_align, 1, false},
    {"ascii", data_strings, 0, false},
    {"asciz", data_strings, 1, false},
    {"attribute", mode_attribute, 0, false},
    {"balign", data_align, 0, false},
    {"bss", sectioning_fixed, 2, false},
    {"byte", data_values, 1, false},
    {"cfi_adjust_cfa_offset", cfi_directive, CFI_ADJUST_CFA_OFFSET, false},
    {"cfi_def_cfa", cfi_directive, CFI_DEF_CFA, false},
    {"cfi_def_cfa_offset", cfi_directive, CFI_DEF_CFA_OFFSET, false},
    {"cfi_def_cfa_register", cfi_directive, CFI_DEF_CFA_REGISTER, false},
    {"cfi_endproc", cfi_directive, CFI_ENDPROC, false},
    {"cfi_escape", cfi_directive, CFI_ESCAPE, false},
    {"cfi_lsda", cfi_directive, CFI_LSDA, false},
    {"cfi_offset", cfi_directive, CFI_OFFSET, false},
    {"cfi_personality", cfi_directive, CFI_PERSONALITY, false},
    {"cfi_register", cfi_directive, CFI_REGISTER, false},
    {"cfi_rel_offset", cfi_directive, CFI_REL_OFFSET, false},
    {"cfi_remember_state", cfi_directive, CFI_REMEMBER_STATE, false},
    {"cfi_restore", cfi_directive, CFI_RESTORE, false},
    {"cfi_restore_state", cfi_directive, CFI_RESTORE_STATE, false},
    {"cfi_return_column", cfi_directive, CFI_RETURN_COLUMN, false},
    {"cfi_same_value", cfi_directive, CFI_SAME_VALUE, false},
    {"cfi_sections", cfi_directive, CFI_SECTIONS, false},
    {"cfi_signal_frame", cfi_directive, CFI_SIGNAL_FRAME, false},
    {"cfi_startproc", cfi_directive, CFI_STARTPROC, false},
    {"cfi_undefined", cfi_directive, CFI_UNDEFINED, false},
    {"comm", symboling_common, 0, false},
    {"data", sectioning_fixed, 1, false},
    {"double", data_floats, 8, false},
    {"dtpreldword", data_dtprel, 8, false},
    {"dtprelword", data_dtprel, 4, false},
    {"dword", data_values, 8, false},
    {"else", conditional_else, 0, true},
    {"elseif", conditional_elseif, 0, true},
    {"end", end, 0, false},
    {"endif", conditional_endif, 0, true},
    {"equ", symboling_set, 0, false},
    {"equiv", symboling_set, 1, false},
    {"err", error, 0, false},
    {"error", error, 1, false},
    {"exitm", macro_exit, 0, false},
    {"file", lines_file, 0, false},
    {"fill", data_fill, 0, false},
    {"float", data_floats, 4, false},
    {"global", symboling_bind, STB_GLOBAL, false},
    {"globl", symboling_bind, STB_GLOBAL, false},
    {"half", data_values, 2, false},
    {"hidden", symboling_visibility, STV_HIDDEN, false},
    {"hword", data_values, 2, false},
    {"ident", ident, 0, false},
    {"if", conditional_if, 0, true},
    {"ifb", conditional_blank, 1, true},
    {"ifc", conditional_same, 1, true},
    {"ifdef", conditional_defined, 1, true},
    {"ifeq", conditional_if, 1, true},
    {"ifeqs", conditional_same, 3, true},
    {"ifge", conditional_if, 5, true},
    {"ifgt", conditional_if, 4, true},
    {"ifle", conditional_if, 3, true},
    {"iflt", conditional_if, 2, true},
    {"ifnb", conditional_blank, 0, true},
    {"ifnc", conditional_same, 0, true},
    {"ifndef", conditional_defined, 0, true},
    {"ifne", conditional_if, 0, true},
    {"ifnes", conditional_same, 2, true},
    {"ifnotdef", conditional_defined, 0, true},
    {"incbin", data_incbin, 0, false},
    {"include", include, 0, false},
    {"insn", insn, 0, false},
    {"int", data_values, 4, false},
    {"internal", symboling_visibility, STV_INTERNAL, false},
    {"irp", macro_irp, 0, false},
    {"irpc", macro_irp, 1, false},
    {"lcomm", symboling_common, 1, false},
    {"loc", lines_loc, 0, false},
    {"local", symboling_bind, STB_LOCAL, false},
    {"long", data_values, 4, false},
    {"macro", macro_define, 0, false},
    {"octa", data_values, 16, false},
    {"option", mode_option, 0, false},
    {"org", data_org, 0, false},
    {"p2align", data_align, 1, false},
    {"popsection", sectioning_pop, 0, false},
    {"previous", sectioning_previous, 0, false},
    {"print", print, 0, false},
    {"protected", symboling_visibility, STV_PROTECTED, false},
    {"purgem", macro_purge, 0, false},
    {"pushsection", sectioning_named, 1, false},
    {"quad", data_values, 8, false},
    {"rept", macro_repeat, 0, false},
    {"rodata", sectioning_fixed, 3, false},
    {"section", sectioning_named, 0, false},
    {"set", symboling_set, 0, false},
    {"short", data_values, 2, false},
    {"single", data_floats, 4, false},
    {"size", symboling_size, 0, false},
    {"skip", data_space, 0, false},
    {"sleb128", data_leb128, 1, false},
    {"space", data_space, 0, false},
    {"string", data_strings, 1, false},
    {"text", sectioning_fixed, 0, false},
    {"title", ignore, 0, false},
    {"type", symboling_type, 0, false},
    {"uleb128", data_leb128, 0, false},
    {"variant_cc", symboling_variant, 0, false},
    {"warning", error, 2, false},
    {"weak", symboling_bind, STB_WEAK, false},
    {"word", data_values, 4, false},
    {"zero", data_space, 0, false},
};
enum { DIRECTIVES = sizeof directives / sizeof *directives };

bool directive_more(struct as *as)
{
    return scan_char(as, ',');
}

static int compare(const void *key, const void *row)
{
    const struct text *name = key;
    const char *other = ((const struct directive *)row)->name;
    int order = strncmp(name->at, other, name->size);
    return order ? order : other[name->size] ? -1 : 0;
}

static const struct directive *find(struct text name)
{
    struct text bare = {name.at + 1, name.size - 1};
    return bsearch(&bare, directives, DIRECTIVES, sizeof *directives, compare);
}

bool directive_line(struct as *as, struct text name)
{
    const struct directive *directive = find(name);
    if (!directive)
        return false;
    unsigned depth = as->depth;
    directive->run(as, directive->argument);
    if (as->line_has_error)
        as->at = as->line_end;
    else if (depth == as->depth && !scan_end(as))
        as_error(as, as->at, "there is more here than %.*s takes", (int)name.size, name.at);
    return true;
}

void directive_try_near(struct near *near)
{
    char name[32];
    for (unsigned i = 0; i < DIRECTIVES; i++) {
        snprintf(name, sizeof name, ".%s", directives[i].name);
        near_try(near, name);
    }
}

bool directive_skips(struct as *as, struct text name)
{
    const struct directive *directive = name.size > 1 && name.at[0] == '.' ? find(name) : NULL;
    if (directive && directive->is_conditional)
        directive->run(as, directive->argument);
    else
        as->at = as->line_end;
    return true;
}

static void include(struct as *as, int argument)
{
    char path[4096];
    struct text name;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (*at != '"' || !scan_string(as, &name)) {
        as_error(as, at, "the name of a file in double quotes is needed here");
        return;
    }
    source_find(as, name, path, sizeof path);
    source_open(as, path, at);
}

/* .ident TEXT goes to .comment, which begins with a zero byte. */
static void ident(struct as *as, int argument)
{
    struct text text;
    (void)argument;
    if (!scan_string(as, &text)) {
        as_error(as, as->at, "a string in double quotes is needed here");
        return;
    }
    struct section *before = as->section, *comment = section_get(as, ".comment");
    as->section = comment;
    comment->is_used = true;
    if (comment->type == SHT_NULL) {
        comment->type = SHT_PROGBITS;
        comment->flags = SHF_MERGE | SHF_STRINGS;
        comment->entry_size = 1;
        section_more(as, 1);
    }
    memcpy(section_more(as, text.size + 1), text.at, text.size);
    as->section = before;
}

/* .err, .error TEXT, .warning TEXT */
static void error(struct as *as, int kind)
{
    struct text text = {".err", 4};
    scan_spaces(as);
    const char *at = as->at;
    if (kind && *at == '"')
        scan_string(as, &text);
    else if (kind)
        text = (struct text){".error", 6};
    if (kind == 2)
        as_warning(as, as->line, "%.*s", (int)text.size, text.at);
    else
        as_error(as, as->line, "%.*s", (int)text.size, text.at);
}

static void print(struct as *as, int argument)
{
    struct text text;
    (void)argument;
    if (scan_string(as, &text))
        fprintf(as->messages, "%.*s\n", (int)text.size, text.at);
}

static void ignore(struct as *as, int argument)
{
    (void)argument;
    as->at = as->line_end;
}

static void end(struct as *as, int argument)
{
    (void)argument;
    source_close_all(as);
}

static void insn(struct as *as, int argument)
{
    (void)argument;
    insn_directive(as);
}
