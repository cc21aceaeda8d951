/* The compilation unit of an assembly source (DWARF 5, 3.1.1): which code is its own, and where its
 * lines are. */
#include <string.h>
#include <unistd.h>
#include <stdlib.h>

#include "lines.h"

/* Tags, attributes and forms, DWARF 5 chapter 7. */
enum {
    TAG_COMPILE_UNIT = 0x11,
    AT_NAME = 0x03,
    AT_STMT_LIST = 0x10,
    AT_LOW_PC = 0x11,
    AT_LANGUAGE = 0x13,
    AT_COMP_DIR = 0x1b,
    AT_PRODUCER = 0x25,
    AT_RANGES = 0x55,
    FORM_ADDR = 0x01,
    FORM_DATA2 = 0x05,
    FORM_STRING = 0x08,
    FORM_SEC_OFFSET = 0x17,
    LANG_ASSEMBLER = 0x8001,
    UNIT_COMPILE = 1,
    RANGE_END = 0,
    RANGE_START_END = 6,
};

static void put_string(struct as *as, const char *text)
{
    memcpy(section_more(as, strlen(text) + 1), text, strlen(text) + 1);
}

static void put_abbreviations(struct as *as)
{
    static const uint8_t bytes[] = {1,
                                    TAG_COMPILE_UNIT,
                                    0,
                                    AT_STMT_LIST,
                                    FORM_SEC_OFFSET,
                                    AT_RANGES,
                                    FORM_SEC_OFFSET,
                                    AT_LOW_PC,
                                    FORM_ADDR,
                                    AT_NAME,
                                    FORM_STRING,
                                    AT_COMP_DIR,
                                    FORM_STRING,
                                    AT_PRODUCER,
                                    FORM_STRING,
                                    AT_LANGUAGE,
                                    FORM_DATA2,
                                    0,
                                    0,
                                    0};
    memcpy(section_more(as, sizeof bytes), bytes, sizeof bytes);
}

/* Every section of code, from its beginning to its end. */
static void put_ranges(struct as *as)
{
    for (struct section *code = as->sections; code; code = code->next) {
        if (!section_is_code(code) || !code->size)
            continue;
        struct section *here = as->section;
        as->section = code;
        struct symbol *start = symbol_here(as, ".L0 ");
        start->frag = code->first;
        start->value = 0;
        as->section = here;
        lines_put(as, RANGE_START_END, 1);
        lines_put_address(as, start, 0, 8);
        lines_put_address(as, lines_end(as, code), 0, 8);
    }
    lines_put(as, RANGE_END, 1);
}

/* A length, a version and a size of addresses begin most of these sections. */
static size_t begin(struct as *as, const char *name)
{
    lines_section(as, name, 0);
    size_t at = as->section->count;
    lines_put(as, 0, 4);
    lines_put(as, 5, 2);
    return at;
}

static void end(struct as *as, size_t at)
{
    lines_fill(as->section, at, as->section->count - at - 4, 4);
}

void unit_write(struct as *as, struct symbol *lines)
{
    lines_section(as, ".debug_abbrev", 0);
    struct symbol *abbreviations = symbol_here(as, ".L0 ");
    put_abbreviations(as);
    size_t at = begin(as, ".debug_rnglists");
    lines_put(as, 8, 1); /* bytes of an address */
    lines_put(as, 0, 5); /* no segments, no offsets */
    struct symbol *ranges = symbol_here(as, ".L0 ");
    put_ranges(as);
    end(as, at);
    at = begin(as, ".debug_info");
    lines_put(as, UNIT_COMPILE, 1);
    lines_put(as, 8, 1);
    lines_put_address(as, abbreviations, 0, 4);
    lines_put_uleb(as, 1);
    lines_put_address(as, lines, 0, 4);
    lines_put_address(as, ranges, 0, 4);
    lines_put(as, 0, 8);
    put_string(as, as->files[0]);
    char *here = getcwd(NULL, 0);
    put_string(as, here ? here : ".");
    free(here);
    put_string(as, "trapeze as");
    lines_put(as, LANG_ASSEMBLER, 2);
    end(as, at);
}
