/* Images: what is taken from a file, and what is refused. */
#include "image.h"

#include <criterion/criterion.h>

#include "files.h"

enum { RAM = 0x100000 };

static struct image image;
static char error[256];

static bool read_file(const char *path)
{
    struct complaint to = {path, error, sizeof error};
    struct image_place place = {.ram_size = RAM, .flat_at = 0x80000000};
    error[0] = 0;
    return image_read(&image, &place, &to);
}

static bool read_bytes(const void *bytes, size_t size)
{
    return read_file(file_with(bytes, size));
}

static bool read_elf(const struct elf_file *elf)
{
    return read_bytes(elf, sizeof *elf);
}

/* One line that names the file and says `why`. */
static void expect_refused(const struct elf_file *elf, const char *why)
{
    cr_expect_not(read_elf(elf), "%s", why);
    cr_expect(strncmp(error, "/tmp/trapeze-test-", 18) == 0, "%s", error);
    cr_expect(strstr(error, why), "expected '%s', but it said '%s'", why, error);
    cr_expect_null(strchr(error, '\n'));
}

Test(image, an_elf_file_goes_to_its_physical_addresses)
{
    struct elf_file elf = good_elf();
    cr_assert(read_elf(&elf), "%s", error);
    cr_expect_eq(image.segments, 2);
    cr_expect_eq(image.segment[0].pa, 0x80000000);
    cr_expect_arr_eq(image.segment[0].bytes, "0123456789abcde", 16);
    cr_expect_eq(image.segment[1].pa, 0x80001000);
    cr_expect_eq(image.segment[1].size, 0x100);
    cr_expect_eq(image.segment[1].file_size, 8);
    image_free(&image);
}

Test(image, the_entry_is_a_physical_address)
{
    struct elf_file elf = good_elf();
    cr_assert(read_elf(&elf));
    cr_expect_eq(image.entry, 0x80000004);
    image_free(&image);
}

Test(image, symbols_are_found_by_name)
{
    struct elf_file elf = good_elf();
    uint64_t value;
    cr_assert(read_elf(&elf));
    cr_expect(image_symbol(&image, "tohost", &value));
    cr_expect_eq(value, 0x80001040);
    cr_expect_not(image_symbol(&image, "fromhost", &value));
    cr_expect_not(image_symbol(&image, "tohos", &value));
    image_free(&image);
}

Test(image, anything_else_is_a_flat_image)
{
    uint64_t value;
    cr_assert(read_bytes("flat", 4), "%s", error);
    cr_expect_eq(image.entry, 0x80000000);
    cr_expect_eq(image.segments, 1);
    cr_expect_arr_eq(image.segment[0].bytes, "flat", 4);
    cr_expect_not(image_symbol(&image, "tohost", &value));
    image_free(&image);
}

Test(image, a_flat_image_may_fill_ram_but_not_more)
{
    static uint8_t bytes[RAM + 1];
    cr_expect(read_bytes(bytes, RAM), "%s", error);
    image_free(&image);
    cr_expect_not(read_bytes(bytes, RAM + 1));
    cr_expect(strstr(error, "not in RAM"), "%s", error);
}

/* A Linux kernel, as the kernel's documentation has its header; of `memory` bytes when it runs. */
static const uint8_t *kernel(uint64_t text_offset, uint64_t memory, uint64_t flags)
{
    static uint8_t bytes[0x1000];
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes + 8, &text_offset, 8);
    memcpy(bytes + 16, &memory, 8);
    memcpy(bytes + 24, &flags, 8);
    memcpy(bytes + 48, "RISCV\0\0", 8);
    memcpy(bytes + 56, "RSC\5", 4);
    return bytes;
}

/* Reads such a kernel for a machine of 16 MiB, where a flat image goes to `flat_at`. */
static bool read_kernel(uint64_t text_offset, uint64_t memory, uint64_t flags, uint64_t flat_at,
                        bool is_chosen)
{
    const char *path = file_with(kernel(text_offset, memory, flags), 0x1000);
    struct complaint to = {path, error, sizeof error};
    struct image_place place = {.ram_size = 16 << 20, .flat_at = flat_at, .is_chosen = is_chosen};
    error[0] = 0;
    return image_read(&image, &place, &to);
}

Test(image, a_linux_kernel_goes_where_its_header_says_and_takes_what_it_says)
{
    cr_assert(read_kernel(0x400000, 0x800000, 0, 0x80200000, false), "%s", error);
    cr_expect_eq(image.entry, 0x80400000);
    cr_expect_eq(image.segments, 1);
    cr_expect_eq(image.segment[0].pa, 0x80400000);
    cr_expect_eq(image.segment[0].size, 0x800000);
    cr_expect_eq(image.segment[0].file_size, 0x1000);
    image_free(&image);
}

Test(image, a_linux_kernel_makes_way_for_the_firmware_and_obeys_the_user)
{
    cr_assert(read_kernel(0, 0, 0, 0x80200000, false), "%s", error);
    cr_expect_eq(image.entry, 0x80200000);
    cr_expect_eq(image.segment[0].size, 0x1000, "an old header does not say how much it needs");
    image_free(&image);
    cr_assert(read_kernel(0x400000, 0, 0, 0x80200000, true), "%s", error);
    cr_expect_eq(image.entry, 0x80200000);
    image_free(&image);
}

Test(image, a_linux_kernel_that_cannot_run_is_refused)
{
    cr_expect_not(read_kernel(0x200000, 0xe00001, 0, 0x80200000, false));
    cr_expect(strstr(error, "not in RAM"), "%s", error);
    cr_expect_not(read_kernel(~(uint64_t)0, ~(uint64_t)0, 0, 0x80200000, false));
    cr_expect_not(read_kernel(0x200000, 0, 1, 0x80200000, false));
    cr_expect(strstr(error, "big-endian"), "%s", error);
    cr_expect_not(read_kernel(0x200000, 0, 0, 0x80210000, true));
    cr_expect(strstr(error, "2 MiB"), "%s", error);
}

Test(image, files_that_cannot_be_read_are_named)
{
    cr_expect_not(read_file("/tmp/no/such/file"));
    cr_expect_str_eq(error, "/tmp/no/such/file: No such file or directory");
    cr_expect_not(read_file("/tmp"));
    cr_expect_str_eq(error, "/tmp: not a regular file");
    cr_expect_not(read_file("/dev/zero"));
    cr_expect_not(read_bytes("", 0));
    cr_expect(strstr(error, "empty"), "%s", error);
}

Test(image, other_kinds_of_elf_are_refused_by_what_they_are)
{
    struct elf_file elf = good_elf();
    elf.header.e_ident[EI_CLASS] = ELFCLASS32;
    expect_refused(&elf, "not a 64-bit");
    elf = good_elf();
    elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
    expect_refused(&elf, "not a little-endian");
    elf = good_elf();
    elf.header.e_machine = EM_X86_64;
    expect_refused(&elf, "not for RISC-V");
    elf = good_elf();
    elf.header.e_type = ET_REL;
    expect_refused(&elf, "not an executable");
}

Test(image, segments_that_are_not_all_in_the_file_are_refused)
{
    static const struct {
        uint64_t offset, filesz, memsz;
        const char *why;
    } rows[] = {
        {0, 0x1000, 0x1000, "truncated"},
        {sizeof(struct elf_file), 1, 1, "truncated"},
        {~(uint64_t)0, 16, 16, "truncated"},
        {~(uint64_t)0 - 7, 16, 16, "truncated"},
        {0, 17, 16, "larger in the file"},
        {0, ~(uint64_t)0, ~(uint64_t)0, "truncated"},
        {64, ~(uint64_t)0 - 31, ~(uint64_t)0, "truncated"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct elf_file elf = good_elf();
        elf.segment[0].p_offset = rows[i].offset;
        elf.segment[0].p_filesz = rows[i].filesz;
        elf.segment[0].p_memsz = rows[i].memsz;
        expect_refused(&elf, rows[i].why);
    }
}

Test(image, segments_outside_ram_are_refused)
{
    static const struct {
        uint64_t pa, memsz;
    } rows[] = {{0x7ffffff8, 16},       {0x80100000, 16},
                {0x800ffff8, 16},       {0, 16},
                {0x80000000, RAM + 1},  {0x80000010, ~(uint64_t)0 - 8},
                {~(uint64_t)0 - 7, 16}, {0x80000000, ~(uint64_t)0}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct elf_file elf = good_elf();
        elf.segment[0].p_paddr = rows[i].pa;
        elf.segment[0].p_memsz = rows[i].memsz;
        expect_refused(&elf, "not in RAM");
    }
}

Test(image, overlapping_segments_are_refused)
{
    struct elf_file elf = good_elf();
    elf.segment[1].p_paddr = 0x8000000f;
    expect_refused(&elf, "overlaps");
    elf.segment[1].p_paddr = 0x80000010;
    cr_expect(read_elf(&elf), "touching is not overlapping");
    image_free(&image);
}

Test(image, an_entry_outside_the_segments_is_refused)
{
    struct elf_file elf = good_elf();
    elf.header.e_entry = 0xffffffc000000010;
    expect_refused(&elf, "entry");
    elf.header.e_entry = 0x80000000; /* the physical address is not what the file speaks of */
    expect_refused(&elf, "entry");
}

Test(image, an_odd_entry_is_refused)
{
    struct elf_file elf = good_elf();
    elf.header.e_entry++;
    expect_refused(&elf, "odd");
}

Test(image, a_file_with_nothing_to_load_is_refused)
{
    struct elf_file elf = good_elf();
    elf.segment[0].p_type = elf.segment[1].p_type = PT_NOTE;
    expect_refused(&elf, "nothing");
    elf = good_elf();
    elf.header.e_phnum = 0;
    expect_refused(&elf, "nothing");
}

Test(image, p36_no_truncation_crashes)
{
    struct elf_file elf = good_elf();
    for (size_t size = 1; size < sizeof elf; size++)
        if (read_bytes(&elf, size))
            image_free(&image);
        else
            cr_expect_neq(error[0], 0);
}

Test(image, p36_no_single_damaged_byte_crashes)
{
    static const uint8_t damage[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    uint64_t value;
    for (size_t at = 0; at < sizeof(struct elf_file); at++)
        for (size_t i = 0; i < sizeof damage; i++) {
            struct elf_file elf = good_elf();
            ((uint8_t *)&elf)[at] = damage[i];
            if (!read_elf(&elf))
                continue;
            image_symbol(&image, "tohost", &value);
            image_free(&image);
        }
}

Test(image, a_symbol_table_that_lies_gives_no_symbol)
{
    uint64_t value;
    struct elf_file elf = good_elf();
    elf.section[1].sh_size = ~(uint64_t)0;
    cr_assert(read_elf(&elf), "%s", error);
    cr_expect_not(image_symbol(&image, "tohost", &value));
    image_free(&image);
    elf = good_elf();
    elf.symbol[1].st_name = 0xfffffff;
    cr_assert(read_elf(&elf), "%s", error);
    cr_expect_not(image_symbol(&image, "tohost", &value));
    image_free(&image);
}
