/* The relocatable ELF object, by libelf. */
#define _GNU_SOURCE /* memfd_create */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "as.h"

/* A string table that grows. */
struct strings {
    char *text;
    size_t size, room;
};

struct object {
    struct as *as;
    Elf *elf;
    struct strings names, sections;
    Elf64_Sym *symbols;
    size_t symbol_count, symbol_room, local_count;
    uint32_t symtab;
};

static uint32_t add_string(struct strings *strings, const char *text)
{
    size_t length = strlen(text) + 1, at = strings->size;
    if (!at) {
        strings->text = array_grow(NULL, 16, &strings->room, 1);
        strings->text[0] = 0;
        strings->size = at = 1;
    }
    if (length == 1)
        return 0;
    strings->text = array_grow(strings->text, strings->size + length, &strings->room, 1);
    memcpy(strings->text + at, text, length);
    strings->size += length;
    return (uint32_t)at;
}

static void add_symbol(struct object *object, Elf64_Sym symbol)
{
    object->symbols = array_grow(object->symbols, object->symbol_count, &object->symbol_room,
                                 sizeof *object->symbols);
    object->symbols[object->symbol_count++] = symbol;
}

static bool is_global(const struct symbol *symbol)
{
    bool is_undefined = !symbol->section && !symbol->expr && !symbol->is_common && !symbol->signs;
    return symbol->bind != STB_LOCAL || symbol->is_common || is_undefined;
}

/* Labels of the compiler's own, and ours, are in the table only for relocations. */
static bool is_wanted(const struct symbol *symbol)
{
    bool is_undefined = !symbol->section && !symbol->expr && !symbol->is_common;
    bool is_internal = symbol->is_local || strncmp(symbol->name, ".L", 2) == 0;
    if (symbol->is_reloc_target || symbol->is_file)
        return true;
    if (is_undefined)
        return symbol->bind == STB_GLOBAL;
    return !is_internal || symbol->bind != STB_LOCAL;
}

static uint16_t section_of(const struct object *object, const struct symbol *symbol)
{
    if (symbol->signs)
        return (uint16_t)symbol->signs->index;
    if (symbol->is_file || symbol->section == &object->as->absolute)
        return SHN_ABS;
    if (symbol->is_common)
        return SHN_COMMON;
    return symbol->section ? (uint16_t)symbol->section->index : SHN_UNDEF;
}

static uint64_t size_of(struct object *object, const struct symbol *symbol)
{
    struct expr value;
    if (symbol->is_common)
        return symbol->common_size;
    if (!symbol->size || !expr_final(object->as, symbol->size, symbol->place, &value))
        return 0;
    if (value.kind == EXPR_DIFFERENCE && value.add->section &&
        value.add->section == value.sub->section)
        value = expr_of_number(value.number +
                               (int64_t)(symbol_address(value.add) - symbol_address(value.sub)));
    if (value.kind != EXPR_NUMBER)
        as_error_at(object->as, symbol->place, "the size of %s is no number", symbol->name);
    return (uint64_t)value.number;
}

static void write_symbol(struct object *object, struct symbol *symbol)
{
    uint8_t bind = symbol->bind;
    if (is_global(symbol) && bind == STB_LOCAL)
        bind = STB_GLOBAL;
    uint8_t type = symbol->is_file ? STT_FILE : symbol->type;
    if (!type && symbol->section && symbol->section->flags & SHF_TLS)
        type = STT_TLS;
    symbol->index = (uint32_t)object->symbol_count;
    add_symbol(object,
               (Elf64_Sym){
                   .st_name = add_string(&object->names, symbol->name),
                   .st_info = GELF_ST_INFO(bind, type),
                   .st_other = (unsigned char)(symbol->visibility |
                                               (symbol->is_variant ? STO_RISCV_VARIANT_CC : 0)),
                   .st_shndx = section_of(object, symbol),
                   .st_value = symbol->is_common ? symbol->common_align
                               : symbol->section ? symbol_address(symbol)
                                                 : 0,
                   .st_size = size_of(object, symbol),
               });
}

static void write_marks(struct object *object, const struct section *section)
{
    for (size_t i = 0; i < section->mark_count; i++) {
        const struct mark *mark = &section->marks[i];
        if (!mark->is_gone)
            add_symbol(object, (Elf64_Sym){
                                   .st_name = add_string(&object->names, mark->name),
                                   .st_info = GELF_ST_INFO(STB_LOCAL, STT_NOTYPE),
                                   .st_shndx = (Elf64_Section)section->index,
                                   .st_value = mark->frag->address + mark->offset,
                               });
    }
}

static void write_symbols(struct object *object)
{
    add_symbol(object, (Elf64_Sym){0});
    add_string(&object->names, "");
    for (struct section *section = object->as->sections; section; section = section->next)
        if (section->is_used)
            add_symbol(object, (Elf64_Sym){.st_info = GELF_ST_INFO(STB_LOCAL, STT_SECTION),
                                           .st_shndx = (Elf64_Section)section->index});
    for (struct group *group = object->as->groups; group; group = group->next)
        add_symbol(object, (Elf64_Sym){.st_info = GELF_ST_INFO(STB_LOCAL, STT_SECTION),
                                       .st_shndx = (Elf64_Section)group->index});
    for (struct symbol *symbol = object->as->symbols; symbol; symbol = symbol->next)
        if (is_wanted(symbol) && !is_global(symbol))
            write_symbol(object, symbol);
    for (struct section *section = object->as->sections; section; section = section->next)
        write_marks(object, section);
    object->local_count = object->symbol_count;
    for (struct symbol *symbol = object->as->symbols; symbol; symbol = symbol->next)
        if (is_wanted(symbol) && is_global(symbol) && (symbol->section || !symbol->expr))
            write_symbol(object, symbol);
}

static Elf_Scn *new_section(struct object *object, GElf_Shdr header, const char *name, void *bytes,
                            size_t size, Elf_Type type)
{
    Elf_Scn *scn = elf_newscn(object->elf);
    Elf_Data *data = scn ? elf_newdata(scn) : NULL;
    if (!data)
        return NULL;
    data->d_buf = bytes;
    data->d_size = size;
    data->d_type = type;
    data->d_align = header.sh_addralign ? header.sh_addralign : 1;
    data->d_version = EV_CURRENT;
    header.sh_name = add_string(&object->sections, name);
    header.sh_size = size;
    gelf_update_shdr(scn, &header);
    return scn;
}

/* A group's flags, and then which sections are in it (gABI, "Section Groups"). */
static bool write_group(struct object *object, struct group *group)
{
    struct text name = {group->name, strlen(group->name)};
    const struct symbol *symbol = table_find(&object->as->symbol_names, name);
    size_t count = 1;
    group->written = calloc(2 * (size_t)object->as->section_count + 1, sizeof *group->written);
    if (!group->written || !symbol)
        return false;
    group->written[0] = group->is_comdat ? GRP_COMDAT : 0;
    for (const struct section *section = object->as->sections; section; section = section->next) {
        if (section->group == group)
            group->written[count++] = section->index;
        if (section->group == group && section->reloc_count)
            group->written[count++] = section->relocs_index;
    }
    GElf_Shdr header = {.sh_type = SHT_GROUP,
                        .sh_link = object->symtab,
                        .sh_info = symbol->index,
                        .sh_entsize = sizeof *group->written,
                        .sh_addralign = sizeof *group->written};
    return new_section(object, header, ".group", group->written, count * sizeof *group->written,
                       ELF_T_WORD);
}

static bool write_section(struct object *object, struct section *section)
{
    if (section->beside && !section->beside->section)
        as_error_at(object->as, section->beside->place,
                    "%s, which section %s is to stand beside, is in no section",
                    section->beside->name, section->name);
    GElf_Shdr header = {.sh_type = section->type,
                        .sh_flags = section->flags,
                        .sh_link = section->beside ? section_of(object, section->beside) : 0,
                        .sh_entsize = section->entry_size,
                        .sh_addralign = (GElf_Xword)1 << section->align};
    void *bytes = section->type == SHT_NOBITS ? NULL : section->bytes;
    return new_section(object, header, section->name, bytes, section->size, ELF_T_BYTE);
}

/* The relocations of a section, behind it in the file. */
static bool write_relocs(struct object *object, struct section *section)
{
    char name[512];
    Elf64_Rela *relas = section->reloc_count ? calloc(section->reloc_count, sizeof *relas) : NULL;
    if (!section->reloc_count)
        return true;
    for (size_t i = 0; relas && i < section->reloc_count; i++) {
        const struct reloc *reloc = &section->relocs[i];
        relas[i].r_offset = reloc->offset;
        relas[i].r_info =
            GELF_R_INFO((uint64_t)(reloc->symbol ? reloc->symbol->index : 0), reloc->type);
        relas[i].r_addend = reloc->addend;
    }
    section->written = relas;
    snprintf(name, sizeof name, ".rela%s", section->name);
    GElf_Shdr header = {.sh_type = SHT_RELA,
                        .sh_flags = SHF_INFO_LINK | (section->group ? SHF_GROUP : 0),
                        .sh_link = object->symtab,
                        .sh_info = section->index,
                        .sh_entsize = sizeof *relas,
                        .sh_addralign = 8};
    return relas && new_section(object, header, name, relas, section->reloc_count * sizeof *relas,
                                ELF_T_RELA);
}

static bool write_tables(struct object *object)
{
    size_t index = object->symtab;
    GElf_Shdr symbols = {.sh_type = SHT_SYMTAB,
                         .sh_link = (GElf_Word)index + 1,
                         .sh_info = (GElf_Word)object->local_count,
                         .sh_entsize = sizeof(Elf64_Sym),
                         .sh_addralign = 8};
    GElf_Shdr strings = {.sh_type = SHT_STRTAB, .sh_addralign = 1};
    add_string(&object->sections, ".shstrtab");
    Elf_Scn *names = NULL;
    bool done = new_section(object, symbols, ".symtab", object->symbols,
                            object->symbol_count * sizeof(Elf64_Sym), ELF_T_SYM) &&
                new_section(object, strings, ".strtab", object->names.text, object->names.size,
                            ELF_T_BYTE) &&
                (names = new_section(object, strings, ".shstrtab", NULL, 0, ELF_T_BYTE));
    if (!done)
        return false;
    /* this one's own name is in it, so it is filled last */
    Elf_Data *data = elf_getdata(names, NULL);
    data->d_buf = object->sections.text;
    data->d_size = object->sections.size;
    GElf_Ehdr header;
    gelf_getehdr(object->elf, &header);
    header.e_shstrndx = (GElf_Half)elf_ndxscn(names);
    return gelf_update_ehdr(object->elf, &header);
}

static bool write_header(struct object *object)
{
    enum { RVC = 1 };
    GElf_Ehdr header = {0};
    if (!gelf_newehdr(object->elf, ELFCLASS64) || !gelf_getehdr(object->elf, &header))
        return false;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_REL;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_flags = (object->as->has_rvc ? RVC : 0) | object->as->float_abi;
    return gelf_update_ehdr(object->elf, &header);
}

/* Sections have their numbers before anything refers to them; groups stand before their members. */
static void number_sections(struct object *object)
{
    uint32_t index = 0;
    for (struct group *group = object->as->groups; group; group = group->next)
        group->index = ++index;
    for (struct section *section = object->as->sections; section; section = section->next)
        section->index = ++index;
    for (struct section *section = object->as->sections; section; section = section->next)
        if (section->reloc_count)
            section->relocs_index = ++index;
    object->symtab = index + 1;
}

/* A group's signature is the symbol of its name; where there is none, one is made that stands for
 * the group. */
static void sign_groups(struct as *as)
{
    for (const struct group *group = as->groups; group; group = group->next) {
        struct symbol *symbol = symbol_get(as, (struct text){group->name, strlen(group->name)});
        if (!symbol_is_defined(symbol) && symbol->bind == STB_LOCAL && !symbol->is_reloc_target)
            symbol->signs = group;
        symbol->is_reloc_target = true; /* so it is in the table */
    }
}

static bool write_all(struct object *object)
{
    sign_groups(object->as);
    number_sections(object);
    write_symbols(object);
    if (object->as->errors || !write_header(object))
        return false;
    for (struct group *group = object->as->groups; group; group = group->next)
        if (!write_group(object, group))
            return false;
    for (struct section *section = object->as->sections; section; section = section->next)
        if (!write_section(object, section))
            return false;
    for (struct section *section = object->as->sections; section; section = section->next)
        if (!write_relocs(object, section))
            return false;
    return !object->as->errors && write_tables(object) && elf_update(object->elf, ELF_C_WRITE) >= 0;
}

/* What was written to a file that has no name. */
static uint8_t *read_back(int fd, size_t *size)
{
    off_t end = lseek(fd, 0, SEEK_END);
    uint8_t *bytes = end > 0 ? malloc((size_t)end) : NULL;
    if (!bytes || pread(fd, bytes, (size_t)end, 0) != end) {
        free(bytes);
        return NULL;
    }
    *size = (size_t)end;
    return bytes;
}

uint8_t *object_write(struct as *as, size_t *size)
{
    struct object object = {.as = as};
    uint8_t *bytes = NULL;
    int fd = memfd_create("object", MFD_CLOEXEC);
    elf_version(EV_CURRENT);
    object.elf = fd >= 0 ? elf_begin(fd, ELF_C_WRITE, NULL) : NULL;
    if (object.elf && write_all(&object))
        bytes = read_back(fd, size);
    if (!bytes && !as->errors) {
        fprintf(as->messages, "trapeze as: the object: %s\n", elf_errmsg(-1));
        as->errors++;
    }
    elf_end(object.elf);
    if (fd >= 0)
        close(fd);
    for (struct section *section = as->sections; section; section = section->next)
        free(section->written);
    for (struct group *group = as->groups; group; group = group->next)
        free(group->written);
    free(object.symbols);
    free(object.names.text);
    free(object.sections.text);
    return bytes;
}
