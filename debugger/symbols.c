/* Tables of symbols and lines, read once and searched by address. */
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends to an array that doubles. NULL: no memory, and nothing changed. */
static void *grow(void *array, size_t count, size_t item)
{
    if (count & (count - 1)) /* there is room up to the next power of two */
        return array;
    return realloc(array, (count ? 2 * count : 1) * item);
}

static int by_address(const void *a, const void *b)
{
    const struct symbol *left = a, *right = b;
    return left->address < right->address ? -1 : left->address > right->address;
}

static int by_line_address(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    if (left->address != right->address)
        return left->address < right->address ? -1 : 1;
    return (left->file != NULL) - (right->file != NULL); /* an end before a start */
}

static bool is_name(const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    bool is_of_a_kind = type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE;
    /* Names with a dollar are marks of the assembler ($x, $d). */
    return name && *name && *name != '$' && *name != '.' && is_of_a_kind &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS;
}

static void add_symbol(struct symbol_file *file, const GElf_Sym *symbol, const char *name)
{
    struct symbol *more = grow(file->symbol, file->symbols, sizeof *more);
    if (!more)
        return;
    file->symbol = more;
    file->symbol[file->symbols++] = (struct symbol){
        .address = symbol->st_value,
        .size = symbol->st_size,
        .name = name,
        .is_code = GELF_ST_TYPE(symbol->st_info) != STT_OBJECT,
    };
}

static void read_symbols(struct symbol_file *file)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || !header.sh_entsize)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        for (size_t i = 0; data && i < header.sh_size / header.sh_entsize; i++) {
            GElf_Sym symbol;
            if (!gelf_getsym(data, (int)i, &symbol))
                break;
            const char *name = elf_strptr(file->elf, header.sh_link, symbol.st_name);
            if (is_name(&symbol, name))
                add_symbol(file, &symbol, name);
        }
    }
    if (file->symbols)
        qsort(file->symbol, file->symbols, sizeof *file->symbol, by_address);
}

/* What the linker threw away still has lines, at addresses where something else may be. */
static bool is_code(const struct symbol_file *file, uint64_t address)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section));) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR &&
            address - header.sh_addr <= header.sh_size) /* an end lies just behind */
            return true;
    }
    return false;
}

static void add_line(struct symbol_file *file, Dwarf_Line *line)
{
    Dwarf_Addr address;
    int number;
    bool is_end = false;
    struct line *more = grow(file->line, file->lines, sizeof *more);
    if (!more)
        return;
    file->line = more;
    if (dwarf_lineaddr(line, &address) || dwarf_lineno(line, &number) ||
        dwarf_lineendsequence(line, &is_end) || !is_code(file, address))
        return;
    const char *name = is_end ? NULL : dwarf_linesrc(line, NULL, NULL);
    if (is_end || (name && number > 0))
        file->line[file->lines++] =
            (struct line){.address = address, .file = name, .number = number};
}

static void read_lines(struct symbol_file *file)
{
    size_t header;
    Dwarf_Off offset = 0, next;
    while (file->dwarf &&
           dwarf_nextcu(file->dwarf, offset, &next, &header, NULL, NULL, NULL) == 0) {
        Dwarf_Die die;
        Dwarf_Lines *lines;
        size_t count;
        if (dwarf_offdie(file->dwarf, offset + header, &die) &&
            dwarf_getsrclines(&die, &lines, &count) == 0)
            for (size_t i = 0; i < count; i++)
                add_line(file, dwarf_onesrcline(lines, i));
        offset = next;
    }
    if (file->lines)
        qsort(file->line, file->lines, sizeof *file->line, by_line_address);
}

static void free_file(struct symbol_file *file)
{
    dwarf_end(file->dwarf);
    elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    free(file->symbol);
    free(file->line);
    free(file->path);
    free(file);
}

static const char *open_file(struct symbol_file *file)
{
    GElf_Ehdr header;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        return strerror(errno);
    elf_version(EV_CURRENT);
    file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
    if (!file->elf || elf_kind(file->elf) != ELF_K_ELF || !gelf_getehdr(file->elf, &header))
        return "no ELF file";
    if (header.e_machine != EM_RISCV)
        return "not for RISC-V";
    file->dwarf = dwarf_begin_elf(file->elf, DWARF_C_READ, NULL);
    read_symbols(file);
    read_lines(file);
    return file->symbols || file->lines ? NULL : "it has no symbols";
}

bool symbols_add(struct symbols *symbols, const char *path, char *error, size_t error_size)
{
    struct symbol_file *file = calloc(1, sizeof *file);
    const char *why = "no memory";
    if (file) {
        file->fd = -1;
        file->path = strdup(path);
        why = file->path ? open_file(file) : why;
    }
    if (!why) {
        file->next = symbols->files;
        symbols->files = file;
        return true;
    }
    snprintf(error, error_size, "%s: %s", path, why);
    if (file)
        free_file(file);
    return false;
}

void symbols_free(struct symbols *symbols)
{
    while (symbols->files) {
        struct symbol_file *file = symbols->files;
        symbols->files = file->next;
        free_file(file);
    }
}

/* How many of `count` things, of `size` bytes each, that begin with their address and are sorted
 * by it, are at or below `address`. */
static size_t count_to(const void *things, size_t count, size_t size, uint64_t address)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t its;
        memcpy(&its, (const char *)things + middle * size, sizeof its);
        if (its <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A symbol without a size, of assembly, reaches to the next; but not far. */
static bool covers(const struct symbol *symbol, uint64_t address)
{
    enum { FAR = 4096 };
    uint64_t offset = address - symbol->address;
    return symbol->size ? offset < symbol->size : symbol->is_code && offset < FAR;
}

/* Of several at one address, the one that says its size. */
static const struct symbol *symbol_in(const struct symbol_file *file, uint64_t address)
{
    size_t end = count_to(file->symbol, file->symbols, sizeof *file->symbol, address);
    if (!end)
        return NULL;
    const struct symbol *best = &file->symbol[end - 1];
    for (size_t i = end; i-- > 0 && file->symbol[i].address == best->address;)
        if (file->symbol[i].size)
            best = &file->symbol[i];
    return covers(best, address) ? best : NULL;
}

const char *symbols_at(const struct symbols *symbols, uint64_t address, uint64_t *offset)
{
    for (const struct symbol_file *file = symbols->files; file; file = file->next) {
        const struct symbol *symbol = symbol_in(file, address);
        if (!symbol)
            continue;
        *offset = address - symbol->address;
        return symbol->name;
    }
    return NULL;
}

bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *value)
{
    for (const struct symbol_file *file = symbols->files; file; file = file->next)
        for (size_t i = 0; i < file->symbols; i++)
            if (strcmp(file->symbol[i].name, name) == 0) {
                *value = file->symbol[i].address;
                return true;
            }
    return false;
}

const char *symbols_complete(const struct symbols *symbols, const char *prefix, unsigned n)
{
    size_t length = strlen(prefix);
    for (const struct symbol_file *file = symbols->files; file; file = file->next)
        for (size_t i = 0; i < file->symbols; i++)
            if (strncmp(file->symbol[i].name, prefix, length) == 0 && n-- == 0)
                return file->symbol[i].name;
    return NULL;
}

static const struct line *line_in(const struct symbol_file *file, uint64_t address)
{
    size_t end = count_to(file->line, file->lines, sizeof *file->line, address);
    return end && file->line[end - 1].file ? &file->line[end - 1] : NULL;
}

const struct line *symbols_line(const struct symbols *symbols, uint64_t address)
{
    for (const struct symbol_file *file = symbols->files; file; file = file->next) {
        const struct line *line = line_in(file, address);
        if (line)
            return line;
    }
    return NULL;
}

/* True when `path` is `name`, or ends in it after a slash. */
static bool ends_in(const char *path, const char *name)
{
    size_t path_size = strlen(path), size = strlen(name);
    return path_size >= size && strcmp(path + path_size - size, name) == 0 &&
           (path_size == size || path[path_size - size - 1] == '/');
}

bool symbols_line_address(const struct symbols *symbols, const char *file, int number,
                          uint64_t *address)
{
    const struct line *best = NULL;
    for (const struct symbol_file *at = symbols->files; at && !best; at = at->next)
        for (size_t i = 0; i < at->lines; i++) {
            const struct line *line = &at->line[i];
            if (line->file && line->number >= number && ends_in(line->file, file) &&
                (!best || line->number < best->number ||
                 (line->number == best->number && line->address < best->address)))
                best = line;
        }
    if (best)
        *address = best->address;
    return best;
}
