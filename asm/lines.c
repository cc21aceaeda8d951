/* Line numbers (DWARF 5, chapter 6.2): .file and .loc of compilers, and with -g the assembly source
 * itself, so that a debugger shows it.
 *
 * The program of the line-number machine advances the address by differences that the linker fills
 * in, since it may shorten code. It is written after the layout of the code. */
#include "lines.h"

#include <assert.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILES = 1 << 16, IS_STMT = 1, BASIC_BLOCK = 2, PROLOGUE_END = 4, EPILOGUE_BEGIN = 8 };

struct line_file {
    const char *name;
    uint64_t folder;
};
struct line_entry {
    struct symbol *label;
    uint32_t file, line, column, discriminator;
    uint8_t flags;
};
/* Those of one section of code. */
struct line_rows {
    struct section *section;
    struct line_entry *entries;
    size_t count, room;
    struct line_rows *next; /* in the order in which the first ones came */
};
struct lines {
    struct line_file *files;
    size_t file_count, file_room;
    const char **folders;
    size_t folder_count, folder_room;
    struct line_rows *rows, *last_rows;
    struct line_entry now; /* of the last .loc */
    bool is_pending;       /* and no instruction came since */
};

static struct lines *get_lines(struct as *as)
{
    if (!as->lines) {
        as->lines = arena_alloc(&as->arena, sizeof *as->lines);
        as->lines->now.flags = IS_STMT;
    }
    return as->lines;
}

void lines_free(struct as *as)
{
    if (!as->lines)
        return;
    free(as->lines->files);
    free(as->lines->folders);
    for (struct line_rows *rows = as->lines->rows; rows; rows = rows->next)
        free(rows->entries);
}

/* The number of a folder; number 0 is where the compiler ran. */
static uint64_t add_folder(struct lines *lines, const char *name)
{
    for (size_t i = 0; i < lines->folder_count; i++)
        if (lines->folders[i] && strcmp(lines->folders[i], name) == 0)
            return i;
    if (!lines->folder_count)
        lines->folder_count = 1;
    size_t old = lines->folder_room;
    lines->folders = array_grow(lines->folders, lines->folder_count, &lines->folder_room,
                                sizeof *lines->folders);
    if (!old)
        lines->folders[0] = NULL;
    lines->folders[lines->folder_count] = name;
    return lines->folder_count++;
}

static void set_folder_0(struct lines *lines, const char *name)
{
    lines->folders = array_grow(lines->folders, lines->folder_count + 1, &lines->folder_room,
                                sizeof *lines->folders);
    lines->folders[0] = name;
    if (!lines->folder_count)
        lines->folder_count = 1;
}

static void set_file(struct as *as, uint64_t number, struct text path)
{
    struct lines *lines = get_lines(as);
    while (lines->file_count <= number) {
        lines->files =
            array_grow(lines->files, lines->file_count, &lines->file_room, sizeof *lines->files);
        lines->files[lines->file_count++] = (struct line_file){0};
    }
    char *name = arena_text(&as->arena, path), *slash = strrchr(name, '/');
    uint64_t folder = 0;
    if (slash) {
        struct text part = {name, slash > name ? (size_t)(slash - name) : 1};
        folder = add_folder(lines, arena_text(&as->arena, part));
        name = slash + 1;
    }
    lines->files[number] = (struct line_file){name, folder};
}

/* .file NAME, the name of the object's source; .file NUMBER [FOLDER] NAME [md5 SUM] */
void lines_file(struct as *as, int argument)
{
    struct text name, more;
    int64_t number;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (*at == '"') {
        if (!scan_string(as, &name))
            return;
        struct symbol *symbol = symbol_new(as, arena_text(&as->arena, name));
        symbol->is_file = true;
        symbol->section = &as->absolute;
        return;
    }
    if (!expr_number(as, &number))
        return;
    if (number < 0 || number > MOST_FILES) {
        as_error(as, at, "a file's number goes from 0 to %d", MOST_FILES);
        return;
    }
    if (!scan_string(as, &name)) {
        as_error(as, as->at, "the name of a file in double quotes is needed here");
        return;
    }
    scan_spaces(as);
    if (*as->at == '"' && scan_string(as, &more)) {
        if (!number) {
            set_folder_0(get_lines(as), arena_text(&as->arena, name));
            name = more;
        } else {
            char *path = arena_alloc(&as->arena, name.size + more.size + 2);
            int size = sprintf(path, "%.*s/%.*s", (int)name.size, name.at, (int)more.size, more.at);
            name = (struct text){path, (size_t)size};
        }
    }
    set_file(as, (uint64_t)number, name);
    as->at = as->line_end;
}

static struct line_rows *rows_of(struct as *as, struct section *section)
{
    struct lines *lines = as->lines;
    if (section->rows)
        return section->rows;
    section->rows = arena_alloc(&as->arena, sizeof *section->rows);
    section->rows->section = section;
    if (lines->last_rows)
        lines->last_rows->next = section->rows;
    else
        lines->rows = section->rows;
    return lines->last_rows = section->rows;
}

static void add_entry(struct as *as, const struct line_entry *entry)
{
    if (!section_is_code(as->section))
        return;
    struct line_rows *rows = rows_of(as, as->section);
    rows->entries = array_grow(rows->entries, rows->count, &rows->room, sizeof *rows->entries);
    rows->entries[rows->count] = *entry;
    rows->entries[rows->count++].label = symbol_here(as, ".L0 ");
}

/* Puts the line that .loc announced at this place. */
static void use_pending(struct as *as)
{
    struct lines *lines = as->lines;
    add_entry(as, &lines->now);
    lines->is_pending = false;
    lines->now.flags &= IS_STMT;
    lines->now.discriminator = 0;
}

/* The line of the source itself, with -g. */
static void use_source(struct as *as)
{
    struct line_entry entry = {
        .file = as->place.file + 1, .line = as->place.line, .flags = IS_STMT};
    const struct line_rows *rows = as->section->rows;
    const struct line_entry *last = rows ? &rows->entries[rows->count - 1] : NULL;
    get_lines(as);
    if (!last || last->line != entry.line || last->file != entry.file)
        add_entry(as, &entry);
}

void lines_insn(struct as *as)
{
    if (as->lines && as->lines->is_pending)
        use_pending(as);
    else if (as->options.debugs && (!as->lines || !as->lines->file_count))
        use_source(as);
}

/* One of the words after a .loc's numbers. */
static bool read_loc_word(struct as *as, struct lines *lines)
{
    struct text word;
    int64_t number = 0;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_name(as, &word)) {
        as_error(as, at, "this does not belong to .loc");
        return false;
    }
    if (text_is(word, "basic_block")) {
        lines->now.flags |= BASIC_BLOCK;
    } else if (text_is(word, "prologue_end")) {
        lines->now.flags |= PROLOGUE_END;
    } else if (text_is(word, "epilogue_begin")) {
        lines->now.flags |= EPILOGUE_BEGIN;
    } else if (text_is(word, "view")) {
        scan_word(as, &word); /* which address changes of a view do not change is not told */
    } else if (!expr_number(as, &number)) {
        return false;
    } else if (text_is(word, "is_stmt")) {
        lines->now.flags = (uint8_t)((lines->now.flags & ~IS_STMT) | (number ? IS_STMT : 0));
    } else if (text_is(word, "discriminator")) {
        lines->now.discriminator = (uint32_t)number;
    } else if (!text_is(word, "isa")) {
        as_error(as, at, "this does not belong to .loc");
        return false;
    }
    return true;
}

/* .loc FILE LINE [COLUMN] ... */
void lines_loc(struct as *as, int argument)
{
    struct lines *lines = get_lines(as);
    int64_t file, line, column = 0;
    (void)argument;
    if (lines->is_pending)
        use_pending(as);
    if (!expr_number(as, &file) || !expr_number(as, &line))
        return;
    scan_spaces(as);
    if (!scan_end(as) && !is_name_start(*as->at) && !expr_number(as, &column))
        return;
    bool is_known = file >= 0 && (size_t)file < lines->file_count && lines->files[file].name;
    if (!is_known || line < 0) {
        as_error(as, as->line, "no file has the number %lld, or no line %lld", (long long)file,
                 (long long)line);
        return;
    }
    lines->now.file = (uint32_t)file;
    lines->now.line = (uint32_t)line;
    lines->now.column = (uint32_t)column;
    while (!scan_end(as))
        if (!read_loc_word(as, lines))
            return;
    lines->is_pending = true;
}

void lines_put(struct as *as, uint64_t value, unsigned size)
{
    uint8_t *at = section_more(as, size);
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void lines_put_uleb(struct as *as, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        lines_put(as, (value & 0x7f) | 0x80, 1);
    lines_put(as, value, 1);
}

void lines_put_sleb(struct as *as, int64_t value)
{
    for (; value < -64 || value > 63; value >>= 7)
        lines_put(as, ((uint64_t)value & 0x7f) | 0x80, 1);
    lines_put(as, (uint64_t)value & 0x7f, 1);
}

void lines_put_address(struct as *as, struct symbol *symbol, int64_t more, unsigned size)
{
    struct expr expr = expr_of_symbol(symbol, more);
    section_fixup(as, section_here(as), size == 8 ? R_RISCV_64 : R_RISCV_32, size, &expr);
    section_more(as, size);
}

void lines_put_distance(struct as *as, struct symbol *to, struct symbol *from, unsigned size)
{
    struct expr expr = {.kind = EXPR_DIFFERENCE, .add = to, .sub = from};
    section_fixup(as, section_here(as), R_RISCV_32, size, &expr);
    section_more(as, size);
}

struct section *lines_section(struct as *as, const char *name, uint64_t flags)
{
    struct section *section = section_get(as, name);
    if (section->type == SHT_NULL) {
        section->type = SHT_PROGBITS;
        section->flags = flags;
        section->entry_size = flags & SHF_STRINGS ? 1 : 0;
    }
    section->is_used = true;
    as->section = section;
    return section;
}

/* A string in .debug_line_str, and where it is in the section that is being written. */
static void put_line_string(struct as *as, const char *text)
{
    struct section *before = as->section;
    lines_section(as, ".debug_line_str", SHF_MERGE | SHF_STRINGS);
    struct symbol *symbol = symbol_here(as, ".L0 ");
    assert(text && "files and folders have names");
    memcpy(section_more(as, strlen(text) + 1), text, strlen(text) + 1);
    as->section = before;
    lines_put_address(as, symbol, 0, 4);
}

/* DW_LNS and DW_LNE opcodes, DWARF 5 6.2.5 */
enum {
    OP_COPY = 1,
    OP_ADVANCE_LINE = 3,
    OP_SET_FILE = 4,
    OP_SET_COLUMN = 5,
    OP_NEGATE_STMT = 6,
    OP_BASIC_BLOCK = 7,
    OP_FIXED_ADVANCE_PC = 9,
    OP_PROLOGUE_END = 10,
    OP_EPILOGUE_BEGIN = 11,
    OPCODE_BASE = 13,
    EXT_END = 1,
    EXT_SET_ADDRESS = 2,
    EXT_DISCRIMINATOR = 4,
    LINE_BASE = -5,
    LINE_RANGE = 14,
    FARTHEST = 50000, /* what an operand of 16 bits is trusted with, relaxation considered */
};

static void put_set_address(struct as *as, struct symbol *label)
{
    lines_put(as, 0, 1);
    lines_put_uleb(as, 9);
    lines_put(as, EXT_SET_ADDRESS, 1);
    lines_put_address(as, label, 0, 8);
}

/* The first row of a section: its address, and the line by a special opcode where one says it. */
static void put_first(struct as *as, struct symbol *label, int64_t delta)
{
    put_set_address(as, label);
    if (delta - LINE_BASE >= 0 && delta - LINE_BASE < LINE_RANGE && delta) {
        lines_put(as, (uint64_t)(delta - LINE_BASE + OPCODE_BASE), 1);
        return;
    }
    if (delta) {
        lines_put(as, OP_ADVANCE_LINE, 1);
        lines_put_sleb(as, delta);
    }
    lines_put(as, OP_COPY, 1);
}

static void put_advance(struct as *as, struct symbol *to, struct symbol *from)
{
    if (symbol_address(to) - symbol_address(from) > FARTHEST) {
        put_set_address(as, to);
        return;
    }
    lines_put(as, OP_FIXED_ADVANCE_PC, 1);
    lines_put_distance(as, to, from, 2);
}

/* What changes from one row to the next besides line and address. */
static void put_registers(struct as *as, const struct line_entry *entry, struct line_entry *state)
{
    if (state->file != entry->file) {
        lines_put(as, OP_SET_FILE, 1);
        lines_put_uleb(as, entry->file);
    }
    if (state->column != entry->column) {
        lines_put(as, OP_SET_COLUMN, 1);
        lines_put_uleb(as, entry->column);
    }
    if (entry->discriminator) {
        unsigned size = 1;
        for (uint32_t rest = entry->discriminator; rest > 0x7f; rest >>= 7)
            size++;
        lines_put(as, 0, 1);
        lines_put_uleb(as, size + 1);
        lines_put(as, EXT_DISCRIMINATOR, 1);
        lines_put_uleb(as, entry->discriminator);
    }
    if ((state->flags ^ entry->flags) & IS_STMT)
        lines_put(as, OP_NEGATE_STMT, 1);
    if (entry->flags & BASIC_BLOCK)
        lines_put(as, OP_BASIC_BLOCK, 1);
    if (entry->flags & PROLOGUE_END)
        lines_put(as, OP_PROLOGUE_END, 1);
    if (entry->flags & EPILOGUE_BEGIN)
        lines_put(as, OP_EPILOGUE_BEGIN, 1);
}

struct symbol *lines_end(struct as *as, struct section *code)
{
    struct section *here = as->section;
    as->section = code;
    struct symbol *end = symbol_here(as, ".L0 ");
    as->section = here;
    for (struct frag *frag = code->first; frag; frag = frag->next)
        if (frag->is_end) { /* what only fills the section up is nobody's */
            end->frag = frag;
            end->value = frag->fixed;
        }
    return end;
}

static void put_rows(struct as *as, const struct line_rows *rows)
{
    struct line_entry state = {.file = 1, .line = 1, .flags = IS_STMT};
    for (size_t i = 0; i < rows->count; i++) {
        const struct line_entry *entry = &rows->entries[i];
        int64_t delta = (int64_t)entry->line - state.line;
        put_registers(as, entry, &state);
        if (!state.label) {
            put_first(as, entry->label, delta);
        } else {
            lines_put(as, OP_ADVANCE_LINE, 1);
            lines_put_sleb(as, delta);
            put_advance(as, entry->label, state.label);
            lines_put(as, OP_COPY, 1);
        }
        state = *entry;
    }
    put_advance(as, lines_end(as, rows->section), state.label);
    lines_put(as, 0, 1);
    lines_put(as, 1, 1);
    lines_put(as, EXT_END, 1);
}

static void put_tables(struct as *as)
{
    struct lines *lines = as->lines;
    static const uint8_t folder_format[] = {1, 1, 0x1f};        /* path, line_strp */
    static const uint8_t file_format[] = {2, 1, 0x1f, 2, 0x0f}; /* and the folder, udata */
    memcpy(section_more(as, sizeof folder_format), folder_format, sizeof folder_format);
    lines_put_uleb(as, lines->folder_count ? lines->folder_count : 1);
    char *here = lines->folder_count && lines->folders[0] ? NULL : getcwd(NULL, 0);
    put_line_string(as, here ? here : lines->folder_count ? lines->folders[0] : ".");
    free(here);
    for (size_t i = 1; i < lines->folder_count; i++)
        put_line_string(as, lines->folders[i]);
    memcpy(section_more(as, sizeof file_format), file_format, sizeof file_format);
    lines_put_uleb(as, lines->file_count);
    for (size_t i = 0; i < lines->file_count; i++) {
        const struct line_file *file = &lines->files[i];
        if (!file->name && lines->file_count > 1) /* number 0 is the main one, which is 1 */
            file = &lines->files[1];
        put_line_string(as, file->name ? file->name : "");
        lines_put_uleb(as, file->folder);
    }
}

static void put_header(struct as *as)
{
    static const uint8_t machine[] = {
        1, 1, 1, (uint8_t)LINE_BASE, LINE_RANGE, OPCODE_BASE, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};
    lines_put(as, 5, 2);
    lines_put(as, 8, 1);
    lines_put(as, 0, 1);
    size_t length_at = as->section->count;
    lines_put(as, 0, 4);
    size_t start = as->section->count;
    memcpy(section_more(as, sizeof machine), machine, sizeof machine);
    put_tables(as);
    lines_fill(as->section, length_at, as->section->count - start, 4);
}

void lines_fill(struct section *section, size_t at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        section->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* With -g and no .file, the sources that were read are the files. */
static void name_sources(struct as *as)
{
    if (as->lines->file_count)
        return;
    for (size_t i = 0; i < as->file_count; i++)
        set_file(as, i + 1, (struct text){as->files[i], strlen(as->files[i])});
    set_file(as, 0, (struct text){as->files[0], strlen(as->files[0])});
}

/* True when somebody's own .debug_info may refer to the table of files, code or not. */
static bool is_asked_for(struct as *as)
{
    const struct section *info = table_find(&as->section_names, (struct text){".debug_info", 11});
    return as->lines->file_count && info && info->count;
}

void lines_finish(struct as *as)
{
    struct lines *lines = as->lines;
    if (!lines || !(lines->rows || is_asked_for(as)))
        return;
    bool is_source = !lines->file_count;
    name_sources(as);
    struct section *section = lines_section(as, ".debug_line", 0);
    struct symbol *start = symbol_here(as, ".L0 ");
    size_t length_at = section->count;
    lines_put(as, 0, 4);
    put_header(as);
    for (const struct line_rows *rows = lines->rows; rows; rows = rows->next)
        put_rows(as, rows);
    lines_fill(section, length_at, section->count - length_at - 4, 4);
    if (is_source)
        unit_write(as, start);
}
