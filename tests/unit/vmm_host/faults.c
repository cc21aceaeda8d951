/* Lockstep must be able to fail: faults planted on the VM's side alone, each told where it is. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/encode.h"
#include "csr.h"
#include "fidelity.h"
#include "sbi.h"

enum { S0 = 8, S1 = 9, T0 = 5, T1, T2, A0 = 10, A6 = 16, A7 = 17, T3 = 28 };
enum { ROOT = 0x2000, WINDOW_ENTRY = ROOT + 8, CONSTANTS = 0x700, SCRATCH = 0x3000 };
#define WINDOW ((uint64_t)0x40000000)

/* Steps of the program below. */
enum {
    SETS_SUM = 6,
    SETS_A = 7, /* first use of the window */
    TIMER = 10 * STEPS_PER_TICK,
    MAX = 20000,
};

static uint8_t image[0x4000], no_dtb[8];
static struct boot boot;

static void put64(uint32_t at, uint64_t value)
{
    memcpy(image + at, &value, 8);
}

#define E(name, ...) encode(INSN_##name, __VA_ARGS__)

/* In S: paging on, SUM on, a look through the window, a timer at TIMER, and then counting. The
 * handler turns the timer's interrupt off. */
static void given_a_program(void)
{
    const uint32_t program[] = {
        E(auipc, S0, 0, 0, 0),
        E(ld, T0, S0, 0, CONSTANTS),
        E(csrrw, 0, T0, 0, CSR_satp),
        E(ld, S1, S0, 0, CONSTANTS + 8),
        E(lui, T1, 0, 0, MSTATUS_SUM),
        E(csrrs, 0, T1, 0, CSR_sstatus),
        E(ld, T2, S1, 0, SCRATCH - 0x2fff),
        E(ld, T0, S0, 0, CONSTANTS + 16),
        E(csrrw, 0, T0, 0, CSR_stvec),
        E(addi, A0, 0, 0, TIMER / STEPS_PER_TICK),
        E(ld, A7, S0, 0, CONSTANTS + 24),
        E(addi, A6, 0, 0, 0),
        E(ecall, 0, 0, 0, 0),
        E(addi, T0, 0, 0, MIP_STIP),
        E(csrrw, 0, T0, 0, CSR_sie),
        E(csrrsi, 0, MSTATUS_SIE, 0, CSR_sstatus),
        E(addi, T3, T3, 0, 1),
        E(sd, 0, S0, T3, 0x7e0),
        E(jal, 0, 0, 0, -8),
    };
    const uint32_t handler[] = {E(csrrw, 0, 0, 0, CSR_sie), E(sret, 0, 0, 0, 0)};
    memset(image, 0, sizeof image);
    memcpy(image, program, sizeof program);
    memcpy(image + 0x1000, handler, sizeof handler);
    put64(CONSTANTS, (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (RAM_BASE + ROOT) >> PAGE_SHIFT);
    put64(CONSTANTS + 8, WINDOW);
    put64(CONSTANTS + 16, RAM_BASE + 0x1000);
    put64(CONSTANTS + 24, SBI_EXT_TIME);
    uint64_t large = (uint64_t)RAM_BASE >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V | PTE_R | PTE_W;
    put64(WINDOW_ENTRY, large);
    put64(ROOT + 16, large | PTE_X | PTE_A | PTE_D);

    boot = (struct boot){.config = board_default()};
    boot.config.ram_size = 4 << 20;
    boot.image.entry = RAM_BASE;
    boot.image.segments = 1;
    boot.image.segment[0] = (struct segment){
        .pa = RAM_BASE, .size = sizeof image, .bytes = image, .file_size = sizeof image};
    boot.dtb = no_dtb;
    boot.dtb_size = sizeof no_dtb;
    boot.dtb_pa = RAM_BASE + boot.config.ram_size - PAGE_SIZE;
}

static char *text; /* of the last report */

static struct fidelity_run compare(const struct fidelity_fault *fault, uint64_t every)
{
    size_t size;
    free(text);
    FILE *report = open_memstream(&text, &size);
    struct machine *bare = machine_new(&boot.config, ENGINE_BLOCK);
    struct hosted *hosted = hosted_new(&boot, ENGINE_BLOCK);
    cr_assert(report && bare && hosted);
    machine_boot(bare, &boot);
    hosted_boot(hosted);
    struct fidelity_config config = {.max = MAX, .every = every, .fault = fault, .report = report};
    struct fidelity_run run = fidelity(bare, hosted, &config);
    hosted_free(hosted);
    machine_free(bare);
    fclose(report);
    return run;
}

/* The fault is found, after step `after` or the one before or behind, and `name` is told. */
static void expect_found(const struct fidelity_fault *fault, uint64_t after, const char *name)
{
    static const uint64_t every[] = {1, 10, 100000};
    for (unsigned i = 0; i < 3; i++) {
        unsigned long long step = 0;
        struct fidelity_run run = compare(fault, every[i]);
        cr_expect_eq(run.result, FIDELITY_DIFFERENT, "every %d: not seen", (int)every[i]);
        cr_expect(sscanf(text, "bare machine and VM differ after step %llu", &step) == 1);
        cr_expect(step >= after && step <= after + 1, "every %d:\n%s", (int)every[i], text);
        cr_expect(strstr(text, name) != NULL, "every %d: no %s in:\n%s", (int)every[i], name, text);
    }
}

static struct hart *vcpu(struct hosted *hosted)
{
    return &hosted_vm(hosted)->vcpu[0].hart;
}

static uint64_t *word_at(struct hosted *hosted, uint64_t gpa)
{
    hpa_t hpa;
    cr_assert(vm_translate(hosted_vm(hosted), GPA(gpa), 0, &hpa));
    return (uint64_t *)(void *)hw_frame(hosted_vm(hosted)->hw, hpa);
}

static void store_word(struct hosted *hosted, uint64_t gpa, uint64_t value)
{
    hpa_t hpa;
    cr_assert(vm_translate(hosted_vm(hosted), GPA(gpa), 0, &hpa));
    hw_store(hosted_vm(hosted)->hw, hpa, 8, value);
}

TestSuite(faults, .init = given_a_program);

Test(faults, without_one_there_is_no_difference)
{
    struct fidelity_run run = compare(NULL, 1);
    cr_expect_eq(run.result, FIDELITY_LIMIT, "%s", text);
    cr_expect_eq(run.steps, MAX);
    run = compare(NULL, 100000);
    cr_expect_eq(run.result, FIDELITY_LIMIT, "%s", text);
}

static void keep_no_sum(struct hosted *hosted)
{
    vcpu(hosted)->csr.mstatus &= ~(uint64_t)MSTATUS_SUM;
}

Test(faults, a_CSR_that_does_not_keep_a_bit_is_found)
{
    struct fidelity_fault fault = {.from = 0, .to = NEVER, .spoil = keep_no_sum};
    expect_found(&fault, SETS_SUM, "  sstatus ");
}

static void delay_timer(struct hosted *hosted)
{
    struct platform_state *s = &hosted_vm(hosted)->platform.s;
    s->due[EVENT_STIMER] = clock_now(&s->clock) + 1;
}

Test(faults, an_interrupt_one_step_late_is_found)
{
    struct fidelity_fault fault = {.from = TIMER, .to = TIMER + 1, .spoil = delay_timer};
    expect_found(&fault, TIMER, "  scause ");
}

static void clear_a(struct hosted *hosted)
{
    uint64_t pte = *word_at(hosted, RAM_BASE + WINDOW_ENTRY);
    if (pte & PTE_A)
        store_word(hosted, RAM_BASE + WINDOW_ENTRY, pte & ~(uint64_t)PTE_A);
}

Test(faults, an_A_bit_that_is_not_set_is_found)
{
    struct fidelity_fault fault = {.from = 0, .to = NEVER, .spoil = clear_a};
    expect_found(&fault, SETS_A, "  memory 80002008 ");
}

static void spoil_byte(struct hosted *hosted)
{
    uint64_t at = RAM_BASE + SCRATCH + 0x18;
    store_word(hosted, at, *word_at(hosted, at) ^ (uint64_t)1 << 63);
}

Test(faults, a_byte_of_memory_is_found)
{
    struct fidelity_fault fault = {.from = 1000, .to = 1001, .spoil = spoil_byte};
    expect_found(&fault, 1000, "  memory 80003018 ");
}

static void spoil_register(struct hosted *hosted)
{
    vcpu(hosted)->x[31] ^= 0x10;
}

Test(faults, a_register_is_found)
{
    struct fidelity_fault fault = {.from = 777, .to = 778, .spoil = spoil_register};
    expect_found(&fault, 777, "  x31 ");
}

static void lose_a_step(struct hosted *hosted)
{
    vcpu(hosted)->csr.mcycle--;
}

Test(faults, a_cycle_that_is_not_counted_is_found)
{
    struct fidelity_fault fault = {.from = 12000, .to = 12001, .spoil = lose_a_step};
    expect_found(&fault, 12000, "  mcycle ");
}
