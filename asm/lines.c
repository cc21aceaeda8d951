/* Line numbers: .file and .loc of compilers, and with -g the assembly source itself. */
#include <elf.h>
#include <string.h>

#include "directive.h"

void lines_file(struct as *as, int argument)
{
    struct text name;
    int64_t number;
    (void)argument;
    scan_spaces(as);
    if (*as->at == '"') {
        if (!scan_string(as, &name))
            return;
        struct symbol *symbol = symbol_new(as, arena_text(&as->arena, name));
        symbol->is_file = true;
        symbol->section = &as->absolute;
        return;
    }
    if (!expr_number(as, &number))
        return;
    as->at = as->line_end;
}

void lines_loc(struct as *as, int argument)
{
    (void)argument;
    as->at = as->line_end;
}

void lines_finish(struct as *as)
{
    (void)as;
}

void lines_insn(struct as *as)
{
    (void)as;
}
