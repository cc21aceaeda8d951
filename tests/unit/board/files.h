/* Files for tests of what reads files: written to a temporary place, and ELF files made there. */
#ifndef FILES_H
#define FILES_H

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes bytes to a new file; its path is in a static buffer, good until the call after the next
 * two: a test may need that many files at a time. */
static inline const char *file_with(const void *bytes, size_t size)
{
    enum { FILES = 3 };
    static char paths[FILES][64];
    static unsigned turn;
    char *path = paths[turn++ % FILES];
    if (path[0])
        unlink(path);
    strcpy(path, "/tmp/trapeze-test-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
    return path;
}

/* An ELF file with two segments, one symbol and all that belongs to it, for tests to bend. */
struct elf_file {
    Elf64_Ehdr header;
    Elf64_Phdr segment[2];
    uint8_t text[16];
    uint8_t data[8];
    Elf64_Sym symbol[2];
    char names[16];
    Elf64_Shdr section[3]; /* none, .symtab, .strtab */
};

static inline struct elf_file good_elf(void)
{
    struct elf_file elf = {
        .header =
            {
                .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                .e_type = ET_EXEC,
                .e_machine = EM_RISCV,
                .e_version = EV_CURRENT,
                .e_entry = 0xffffffc000000004,
                .e_phoff = offsetof(struct elf_file, segment),
                .e_shoff = offsetof(struct elf_file, section),
                .e_ehsize = sizeof(Elf64_Ehdr),
                .e_phentsize = sizeof(Elf64_Phdr),
                .e_phnum = 2,
                .e_shentsize = sizeof(Elf64_Shdr),
                .e_shnum = 3,
                .e_shstrndx = 2,
            },
        .segment = {{.p_type = PT_LOAD,
                     .p_flags = PF_R | PF_X,
                     .p_offset = offsetof(struct elf_file, text),
                     .p_vaddr = 0xffffffc000000000,
                     .p_paddr = 0x80000000,
                     .p_filesz = 16,
                     .p_memsz = 16},
                    {.p_type = PT_LOAD,
                     .p_flags = PF_R | PF_W,
                     .p_offset = offsetof(struct elf_file, data),
                     .p_vaddr = 0xffffffc000001000,
                     .p_paddr = 0x80001000,
                     .p_filesz = 8,
                     .p_memsz = 0x100}},
        .text = "0123456789abcde",
        .data = "datadat",
        .symbol = {{0}, {.st_name = 1, .st_shndx = 1, .st_value = 0x80001040}},
        .names = "\0tohost",
        .section = {{0},
                    {.sh_type = SHT_SYMTAB,
                     .sh_offset = offsetof(struct elf_file, symbol),
                     .sh_size = 2 * sizeof(Elf64_Sym),
                     .sh_link = 2,
                     .sh_entsize = sizeof(Elf64_Sym)},
                    {.sh_type = SHT_STRTAB,
                     .sh_offset = offsetof(struct elf_file, names),
                     .sh_size = 16}},
    };
    return elf;
}

#endif
