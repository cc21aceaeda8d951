/* A small linker, for one file: every section that a program has in memory, one after the other,
 * and every relocation done. No call is shortened. */
#include "image_write.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "pieces.h"

struct image {
    struct as *as;
    uint64_t base, size; /* size: of what is in the file */
    uint64_t end;        /* of what is in memory */
    uint8_t *bytes;
};

/* Code first, then what is only read, then what is written, then what is zero. */
static int place_of(const struct section *section)
{
    if (!(section->flags & SHF_ALLOC))
        return -1;
    return section->type == SHT_NOBITS      ? 3
           : section->flags & SHF_WRITE     ? 2
           : section->flags & SHF_EXECINSTR ? 0
                                            : 1;
}

static void place_sections(struct image *image)
{
    uint64_t end = image->base;
    for (int place = 0; place < 4; place++)
        for (struct section *section = image->as->sections; section; section = section->next) {
            if (place_of(section) != place)
                continue;
            uint64_t mask = ((uint64_t)1 << section->align) - 1;
            end = (end + mask) & ~mask;
            section->address = end;
            end += section->size;
            if (place < 3)
                image->size = end - image->base;
        }
    image->end = end;
}

static bool is_missing(const struct symbol *symbol)
{
    return !symbol->section && symbol->bind != 2;
}

/* Says once that a symbol is nowhere, and which one is near to it. */
static void complain_of_missing(struct as *as, struct symbol *symbol)
{
    struct near near = near_begin((struct text){symbol->name, strlen(symbol->name)});
    if (symbol->is_told)
        return;
    symbol->is_told = true;
    for (const struct symbol *other = as->symbols; other; other = other->next)
        if (other->section && !other->is_local)
            near_try(&near, other->name);
    as_error_at(as, symbol->place, "%s is defined nowhere%s%s%s", symbol->name,
                near.name[0] ? "; did you mean " : "", near.name, near.name[0] ? "?" : "");
}

static uint64_t address_of(struct image *image, struct symbol *symbol)
{
    if (!symbol)
        return 0;
    if (is_missing(symbol))
        complain_of_missing(image->as, symbol);
    uint64_t address = symbol_address(symbol);
    return symbol->section ? address + symbol->section->address : address;
}

static uint64_t get(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Puts an immediate into the instruction at `at`. */
static void put_immediate(uint8_t *at, int64_t imm)
{
    struct insn insn = insn_decode((uint32_t)get(at, insn_is_long(*at) ? 4 : 2), ~(isa_t)0);
    insn.imm = imm;
    put(at,
        insn.length == 2 ? insn_encode_compressed(insn_find_compressed(insn.word), &insn)
                         : insn_encode(&insn),
        insn.length);
}

static int64_t upper(int64_t value)
{
    return (int64_t)(((uint64_t)value + 0x800) & ~(uint64_t)0xfff);
}

static int64_t lower(int64_t value)
{
    return sign_extend((uint32_t)value & 0xfff, 12);
}

/* The value of the upper part that a lower part belongs to, found by the label of its auipc. */
static bool find_upper(struct image *image, const struct section *section,
                       const struct symbol *label, int64_t *distance)
{
    uint64_t offset = symbol_address(label);
    for (size_t i = 0; i < section->reloc_count; i++) {
        const struct reloc *reloc = &section->relocs[i];
        if (reloc->offset != offset || reloc->type != R_RISCV_PCREL_HI20)
            continue;
        uint64_t target = address_of(image, reloc->symbol) + (uint64_t)reloc->addend;
        *distance = (int64_t)(target - (section->address + offset));
        return true;
    }
    as_error_at(image->as, label->place, "%s is no label of an auipc with %%pcrel_hi", label->name);
    return false;
}

static bool reaches(int64_t distance, int bits)
{
    return distance >= -((int64_t)1 << (bits - 1)) && distance < (int64_t)1 << (bits - 1);
}

/* A branch, in one of its four widths. */
static void put_branch(struct image *image, const struct reloc *reloc, uint8_t *at,
                       int64_t distance)
{
    int bits = reloc->type == R_RISCV_JAL        ? 21
               : reloc->type == R_RISCV_BRANCH   ? 13
               : reloc->type == R_RISCV_RVC_JUMP ? 12
                                                 : 9;
    if (reaches(distance, bits))
        put_immediate(at, distance);
    else
        as_error_at(image->as, reloc->symbol ? reloc->symbol->place : (struct place){0},
                    "a branch does not reach %s",
                    reloc->symbol ? reloc->symbol->name : "its target");
}

/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case a relocation */
static void relocate(struct image *image, const struct section *section, const struct reloc *reloc)
{
    uint8_t *at = section->bytes + reloc->offset;
    struct place place = reloc->symbol ? reloc->symbol->place : (struct place){0};
    uint64_t pc = section->address + reloc->offset;
    int64_t value = (int64_t)(address_of(image, reloc->symbol) + (uint64_t)reloc->addend);
    int64_t distance = (int64_t)((uint64_t)value - pc);
    if (reloc->symbol && is_missing(reloc->symbol))
        return;
    switch (reloc->type) {
    case R_RISCV_RELAX:
    case R_RISCV_ALIGN: /* images are laid out without relaxation */
        break;
    case R_RISCV_32:
    case R_RISCV_64:
        put(at, (uint64_t)value, reloc->type == R_RISCV_64 ? 8 : 4);
        break;
    case R_RISCV_ADD8:
    case R_RISCV_ADD16:
    case R_RISCV_ADD32:
    case R_RISCV_ADD64:
        put(at, get(at, 1U << (reloc->type - R_RISCV_ADD8)) + (uint64_t)value,
            1U << (reloc->type - R_RISCV_ADD8));
        break;
    case R_RISCV_SUB8:
    case R_RISCV_SUB16:
    case R_RISCV_SUB32:
    case R_RISCV_SUB64:
        put(at, get(at, 1U << (reloc->type - R_RISCV_SUB8)) - (uint64_t)value,
            1U << (reloc->type - R_RISCV_SUB8));
        break;
    case R_RISCV_JAL:
    case R_RISCV_BRANCH:
    case R_RISCV_RVC_JUMP:
    case R_RISCV_RVC_BRANCH:
        put_branch(image, reloc, at, distance);
        break;
    case R_RISCV_CALL_PLT:
        put_immediate(at, upper(distance));
        put_immediate(at + 4, lower(distance));
        break;
    case R_RISCV_PCREL_HI20:
        put_immediate(at, upper(distance));
        break;
    case R_RISCV_PCREL_LO12_I:
    case R_RISCV_PCREL_LO12_S:
        if (reloc->symbol && find_upper(image, section, reloc->symbol, &distance))
            put_immediate(at, lower(distance));
        break;
    case R_RISCV_HI20:
        if (!reaches(upper(value), 33))
            as_error_at(image->as, place, "%%hi of an address that lui cannot load; use la");
        put_immediate(at, sign_extend((uint32_t)upper(value), 32));
        break;
    case R_RISCV_LO12_I:
    case R_RISCV_LO12_S:
        put_immediate(at, lower(value));
        break;
    default:
        as_error_at(image->as, place, "relocation %u needs a linker", reloc->type);
    }
}

/* What debuggers read goes with a program, after what runs. */
static bool is_debug(const struct section *section)
{
    return strncmp(section->name, ".debug", 6) == 0;
}

static void relocate_all(struct image *image)
{
    for (struct section *section = image->as->sections; section; section = section->next)
        for (size_t i = 0;
             i < section->reloc_count && (place_of(section) >= 0 || is_debug(section)); i++)
            relocate(image, section, &section->relocs[i]);
}

static uint64_t find_entry(struct image *image)
{
    for (const struct symbol *symbol = image->as->symbols; symbol; symbol = symbol->next)
        if (strcmp(symbol->name, "_start") == 0 && symbol->section)
            return symbol_address(symbol) + symbol->section->address;
    return image->base;
}

/* The symbols that people and debuggers look for. */
static size_t put_symbols(struct image *image, Elf64_Sym *symbols, char *names, size_t *names_size)
{
    size_t count = 1;
    *names_size = 1;
    for (const struct symbol *symbol = image->as->symbols; symbol; symbol = symbol->next) {
        bool is_wanted = symbol->section && !symbol->is_local && !symbol->is_file &&
                         strncmp(symbol->name, ".L", 2) != 0;
        if (!is_wanted)
            continue;
        if (symbols) {
            symbols[count] =
                (Elf64_Sym){.st_name = (Elf64_Word)*names_size,
                            .st_info = ELF64_ST_INFO(STB_GLOBAL, symbol->type),
                            .st_shndx = symbol->section == &image->as->absolute ? SHN_ABS : 1,
                            .st_value = symbol_address(symbol) + symbol->section->address};
            memcpy(names + *names_size, symbol->name, strlen(symbol->name) + 1);
        }
        *names_size += strlen(symbol->name) + 1;
        count++;
    }
    return count;
}

/* A file that grows. */
struct file {
    uint8_t *bytes;
    size_t size, room;
    Elf64_Shdr sections[64];
    unsigned count;
    char names[1024];
    size_t names_size;
};

/* Appends bytes, aligned to eight; gives where they are. */
static size_t append(struct file *file, const void *bytes, size_t size)
{
    size_t at = (file->size + 7) & ~(size_t)7;
    file->bytes = array_grow(file->bytes, at + size + 8, &file->room, 1);
    memset(file->bytes + file->size, 0, at - file->size);
    if (size)
        memcpy(file->bytes + at, bytes, size);
    file->size = at + size;
    return at;
}

static void append_section(struct file *file, const char *name, Elf64_Shdr header,
                           const void *bytes, size_t size)
{
    enum { MOST = sizeof file->sections / sizeof *file->sections };
    size_t length = strlen(name) + 1;
    if (file->count == MOST || file->names_size + length > sizeof file->names)
        return; /* nothing that runs */
    header.sh_name = (Elf64_Word)file->names_size;
    memcpy(file->names + file->names_size, name, length);
    file->names_size += length;
    header.sh_offset = append(file, bytes, size);
    header.sh_size = size;
    file->sections[file->count++] = header;
}

static void append_symbols(struct image *image, struct file *file)
{
    size_t names_size, count = put_symbols(image, NULL, NULL, &names_size);
    Elf64_Sym *symbols = calloc(count, sizeof *symbols);
    char *names = calloc(1, names_size);
    if (!symbols || !names)
        abort();
    put_symbols(image, symbols, names, &names_size);
    append_section(file, ".symtab",
                   (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                                .sh_link = file->count + 1,
                                .sh_info = 1,
                                .sh_entsize = sizeof *symbols,
                                .sh_addralign = 8},
                   symbols, count * sizeof *symbols);
    append_section(file, ".strtab", (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_addralign = 1}, names,
                   names_size);
    free(symbols);
    free(names);
}

static void append_debug(struct image *image, struct file *file)
{
    for (const struct section *section = image->as->sections; section; section = section->next)
        if (is_debug(section) && section->size)
            append_section(file, section->name,
                           (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                                        .sh_flags = section->flags,
                                        .sh_entsize = section->entry_size,
                                        .sh_addralign = 1},
                           section->bytes, section->size);
}

/* Header, one segment with its bytes, what debuggers read, symbols, and where all of these are. */
static uint8_t *write_program(struct image *image, size_t *size)
{
    enum { START = 0x1000 };
    static const uint8_t room[START];
    struct file file = {.count = 1, .names_size = 1};
    Elf64_Phdr segment = {.p_type = PT_LOAD,
                          .p_flags = PF_R | PF_W | PF_X,
                          .p_offset = START,
                          .p_vaddr = image->base,
                          .p_paddr = image->base,
                          .p_filesz = image->size,
                          .p_memsz = image->end - image->base,
                          .p_align = START};
    append(&file, room, sizeof room);
    append_section(&file, ".image",
                   (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                                .sh_addr = image->base,
                                .sh_addralign = 1,
                                .sh_flags = SHF_ALLOC | SHF_EXECINSTR | SHF_WRITE},
                   image->bytes, image->size);
    append_debug(image, &file);
    append_symbols(image, &file);
    char names[sizeof file.names + sizeof ".shstrtab"]; /* this one's own name is among them */
    memcpy(names, file.names, file.names_size);
    memcpy(names + file.names_size, ".shstrtab", sizeof ".shstrtab");
    append_section(&file, ".shstrtab", (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_addralign = 1},
                   names, file.names_size + sizeof ".shstrtab");
    size_t headers_at = append(&file, file.sections, file.count * sizeof *file.sections);
    Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                         .e_type = ET_EXEC,
                         .e_machine = EM_RISCV,
                         .e_version = EV_CURRENT,
                         .e_entry = find_entry(image),
                         .e_phoff = sizeof header,
                         .e_shoff = headers_at,
                         .e_flags = image->as->has_rvc | image->as->float_abi,
                         .e_ehsize = sizeof header,
                         .e_phentsize = sizeof segment,
                         .e_phnum = 1,
                         .e_shentsize = sizeof *file.sections,
                         .e_shnum = (Elf64_Half)file.count,
                         .e_shstrndx = (Elf64_Half)(file.count - 1)};
    memcpy(file.bytes, &header, sizeof header);
    memcpy(file.bytes + sizeof header, &segment, sizeof segment);
    *size = file.size;
    return file.bytes;
}

static void gather(struct image *image)
{
    image->bytes = calloc(1, image->size + 1);
    if (!image->bytes)
        abort();
    for (struct section *section = image->as->sections; section; section = section->next)
        if (place_of(section) >= 0 && place_of(section) < 3 && section->size)
            memcpy(image->bytes + (section->address - image->base), section->bytes, section->size);
}

uint8_t *image_write(struct as *as, uint64_t base, bool is_flat, size_t *size)
{
    struct image image = {.as = as, .base = base};
    place_sections(&image);
    relocate_all(&image);
    if (as->errors)
        return NULL;
    gather(&image);
    uint8_t *bytes = image.bytes;
    *size = image.size;
    if (!is_flat) {
        bytes = write_program(&image, size);
        free(image.bytes);
    }
    return bytes;
}
