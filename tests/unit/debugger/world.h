/* A session over a machine or a VM of a few instructions, whose answers a test reads.
 *
 * The guest begins in S-mode at CODE, bare, with its handler at HANDLER. Criterion gives each case
 * a process of its own, so there is one static world; a case may open several sessions in turn. */
#ifndef WORLD_H
#define WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/encode.h"
#include "csr.h"
#include "debugger.h"
#include "repl.h"

#define MEMORY ((uint64_t)4 << 20)
#define CODE RAM_BASE
#define HANDLER (RAM_BASE + 0x8000)
#define DATA (RAM_BASE + 0x10000)
#define TABLES (RAM_BASE + 0x100000)
#define VA ((uint64_t)0x40000000)
#define OPEN (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

enum { T0 = 5, T1, T2, S0 = 8, S1, A0 = 10, A1 };

static struct debugger d;
static struct boot boot;
static struct machine *machine;
static struct hosted *hosted;
static char *answer_text;
static size_t answer_size;
static FILE *answers;

static inline void end_session(void)
{
    if (!answers)
        return;
    session_close(&d);
    fclose(answers);
    free(answer_text);
    hosted_free(hosted);
    machine_free(machine);
    answers = NULL;
    answer_text = NULL;
    hosted = NULL;
    machine = NULL;
}

static inline struct hart *hart(void)
{
    return debugger_hart(&d);
}

static inline void begin_session(bool is_vm, bool is_json)
{
    static uint8_t dtb[8];
    char error[512];
    end_session();
    boot = (struct boot){.config = board_default(),
                         .image = {.entry = CODE},
                         .dtb = dtb,
                         .dtb_size = sizeof dtb,
                         .dtb_pa = RAM_BASE + MEMORY - PAGE_SIZE};
    boot.config.ram_size = MEMORY;
    if (is_vm)
        hosted = hosted_new(&boot, ENGINE_BLOCK);
    else
        machine = machine_new(&boot.config, ENGINE_BLOCK);
    answers = open_memstream(&answer_text, &answer_size);
    struct repl_options options = {.machine = machine,
                                   .hosted = hosted,
                                   .boot = &boot,
                                   .image = "/dev/null",
                                   .is_json = is_json,
                                   .skips_init = true};
    cr_assert(session_open(&d, &options, answers, error, sizeof error), "%s", error);
    hart()->csr.stvec = HANDLER;
}

static inline void poke(uint64_t gpa, const void *bytes, size_t size)
{
    uint64_t bad;
    cr_assert(target_write(&d.target, hart(), LEVEL_GPA, gpa, bytes, size, &bad));
}

static inline void poke64(uint64_t gpa, uint64_t value)
{
    poke(gpa, &value, 8);
}

static inline uint64_t peek64(uint64_t gpa)
{
    uint64_t value = 0, bad;
    cr_assert(target_read(&d.target, hart(), LEVEL_GPA, gpa, &value, 8, &bad));
    return value;
}

#define PROGRAM(gpa, ...)                                                                          \
    do {                                                                                           \
        const uint32_t words_[] = {__VA_ARGS__};                                                   \
        poke(gpa, words_, sizeof words_);                                                          \
    } while (0)

/* Carries out a command, and gives its answer, good until the next. */
static inline const char *say(const char *line)
{
    fflush(answers);
    rewind(answers);
    bool done = debugger_line(&d, line);
    fputc(0, answers);
    fflush(answers);
    (void)done;
    return answer_text;
}

#define EXPECT_IN(answer, words)                                                                   \
    do {                                                                                           \
        const char *answer_ = (answer);                                                            \
        cr_expect(strstr(answer_, words), "'%s' is not in:\n%s", words, answer_);                  \
    } while (0)
#define EXPECT_NOT_IN(answer, words)                                                               \
    do {                                                                                           \
        const char *answer_ = (answer);                                                            \
        cr_expect(!strstr(answer_, words), "'%s' is in:\n%s", words, answer_);                     \
    } while (0)

/* Tables for VA and the region of RAM that the programs lie in. */
static inline void map_page(uint64_t gpa, uint64_t bits)
{
    uint64_t middle = TABLES + PAGE_SIZE, leaves = TABLES + 2 * PAGE_SIZE;
    poke64(TABLES + (VA >> 30 & 511) * 8, middle >> 2 | PTE_V);
    poke64(middle, leaves >> 2 | PTE_V);
    poke64(leaves, gpa >> 2 | bits);
    poke64(TABLES + (RAM_BASE >> 30 & 511) * 8, RAM_BASE >> 2 | OPEN);
    hart()->csr.satp = (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | TABLES >> PAGE_SHIFT;
}

static inline uint32_t addi(unsigned rd, unsigned rs1, int64_t imm)
{
    return encode(INSN_addi, rd, rs1, 0, imm);
}

static inline uint32_t sd(unsigned rs2, int64_t imm, unsigned rs1)
{
    return encode(INSN_sd, 0, rs1, rs2, imm);
}

static inline uint32_t ld(unsigned rd, int64_t imm, unsigned rs1)
{
    return encode(INSN_ld, rd, rs1, 0, imm);
}

static inline uint32_t j(int64_t offset)
{
    return encode(INSN_jal, 0, 0, 0, offset);
}

static inline uint32_t csrw(unsigned csr, unsigned rs1)
{
    return encode(INSN_csrrw, 0, rs1, 0, csr);
}

static inline uint32_t csrr(unsigned rd, unsigned csr)
{
    return encode(INSN_csrrs, rd, 0, 0, csr);
}

#define ECALL 0x00000073u
#define SRET 0x10200073u
#define EACH_WAY(is_vm) for (int is_vm = 0; is_vm < 2; is_vm++)

#endif
