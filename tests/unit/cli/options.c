/* The command line: what is taken, and what is refused with one line. */
#include "options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

static struct options options;

/* Parses words as `trapeze run` would get them. */
static enum parsed parse(const char *first, const char *second, const char *third)
{
    char name[] = "run";
    char *argv[] = {name, (char *)first, (char *)second, (char *)third, NULL};
    int argc = 1;
    while (argv[argc])
        argc++;
    return options_parse(&options, argc, argv, "Runs.");
}

Test(options, without_options_there_is_the_default_machine)
{
    cr_assert_eq(parse("x.elf", NULL, NULL), PARSED);
    cr_expect_str_eq(options.image, "x.elf");
    cr_expect_eq(options.board.ram_size, 128 << 20);
    cr_expect_eq(options.board.harts, 1);
    cr_expect_eq(options.board.firmware, FIRMWARE_BUILTIN);
    cr_expect_eq(options.board.isa, ISA_FULL);
    cr_expect_eq(options.engine, ENGINE_BLOCK);
    cr_expect_eq(options.max, NEVER);
    cr_expect_not(options.stats);
    cr_expect_not(options.is_vm);
}

Test(options, a_disk_is_a_file_and_how_it_is_used)
{
    static const struct {
        const char *value, *path;
        enum disk_mode mode;
    } rows[] = {
        {"a.img", "a.img", DISK_WRITABLE},
        {"a.img,ro", "a.img", DISK_READ_ONLY},
        {"a.img,scratch", "a.img", DISK_HELD},
        {"a,b.img", "a,b.img", DISK_WRITABLE},
        {"a.img,rw", "a.img", DISK_WRITABLE},
        {"a,ro,ro", "a,ro", DISK_READ_ONLY},
        {"a.img,readonly", "a.img,readonly", DISK_WRITABLE},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_eq(parse("--disk", rows[i].value, "x.elf"), PARSED);
        cr_expect_eq(options.disks, 1);
        cr_expect_str_eq(options.disk[0].path, rows[i].path);
        cr_expect_eq(options.disk[0].mode, rows[i].mode, "%s", rows[i].value);
    }
}

Test(options, a_network_may_have_ports)
{
    cr_assert_eq(parse("--net", "user", "x.elf"), PARSED);
    cr_expect(options.has_net);
    cr_expect_eq(options.forwards, 0);
    cr_assert_eq(parse("--net", "user,fwd=8080:80,fwd=2222:22", "x.elf"), PARSED);
    cr_assert_eq(options.forwards, 2);
    cr_expect_eq(options.forward[0].host, 8080);
    cr_expect_eq(options.forward[0].guest, 80);
    cr_expect_eq(options.forward[1].host, 2222);
    cr_expect_eq(options.forward[1].guest, 22);
}

Test(options, numbers_have_suffixes)
{
    static const struct {
        const char *text;
        uint64_t unit, value;
    } rows[] = {
        {"0", 1000, 0},
        {"123", 1000, 123},
        {"0x80200000", 1024, 0x80200000},
        {"5K", 1000, 5000},
        {"5k", 1024, 5120},
        {"2M", 1024, 2 << 20},
        {"3G", 1000, 3000000000},
        {"18446744073709551615", 1000, ~(uint64_t)0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t value = 1;
        cr_expect(options_number(rows[i].text, rows[i].unit, &value), "%s", rows[i].text);
        cr_expect_eq(value, rows[i].value, "%s is %llu", rows[i].text, (unsigned long long)value);
    }
}

Test(options, what_is_not_a_number_is_refused)
{
    static const char *const rows[] = {
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "K",
        "1KB",
        "1X",
        "1.5M",
        "0x",
        "0xg",
        "1e9",
        "M1",
        "18446744073709551616",
        "18446744073709551615K",
        "99999999999G",
        "1KK",
    };
    uint64_t value;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_not(options_number(rows[i], 1024, &value), "'%s'", rows[i]);
}

Test(options, each_option_sets_its_field)
{
    parse("--memory=64M", "--harts=3", "x");
    cr_expect_eq(options.board.ram_size, 64 << 20);
    cr_expect_eq(options.board.harts, 3);
    parse("--firmware=none", "--isa=toy", "x");
    cr_expect_eq(options.board.firmware, FIRMWARE_NONE);
    cr_expect_eq(options.board.isa, ISA_TOY);
    parse("--misaligned=trap", "--isa=toy", "x");
    cr_expect_eq(options.board.isa, ISA_TOY & ~ISA(Zicclsm), "in either order");
    parse("--misaligned=hardware", "--isa=toy", "x");
    cr_expect_eq(options.board.isa, ISA_TOY);
    parse("--append=hi there", "--load=0x80400000", "x");
    cr_expect_str_eq(options.board.append, "hi there");
    cr_expect_eq(options.board.load_addr, 0x80400000);
    parse("--engine=step", "--max=2K", "x");
    cr_expect_eq(options.engine, ENGINE_STEP);
    cr_expect_eq(options.max, 2000, "steps are counted in thousands");
    parse("--quantum=7", "--seed=8", "x");
    cr_expect_eq(options.board.quantum, 7);
    cr_expect_eq(options.board.seed, 8);
    parse("--stats", "--vmm", "x");
    cr_expect(options.stats && options.is_vm);
    parse("--input=keys", "--dump-dtb=tree", "x");
    cr_expect_str_eq(options.input, "keys");
    cr_expect_str_eq(options.dump_dtb, "tree");
}

Test(options, options_may_follow_the_image)
{
    cr_assert_eq(parse("x.elf", "--harts", "2"), PARSED);
    cr_expect_str_eq(options.image, "x.elf");
    cr_expect_eq(options.board.harts, 2);
}

Test(options, values_out_of_range_are_refused, .init = cr_redirect_stderr)
{
    static const char *const rows[] = {
        "--memory=1M", "--memory=65G", "--memory=4194305",      "--memory=lots",      "--memory=",
        "--harts=0",   "--harts=9",    "--harts=two",           "--harts=4294967297", "--firmware=",
        "--isa=rv32i", "--isa=rv64q",  "--engine=fast",         "--quantum=0",        "--seed=x",
        "--max=-1",    "--load=0",     "--memory=99999999999G",
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(parse(rows[i], "x", NULL), PARSED_WRONG, "%s", rows[i]);
}

/* What the last parse said. */
static void expect_said(const char *text)
{
    fflush(stderr);
    cr_expect_stderr_eq_str(text);
}

Test(options, a_wrong_value_is_named, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("--harts", "many", "x"), PARSED_WRONG);
    expect_said("trapeze run: --harts: 'many' is not a value for it (see --help)\n");
}

Test(options, an_unknown_option_is_named, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("x", "--hearts=2", NULL), PARSED_WRONG);
    expect_said("trapeze run: unknown option --hearts=2\n");
}

Test(options, a_short_option_is_unknown, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("-z", "x", NULL), PARSED_WRONG);
    expect_said("trapeze run: unknown option -z\n");
}

Test(options, a_missing_value_is_said, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("x", "--harts", NULL), PARSED_WRONG);
    expect_said("trapeze run: a value is missing after --harts\n");
}

Test(options, an_image_is_needed, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("--stats", NULL, NULL), PARSED_WRONG);
    expect_said("trapeze run: no IMAGE given (see --help)\n");
}

Test(options, one_image_is_enough, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse("x", "y", NULL), PARSED_WRONG);
    expect_said("trapeze run: one IMAGE, not also 'y'\n");
}

Test(options, only_a_device_tree_needs_no_image)
{
    cr_expect_eq(parse("--dump-dtb", "tree", NULL), PARSED);
    cr_expect_null(options.image);
}

Test(options, help_names_every_option, .init = cr_redirect_stdout)
{
    static const char *const names[] = {"--firmware", "--memory",   "--harts",   "--isa",
                                        "--append",   "--load",     "--vmm",     "--engine",
                                        "--input",    "--max",      "--quantum", "--seed",
                                        "--stats",    "--dump-dtb", "--trace"};
    static char text[8192];
    cr_expect_eq(parse("--help", NULL, NULL), PARSED_HELP);
    fflush(stdout);
    size_t size = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[size] = 0;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(strstr(text, names[i]), "%s", names[i]);
}

Test(options, another_firmware_is_a_file_and_may_have_no_image)
{
    cr_assert_eq(parse("--firmware=fw_payload.bin", NULL, NULL), PARSED);
    cr_expect_eq(options.board.firmware, FIRMWARE_FILE);
    cr_expect_str_eq(options.board.firmware_path, "fw_payload.bin");
    cr_expect_null(options.image);
    cr_assert_eq(parse("--firmware=x", "--firmware=builtin", "y"), PARSED);
    cr_expect_eq(options.board.firmware, FIRMWARE_BUILTIN);
    cr_expect_null(options.board.firmware_path);
}
