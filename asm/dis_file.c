/* The listing of an ELF file: symbols sorted by address, then each section in turn. */
#include "dis_file.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct label {
    uint64_t address;
    const char *name;
    size_t section;
    int rank;
};

struct extent {
    uint64_t start, size;
    size_t section;
};
struct program {
    struct label *labels;
    size_t count;
    size_t section;         /* the one that is being listed */
    struct extent *extents; /* of a linked program, where addresses tell sections */
    size_t extent_count;
};

static uint32_t read_bytes(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

/* One line: address, bits, text. Returns how many bytes it took. */
static size_t list_one(struct dis *dis, const uint8_t *at, size_t left, uint64_t pc, FILE *out)
{
    char text[160];
    uint32_t word = read_bytes(at, left < 4 ? left : 4);
    size_t length = insn_is_long(word) ? 4 : 2;
    if (left < length) {
        fprintf(out, "%8" PRIx64 ":\t%0*" PRIx32 "\t.%zubyte\t0x%" PRIx32 "\n", pc, (int)left * 2,
                word, left, word);
        return left;
    }
    dis_insn(dis, word, pc, text, sizeof text);
    fprintf(out, "%8" PRIx64 ":\t%0*" PRIx32 "%*s\t%s\n", pc, (int)length * 2,
            length == 2 ? word & 0xffff : word, length == 2 ? 16 : 12, "", text);
    return length;
}

void dis_flat(struct dis *dis, const uint8_t *bytes, size_t size, uint64_t pc, FILE *out)
{
    for (size_t at = 0; at < size;)
        at += list_one(dis, bytes + at, size - at, pc + at, out);
}

/* Of several labels at one address the one that a reader knows comes last, and is taken. */
static int compare_labels(const void *a, const void *b)
{
    const struct label *one = a, *other = b;
    if (one->section != other->section)
        return one->section < other->section ? -1 : 1;
    if (one->address != other->address)
        return one->address < other->address ? -1 : 1;
    if (one->rank != other->rank)
        return one->rank - other->rank;
    return strcmp(other->name, one->name);
}

/* Labels that mark what follows as code or as data (ELF psABI, "Mapping Symbol"). */
static bool is_mapping(const char *name)
{
    return name[0] == '$' && (name[1] == 'x' || name[1] == 'd');
}

static bool is_named(const GElf_Sym *symbol, const char *name)
{
    int type = GELF_ST_TYPE(symbol->st_info);
    return name && *name && strcmp(name, ".L0 ") != 0 && type != STT_SECTION && type != STT_FILE &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE;
}

static int rank_of(const GElf_Sym *symbol, const char *name)
{
    int bind = GELF_ST_BIND(symbol->st_info), type = GELF_ST_TYPE(symbol->st_info);
    return is_mapping(name) ? -1 : (bind != STB_LOCAL) * 2 + (type != STT_NOTYPE);
}

static void read_labels(Elf *elf, Elf_Scn *scn, const GElf_Shdr *header, struct program *program)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t room = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    program->labels = calloc(room + 1, sizeof *program->labels);
    for (size_t i = 0; program->labels && i < room; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol))
            break;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (is_named(&symbol, name))
            program->labels[program->count++] =
                (struct label){symbol.st_value, name, symbol.st_shndx, rank_of(&symbol, name)};
    }
    if (program->labels)
        qsort(program->labels, program->count, sizeof *program->labels, compare_labels);
}

/* How many labels of a section, and of those before it, stand at or before an address. */
static size_t labels_until(const struct program *program, size_t section, uint64_t address)
{
    size_t low = 0, high = program->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct label *label = &program->labels[middle];
        bool is_before =
            label->section != section ? label->section < section : label->address <= address;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low;
}

/* The section that an address is in: the one being listed, unless a program says otherwise. */
static size_t section_of(const struct program *program, uint64_t address)
{
    for (size_t i = 0; i < program->extent_count; i++)
        if (program->extents[i].section == program->section &&
            address - program->extents[i].start < program->extents[i].size)
            return program->section;
    for (size_t i = 0; i < program->extent_count; i++)
        if (address - program->extents[i].start <= program->extents[i].size)
            return program->extents[i].section;
    return program->section;
}

static const char *find_symbol(void *world, uint64_t address, uint64_t *offset)
{
    const struct program *program = world;
    size_t section = section_of(program, address);
    for (size_t i = labels_until(program, section, address); i-- > 0;) {
        const struct label *label = &program->labels[i];
        if (label->section != section)
            return NULL;
        if (is_mapping(label->name))
            continue;
        *offset = address - label->address;
        return label->name;
    }
    return NULL;
}

/* Bytes that a mapping symbol calls data, up to the next label or instruction. */
static size_t list_data(const uint8_t *at, size_t left, uint64_t pc, FILE *out)
{
    size_t count = left >= 4 && pc % 4 == 0 ? 4 : left >= 2 && pc % 2 == 0 ? 2 : 1;
    static const char *const names[] = {[1] = ".byte", [2] = ".half", [4] = ".word"};
    uint32_t word = read_bytes(at, count);
    fprintf(out, "%8" PRIx64 ":\t%0*" PRIx32 "%*s\t%s\t0x%0*" PRIx32 "\n", pc, (int)count * 2, word,
            20 - (int)count * 2, "", names[count], (int)count * 2, word);
    return count;
}

static void list_section(struct dis *dis, const struct program *program, const GElf_Shdr *header,
                         const uint8_t *bytes, FILE *out)
{
    bool is_data = !(header->sh_flags & SHF_EXECINSTR);
    size_t label = labels_until(program, program->section, header->sh_addr);
    while (program->labels && label > 0 && program->labels[label - 1].section == program->section)
        label--;
    for (size_t at = 0; at < header->sh_size;) {
        uint64_t pc = header->sh_addr + at, offset;
        for (; label < program->count && program->labels[label].section == program->section &&
               program->labels[label].address <= pc;
             label++)
            if (is_mapping(program->labels[label].name))
                is_data = program->labels[label].name[1] == 'd';
        const char *name = find_symbol((void *)program, pc, &offset);
        if (name && !offset)
            fprintf(out, "\n%016" PRIx64 " <%s>:\n", pc, name);
        size_t left = header->sh_size - at;
        at += is_data ? list_data(bytes + at, left, pc, out)
                      : list_one(dis, bytes + at, left, pc, out);
    }
}

/* Sections that are listed: the one that is named, or all that hold code. */
static bool is_wanted(const GElf_Shdr *header, const char *name, const char *section)
{
    if (header->sh_type != SHT_PROGBITS || !header->sh_size)
        return false;
    return section ? name && strcmp(name, section) == 0 : (header->sh_flags & SHF_EXECINSTR) != 0;
}

/* Where gp points, by the linker's symbol. */
static void find_gp(struct dis *dis, const struct program *program)
{
    for (size_t i = 0; i < program->count; i++)
        if (strcmp(program->labels[i].name, "__global_pointer$") == 0) {
            dis->gp = program->labels[i].address;
            dis->has_gp = true;
        }
}

static void read_extents(Elf *elf, struct program *program)
{
    GElf_Shdr header;
    size_t count;
    if (elf_getshdrnum(elf, &count) != 0)
        return;
    program->extents = calloc(count + 1, sizeof *program->extents);
    for (Elf_Scn *scn = NULL; program->extents && (scn = elf_nextscn(elf, scn));)
        if (gelf_getshdr(scn, &header) && header.sh_flags & SHF_ALLOC && header.sh_size)
            program->extents[program->extent_count++] =
                (struct extent){header.sh_addr, header.sh_size, elf_ndxscn(scn)};
}

static bool list_sections(struct dis *dis, Elf *elf, struct program *program, const char *section,
                          FILE *out)
{
    size_t names;
    bool found = !section;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
        GElf_Shdr header;
        if (!gelf_getshdr(scn, &header))
            continue;
        const char *name = elf_strptr(elf, names, header.sh_name);
        Elf_Data *data = is_wanted(&header, name, section) ? elf_rawdata(scn, NULL) : NULL;
        if (!data || !data->d_buf || data->d_size < header.sh_size)
            continue;
        found = true;
        program->section = elf_ndxscn(scn);
        dis->known = 0;
        fprintf(out, "\nDisassembly of section %s:\n", name ? name : "");
        list_section(dis, program, &header, data->d_buf, out);
    }
    return found;
}

static Elf_Scn *find_symbols(Elf *elf, GElf_Shdr *header)
{
    Elf_Scn *scn = NULL;
    while ((scn = elf_nextscn(elf, scn)))
        if (gelf_getshdr(scn, header) && header->sh_type == SHT_SYMTAB)
            return scn;
    return NULL;
}

bool dis_elf(struct dis *dis, uint8_t *bytes, size_t size, const char *section, FILE *out,
             const char **why)
{
    struct program program = {0};
    GElf_Ehdr header;
    GElf_Shdr symbols;
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)bytes, size);
    bool is_ours = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
                   header.e_machine == EM_RISCV && header.e_ident[EI_CLASS] == ELFCLASS64;
    bool done = false;
    *why = is_ours ? "no such section" : "not a 64-bit RISC-V ELF file";
    if (is_ours) {
        Elf_Scn *scn = find_symbols(elf, &symbols);
        if (scn)
            read_labels(elf, scn, &symbols, &program);
        if (header.e_type != ET_REL)
            read_extents(elf, &program);
        find_gp(dis, &program);
        dis->symbol = find_symbol;
        dis->world = &program;
        done = list_sections(dis, elf, &program, section, out);
    }
    free(program.labels);
    free(program.extents);
    elf_end(elf);
    return done;
}
