/* The log: a line an event, as people and tests read it. */
#include "trace.h"

#include <errno.h>

#include "machine.h"
#include "world.h"

/* An ecall from M, whose handler is a breakpoint, whose handler is itself. */
static const uint32_t program[] = {
    0x00000297, /* auipc t0, 0 */
    0x01428293, /* addi t0, t0, 0x14 */
    0x30529073, /* csrw mtvec, t0 */
    0x00000073, /* ecall */
    0x00000013, /* nop: never reached */
    0x00100073, /* ebreak */
};

/* What the program writes into a log called FILE plus `kinds` in `steps` steps. */
static const char *log_of(const char *kinds, enum engine engine, uint64_t steps)
{
    static char text[2048];
    static const uint8_t nothing;
    char name[128], path[96], error[128];
    snprintf(path, sizeof path, "%s,of", file_with(&nothing, 0));
    snprintf(name, sizeof name, "%s%s", path, kinds);
    struct machine *machine = machine_with(program, sizeof program, FIRMWARE_NONE, 1);
    machine->cpu = (cpu_free(machine->cpu), cpu_new(&machine->ram, &machine->platform, engine));
    struct trace *trace = trace_open(name, &machine->platform, error, sizeof error);
    cr_assert(trace, "%s", error);
    machine_run(machine, steps);
    cr_expect(trace_close(trace));
    cr_expect_null(machine->platform.observer);
    end(machine);
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s: a comma belongs to the name when no kind follows", path);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    unlink(path);
    return text;
}

#define ECALL                                                                                      \
    "           3 hart 0 M trap pc 000000008000000c cause 11 tval 0000000000000000 to M: "         \
    "environment call from M-mode\n"
#define EBREAK                                                                                     \
    "           4 hart 0 M trap pc 0000000080000014 cause  3 tval 0000000080000014 to M: "         \
    "breakpoint\n"

Test(trace, a_trap_is_a_line_whatever_the_engine)
{
    cr_expect_str_eq(log_of(",trap", ENGINE_BLOCK, 5), ECALL EBREAK);
    cr_expect_str_eq(log_of(",trap", ENGINE_STEP, 5), ECALL EBREAK);
}

Test(trace, traps_are_told_without_a_word)
{
    cr_expect_str_eq(log_of("", ENGINE_BLOCK, 4), ECALL);
    cr_expect_str_eq(log_of(",exit", ENGINE_BLOCK, 4), "");
}

Test(trace, instructions_come_before_their_traps)
{
    cr_expect_str_eq(log_of(",insn,trap", ENGINE_STEP, 4),
                     "           0 hart 0 M insn pc 0000000080000000\n"
                     "           1 hart 0 M insn pc 0000000080000004\n"
                     "           2 hart 0 M insn pc 0000000080000008\n"
                     "           3 hart 0 M insn pc 000000008000000c\n" ECALL);
}

Test(trace, only_insn_needs_the_step_engine)
{
    cr_expect(trace_wants_insn("x,insn"));
    cr_expect(trace_wants_insn("x,insn,trap"));
    cr_expect_not(trace_wants_insn("x"));
    cr_expect_not(trace_wants_insn("x,trap,exit"));
    cr_expect_not(trace_wants_insn("insn"));
    cr_expect_not(trace_wants_insn("x,insn,other"));
}

Test(trace, a_file_that_cannot_be_written_is_named)
{
    char error[128];
    struct platform platform = {0};
    cr_expect_null(trace_open("/nowhere/x,trap", &platform, error, sizeof error));
    cr_expect_str_eq(error, "/nowhere/x: No such file or directory");
    cr_expect_null(platform.observer);
}

Test(trace, lost_lines_are_an_error)
{
    char error[128];
    struct machine *machine = machine_with(program, sizeof program, FIRMWARE_NONE, 1);
    struct trace *trace = trace_open("/dev/full,trap", &machine->platform, error, sizeof error);
    cr_assert(trace);
    machine_run(machine, 5);
    cr_expect_not(trace_close(trace));
    cr_expect_eq(errno, ENOSPC);
    end(machine);
}
