/* Programs of a few instructions, run in every way there is: by the step and by the block engine,
 * bare, and in lockstep with a VM. All must agree in everything; the caller looks at the result. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "csr.h"
#include "fidelity.h"
#include "insn.h"

enum { T0 = 5, T1, T2, A0 = 10, A1, A2, A3, A4, A5, S2 = 18, S3, S4, S5 };
enum { PROGRAM_WORDS = 4096 };

struct program {
    unsigned count;
    uint32_t word[PROGRAM_WORDS];
};

static struct program program;

static inline void emit(uint32_t word)
{
    program.word[program.count++] = word;
}

/* Where the next instruction goes. */
static inline uint64_t here(void)
{
    return RAM_BASE + 4 * program.count;
}

static inline void r_type(enum insn_id id, unsigned rd, unsigned rs1, unsigned rs2)
{
    emit(insn_table[id].match | rd << 7 | rs1 << 15 | rs2 << 20);
}

static inline void i_type(enum insn_id id, unsigned rd, unsigned rs1, int imm)
{
    emit(insn_table[id].match | rd << 7 | rs1 << 15 | ((uint32_t)imm & 0xfff) << 20);
}

static inline void store(enum insn_id id, unsigned rs2, int imm, unsigned rs1)
{
    uint32_t bits = (uint32_t)imm & 0xfff;
    emit(insn_table[id].match | rs1 << 15 | rs2 << 20 | (bits & 31) << 7 | bits >> 5 << 25);
}

/* A conditional branch to `target`. */
static inline void branch(enum insn_id id, unsigned rs1, unsigned rs2, uint64_t target)
{
    uint32_t d = (uint32_t)(target - here());
    emit(insn_table[id].match | rs1 << 15 | rs2 << 20 | (d >> 11 & 1) << 7 | (d >> 1 & 15) << 8 |
         (d >> 5 & 63) << 25 | (d >> 12 & 1) << 31);
}

static inline void plain(enum insn_id id)
{
    emit(insn_table[id].match);
}

/* Loads any constant, from the top down, eleven bits an instruction. */
static inline void li(unsigned rd, uint64_t value)
{
    int shift = 55;
    i_type(INSN_addi, rd, 0, (int)((int64_t)value >> shift));
    while (shift > 0) {
        int bits = shift < 11 ? shift : 11;
        shift -= bits;
        i_type(INSN_slli, rd, rd, bits);
        i_type(INSN_ori, rd, rd, (int)(value >> shift & ((1u << bits) - 1)));
    }
}

/* csrw number, value: through t0. */
static inline void set_csr(unsigned number, uint64_t value)
{
    li(T0, value);
    i_type(INSN_csrrw, 0, T0, (int)number);
}

static inline void read_csr(unsigned rd, unsigned number)
{
    i_type(INSN_csrrs, rd, 0, (int)number);
}

/* Powers off with status 0, by the finisher. */
static inline void power_off(void)
{
    li(T0, FINISHER_BASE);
    li(T1, 0x5555);
    store(INSN_sw, T1, 0, T0);
    branch(INSN_beq, 0, 0, here());
}

/* Goes to `mode` at the next instruction, from M. Clobbers t0. */
static inline void go_to(enum mode mode)
{
    unsigned at = program.count;
    for (int i = 0; i < 2; i++) { /* the second time the distance is known */
        uint64_t there = here();
        program.count = at;
        set_csr(CSR_mepc, there);
        set_csr(CSR_mstatus, (uint64_t)mode << MSTATUS_MPP_SHIFT);
        plain(INSN_mret);
    }
}

/* A small machine without firmware. */
static inline struct board_config bare_board(void)
{
    struct board_config config = board_default();
    config.firmware = FIRMWARE_NONE;
    config.ram_size = 4 << 20;
    config.load_addr = RAM_BASE;
    return config;
}

static struct boot program_boot;

static inline void prepare(const struct board_config *config)
{
    char path[] = "/tmp/trapeze-test-XXXXXX", error[256];
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, program.word, sizeof program.word) > 0);
    close(fd);
    bool done = boot_prepare(&program_boot, config, path, error, sizeof error);
    unlink(path);
    cr_assert(done, "%s", error);
}

static inline struct machine *run_alone(const struct board_config *config, enum engine engine,
                                        uint64_t steps)
{
    struct machine *machine = machine_new(config, engine);
    cr_assert_not_null(machine);
    machine_boot(machine, &program_boot);
    machine_run(machine, steps);
    return machine;
}

/* Runs the program everywhere for at most `steps`; the machine that is given back ran it by blocks.
 */
static inline struct machine *run_everywhere(const struct board_config *config, uint64_t steps)
{
    prepare(config);
    struct machine *by_step = run_alone(config, ENGINE_STEP, steps);
    struct machine *by_block = run_alone(config, ENGINE_BLOCK, steps);
    cr_expect_eq(memcmp(by_step->hart, by_block->hart, sizeof by_step->hart), 0,
                 "the engines leave the harts alike");
    cr_expect_eq(memcmp(&by_step->platform.s, &by_block->platform.s, sizeof by_step->platform.s), 0,
                 "and the platform");
    machine_free(by_step);
    static const uint64_t strides[] = {1, 1000};
    for (int i = 0; i < 2; i++) {
        struct machine *bare = machine_new(config, ENGINE_BLOCK);
        struct hosted *hosted = hosted_new(&program_boot, ENGINE_BLOCK);
        machine_boot(bare, &program_boot);
        hosted_boot(hosted);
        struct fidelity_config how = {.max = steps, .every = strides[i], .report = stderr};
        struct fidelity_run run = fidelity(bare, hosted, &how);
        cr_expect_neq(run.result, FIDELITY_DIFFERENT, "a VM does the same");
        hosted_free(hosted);
        machine_free(bare);
    }
    return by_block;
}

#endif
