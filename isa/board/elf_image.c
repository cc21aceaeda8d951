/* ELF by libelf, from a copy of the file in memory. libelf finds the headers; what they say is
 * believed only after the checks here. */
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "image.h"

bool image_is_elf(const struct image *image)
{
    return image->file.size >= SELFMAG && memcmp(image->file.bytes, ELFMAG, SELFMAG) == 0;
}

static bool add_program_header(struct image *image, const GElf_Phdr *header, uint64_t ram_size,
                               const struct complaint *to)
{
    if (header->p_type != PT_LOAD || header->p_memsz == 0)
        return true;
    if (header->p_filesz > header->p_memsz)
        return complain(to, "the segment at %#llx is larger in the file than in memory",
                        (unsigned long long)header->p_paddr);
    if (header->p_offset > image->file.size ||
        header->p_filesz > image->file.size - header->p_offset)
        return complain(to, "the file is truncated: the segment at %#llx ends beyond it",
                        (unsigned long long)header->p_paddr);
    struct segment segment = {
        .pa = header->p_paddr,
        .va = header->p_vaddr,
        .size = header->p_memsz,
        .bytes = image->file.bytes + header->p_offset,
        .file_size = header->p_filesz,
    };
    return image_add_segment(image, segment, ram_size, to);
}

static bool read_program_headers(struct image *image, uint64_t ram_size, const struct complaint *to)
{
    size_t count;
    if (elf_getphdrnum(image->elf, &count) < 0)
        return complain(to, "no ELF file: %s", elf_errmsg(-1));
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(image->elf, (int)i, &header))
            return complain(to, "the program headers are truncated");
        if (!add_program_header(image, &header, ram_size, to))
            return false;
    }
    return image->segments || complain(to, "nothing in it is to be loaded");
}

/* The entry is a virtual address; before translation is on, the hart starts at its physical one. */
static bool find_entry(struct image *image, uint64_t va, const struct complaint *to)
{
    return image_to_physical(image, va, 0, &image->entry) ||
           complain(to, "the entry %#llx is in no segment", (unsigned long long)va);
}

static bool check_header(const struct image *image, GElf_Ehdr *header, const struct complaint *to)
{
    if (image->file.size < EI_NIDENT || image->file.bytes[EI_CLASS] != ELFCLASS64)
        return complain(to, "not a 64-bit ELF file");
    if (image->file.bytes[EI_DATA] != ELFDATA2LSB)
        return complain(to, "not a little-endian ELF file");
    if (!image->elf || elf_kind(image->elf) != ELF_K_ELF || !gelf_getehdr(image->elf, header))
        return complain(to, "the ELF header is broken or truncated");
    if (header->e_machine != EM_RISCV)
        return complain(to, "not for RISC-V");
    return header->e_type == ET_EXEC || header->e_type == ET_DYN ||
           complain(to, "not an executable ELF file");
}

bool image_read_elf(struct image *image, uint64_t ram_size, const struct complaint *to)
{
    GElf_Ehdr header = {0};
    elf_version(EV_CURRENT);
    image->elf = elf_memory((char *)image->file.bytes, image->file.size);
    return check_header(image, &header, to) && read_program_headers(image, ram_size, to) &&
           find_entry(image, header.e_entry, to);
}

void image_end_elf(struct image *image)
{
    elf_end(image->elf);
    image->elf = NULL;
}

static bool find_in_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *name,
                          uint64_t *value)
{
    Elf_Data *data = elf_getdata(section, NULL);
    if (!data || header->sh_entsize == 0)
        return false;
    for (size_t i = 0; i < header->sh_size / header->sh_entsize; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol))
            return false;
        const char *text = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (text && symbol.st_shndx != SHN_UNDEF && strcmp(text, name) == 0) {
            *value = symbol.st_value;
            return true;
        }
    }
    return false;
}

bool image_symbol(const struct image *image, const char *name, uint64_t *value)
{
    for (Elf_Scn *section = NULL; image->elf && (section = elf_nextscn(image->elf, section));) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB &&
            find_in_table(image->elf, section, &header, name, value))
            return true;
    }
    return false;
}
