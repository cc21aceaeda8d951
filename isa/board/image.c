/* ELF by libelf, from a copy of the file in memory, so that nothing changes under our feet. libelf
 * finds the headers; what they say is believed only after the checks here. */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform.h"

#define LARGEST_FILE ((off_t)1 << 30)

/* Where a complaint goes, and about which file. */
struct complaint {
    const char *path;
    char *text;
    size_t size;
};

/* Says what is wrong, and is false. */
__attribute__((format(printf, 2, 3))) static bool wrong(const struct complaint *to,
                                                        const char *format, ...)
{
    int used = snprintf(to->text, to->size, "%s: ", to->path);
    va_list args;
    va_start(args, format);
    if (used >= 0 && (size_t)used < to->size)
        vsnprintf(to->text + used, to->size - (size_t)used, format, args);
    va_end(args);
    return false;
}

static bool read_all(int fd, uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool read_open_file(struct image *image, int fd, const struct complaint *to)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return wrong(to, "%s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return wrong(to, "not a regular file");
    if (info.st_size == 0)
        return wrong(to, "the file is empty");
    if (info.st_size > LARGEST_FILE)
        return wrong(to, "the file is larger than 1 GiB");
    image->file_size = (size_t)info.st_size;
    image->file = malloc(image->file_size);
    if (!image->file)
        return wrong(to, "%s", strerror(ENOMEM));
    errno = 0;
    return read_all(fd, image->file, image->file_size) ||
           wrong(to, "%s", errno ? strerror(errno) : "the file shrank while it was read");
}

static bool read_file(struct image *image, const struct complaint *to)
{
    int fd = open(to->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return wrong(to, "%s", strerror(errno));
    bool done = read_open_file(image, fd, to);
    close(fd);
    return done;
}

static bool meets(const struct segment *segment, uint64_t pa, uint64_t size)
{
    return pa < segment->pa + segment->size && segment->pa < pa + size;
}

bool image_meets(const struct image *image, uint64_t pa, uint64_t size)
{
    for (unsigned i = 0; i < image->segments; i++)
        if (meets(&image->segment[i], pa, size))
            return true;
    return false;
}

/* Differences instead of sums: nothing here can wrap. */
static bool add_segment(struct image *image, struct segment segment, uint64_t ram_size,
                        const struct complaint *to)
{
    uint64_t offset = segment.pa - RAM_BASE;
    if (offset >= ram_size || segment.size > ram_size - offset)
        return wrong(to, "%#llx bytes at %#llx are not in RAM (%#llx bytes at %#llx)",
                     (unsigned long long)segment.size, (unsigned long long)segment.pa,
                     (unsigned long long)ram_size, (unsigned long long)RAM_BASE);
    if (image_meets(image, segment.pa, segment.size))
        return wrong(to, "the segment at %#llx overlaps another", (unsigned long long)segment.pa);
    if (image->segments == IMAGE_SEGMENTS)
        return wrong(to, "more than %d segments", IMAGE_SEGMENTS);
    image->segment[image->segments++] = segment;
    return true;
}

static bool add_program_header(struct image *image, const GElf_Phdr *header, uint64_t ram_size,
                               const struct complaint *to)
{
    if (header->p_type != PT_LOAD || header->p_memsz == 0)
        return true;
    if (header->p_filesz > header->p_memsz)
        return wrong(to, "the segment at %#llx is larger in the file than in memory",
                     (unsigned long long)header->p_paddr);
    if (header->p_offset > image->file_size ||
        header->p_filesz > image->file_size - header->p_offset)
        return wrong(to, "the file is truncated: the segment at %#llx ends beyond it",
                     (unsigned long long)header->p_paddr);
    struct segment segment = {
        .pa = header->p_paddr,
        .va = header->p_vaddr,
        .size = header->p_memsz,
        .bytes = image->file + header->p_offset,
        .file_size = header->p_filesz,
    };
    return add_segment(image, segment, ram_size, to);
}

static bool read_program_headers(struct image *image, uint64_t ram_size, const struct complaint *to)
{
    size_t count;
    if (elf_getphdrnum(image->elf, &count) < 0)
        return wrong(to, "no ELF file: %s", elf_errmsg(-1));
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(image->elf, (int)i, &header))
            return wrong(to, "the program headers are truncated");
        if (!add_program_header(image, &header, ram_size, to))
            return false;
    }
    return image->segments || wrong(to, "nothing in it is to be loaded");
}

/* Where `va`, in a segment or up to `beyond` bytes behind one, lies in memory. */
static bool to_physical(const struct image *image, uint64_t va, unsigned beyond, uint64_t *pa)
{
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];
        if (va - segment->va < segment->size + beyond) {
            *pa = segment->pa + (va - segment->va);
            return true;
        }
    }
    return false;
}

/* The entry is a virtual address; before translation is on, the hart starts at its physical one. */
static bool find_entry(struct image *image, uint64_t va, const struct complaint *to)
{
    return to_physical(image, va, 0, &image->entry) ||
           wrong(to, "the entry %#llx is in no segment", (unsigned long long)va);
}

static bool check_header(const struct image *image, GElf_Ehdr *header, const struct complaint *to)
{
    if (image->file_size < EI_NIDENT || image->file[EI_CLASS] != ELFCLASS64)
        return wrong(to, "not a 64-bit ELF file");
    if (image->file[EI_DATA] != ELFDATA2LSB)
        return wrong(to, "not a little-endian ELF file");
    if (!image->elf || elf_kind(image->elf) != ELF_K_ELF || !gelf_getehdr(image->elf, header))
        return wrong(to, "the ELF header is broken or truncated");
    if (header->e_machine != EM_RISCV)
        return wrong(to, "not for RISC-V");
    return header->e_type == ET_EXEC || header->e_type == ET_DYN ||
           wrong(to, "not an executable ELF file");
}

static bool read_elf(struct image *image, uint64_t ram_size, const struct complaint *to)
{
    GElf_Ehdr header = {0};
    elf_version(EV_CURRENT);
    image->elf = elf_memory((char *)image->file, image->file_size);
    return check_header(image, &header, to) && read_program_headers(image, ram_size, to) &&
           find_entry(image, header.e_entry, to);
}

static bool is_elf(const struct image *image)
{
    return image->file_size >= SELFMAG && memcmp(image->file, ELFMAG, SELFMAG) == 0;
}

bool image_read(struct image *image, const char *path, uint64_t flat_at, uint64_t ram_size,
                char *error, size_t error_size)
{
    struct complaint to = {path, error, error_size};
    *image = (struct image){.entry = flat_at};
    bool done = read_file(image, &to);
    if (done && is_elf(image))
        done = read_elf(image, ram_size, &to);
    else if (done)
        done = add_segment(image,
                           (struct segment){.pa = flat_at,
                                            .va = flat_at,
                                            .size = image->file_size,
                                            .bytes = image->file,
                                            .file_size = image->file_size},
                           ram_size, &to);
    if (!done)
        image_free(image);
    return done;
}

void image_free(struct image *image)
{
    elf_end(image->elf);
    free(image->file);
    *image = (struct image){0};
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

bool image_symbol_pa(const struct image *image, const char *name, uint64_t *pa)
{
    uint64_t va;
    if (!image_symbol(image, name, &va))
        return false;
    /* A symbol may mark a segment's end; another segment may start there, and comes first. */
    return to_physical(image, va, 0, pa) || to_physical(image, va, 1, pa);
}
