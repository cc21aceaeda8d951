/* Random commands, right and wrong, to sessions over a machine and over a VM: none may crash, hang
 * or end the session, and each answer of JSON is one line. debugger SEEDS [FIRST]. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "commands.h"
#include "debugger.h"
#include "repl.h"

enum { LINES = 120, MEMORY = 4 << 20 };

static uint64_t state;

static uint64_t random_bits(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static const char *const words[] = {
    "pc",
    "sp",
    "t0",
    "x31",
    "f3",
    "fp",
    "zero",
    "csr.satp",
    "csr.sstatus.SPP",
    "csr.",
    "satp",
    "sstatus",
    "0x80000000",
    "0x80000010",
    "0x80100000",
    "0",
    "1",
    "7",
    "8",
    "-1",
    "0x10000000",
    "99999999999999999999",
    "0xffffffffffffffff",
    "18446744073709551615",
    "*",
    "(u32*)",
    "(u8)",
    "u64(",
    "s8(",
    "walk(",
    "shadow(",
    "p2m(",
    ").pa",
    ").ok",
    ")",
    "(",
    "+",
    "-",
    "/",
    "%",
    "<<",
    "==",
    "=",
    "!",
    "~",
    "&",
    "&&",
    "|",
    "^",
    "gpa:",
    "hpa:",
    "gva:",
    "if",
    "r",
    "w",
    "x",
    "u",
    "s",
    "m",
    "irq",
    "mode",
    "trap",
    "exit",
    "csr",
    "table",
    "device",
    "uart",
    "plic",
    "fill",
    "mmio",
    "ecall",
    "not",
    "ssi",
    "sti",
    "-n",
    "--guest",
    "--line",
    "-g",
    "--svg",
    "--perfetto",
    "off",
    "on",
    "time",
    "/4xg",
    "/i",
    "/s",
    "/t",
    "/9999x",
    "loop.s:5",
    ":",
    ";",
    "#",
    "'a'",
    "''",
    "harts",
    "views",
    "p2m",
    "interrupts",
    "stops",
    "devices",
    "exits",
    "print pc",
    "\t",
    "\"",
    "\\",
    "\x80\xff",
    "hw.satp",
    "insn",
    "steps",
    "$sp",
    "..",
    "0b",
    "0b101",
};
enum { WORDS = sizeof words / sizeof *words };

/* Files may be written, and nothing else of the host touched: the rest is for the whole process. */
static bool is_left_out(const struct command *command)
{
    return strcmp(command->name, "quit") == 0;
}

static void make_line(char *line, size_t size)
{
    const struct command *command = &command_table[random_bits() % command_count];
    size_t used = (size_t)snprintf(line, size, "%s", is_left_out(command) ? "" : command->name);
    if (used && random_bits() % 8 == 0)
        line[used = 1 + random_bits() % used] = 0; /* an abbreviation, maybe of several */
    for (unsigned count = (unsigned)(random_bits() % 7); count-- && used + 64 < size;)
        used += (size_t)snprintf(line + used, size - used, "%s%s", random_bits() % 4 ? " " : "",
                                 words[random_bits() % WORDS]);
    if (random_bits() % 16 == 0 && used) /* one byte that is anything */
        line[random_bits() % used] = (char)(1 + random_bits() % 255);
    for (char *at = line; (at = strchr(at, '\n'));)
        *at = ' ';
}

/* Counts to some thousands in S, with a trap, a CSR and a byte to the UART at each turn; then it
 * calls the firmware to turn itself off. */
static const uint32_t program[] = {
    0x00001337, /* lui t1, 1 */
    0x800102b7, /* lui t0, 0x80010 */
    0x02029293, /* slli t0, t0, 32 */
    0x0202d293, /* srli t0, t0, 32 */
    0x10000437, /* lui s0, 0x10000 */
    0x0062b023, /* again: sd t1, 0(t0) */
    0x0002b383, /* ld t2, 0(t0) */
    0x14031073, /* csrw sscratch, t1 */
    0x006403a3, /* sb t1, 7(s0) */
    0xfff30313, /* addi t1, t1, -1 */
    0xfe0316e3, /* bnez t1, again */
    0x00800893, /* li a7, 8 */
    0x00000073, /* ecall */
};

static struct debugger debugger;

static void on_alarm(int signal)
{
    (void)signal;
    debugger.interrupted = true;
}

/* A run must not last: somebody presses Ctrl-C every few milliseconds. */
static void press_ctrl_c(void)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval often = {.it_interval = {.tv_usec = 3000}, .it_value = {.tv_usec = 3000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

static bool is_one_line(const char *text, size_t size)
{
    const char *end = memchr(text, '\n', size);
    return size > 2 && text[0] == '{' && end == text + size - 1 && text[size - 2] == '}';
}

static bool talk(FILE *answers, char **text, size_t *size, bool is_json)
{
    char line[512];
    for (unsigned i = 0; i < LINES; i++) {
        make_line(line, sizeof line);
        fflush(answers);
        rewind(answers);
        debugger_line(&debugger, line);
        fflush(answers);
        long end = ftell(answers);
        if (is_json && !is_one_line(*text, (size_t)end)) {
            printf("'%s' is answered by no line of JSON: %.*s\n", line, (int)end, *text);
            return false;
        }
    }
    (void)size;
    return true;
}

static bool run_session(uint64_t seed)
{
    static uint8_t dtb[8];
    char error[512], *text = NULL;
    size_t size = 0;
    bool is_vm = seed & 1, is_json = seed & 2;
    struct boot boot = {.config = board_default(),
                        .image = {.entry = RAM_BASE},
                        .dtb = dtb,
                        .dtb_size = sizeof dtb,
                        .dtb_pa = RAM_BASE + MEMORY - PAGE_SIZE};
    boot.config.ram_size = MEMORY;
    boot.config.harts = 1 + (seed >> 2 & 1);
    struct repl_options options = {
        .boot = &boot, .image = "/dev/null", .is_json = is_json, .skips_init = true};
    if (is_vm)
        options.hosted = hosted_new(&boot, ENGINE_BLOCK);
    else
        options.machine = machine_new(&boot.config, ENGINE_BLOCK);
    FILE *answers = open_memstream(&text, &size);
    if (!answers || !session_open(&debugger, &options, answers, error, sizeof error))
        return false;
    uint64_t bad;
    target_write(&debugger.target, debugger_hart(&debugger), LEVEL_GPA, RAM_BASE, program,
                 sizeof program, &bad);
    state = seed * 0x9e3779b97f4a7c15 | 1;
    bool done = talk(answers, &text, &size, is_json);
    session_close(&debugger);
    fclose(answers);
    free(text);
    hosted_free(options.hosted);
    machine_free(options.machine);
    return done;
}

int main(int argc, char **argv)
{
    uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 0) : 20;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    char folder[] = "/tmp/trapeze-fuzz-XXXXXX", command[64];
    if (!mkdtemp(folder) || chdir(folder) != 0 || !freopen("/dev/null", "w", stderr))
        return 1;
    press_ctrl_c();
    bool good = true;
    for (uint64_t seed = first; seed < first + seeds && good; seed++) {
        good = run_session(seed);
        if (!good)
            printf("seed %" PRIu64 "\n", seed);
    }
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && good ? 0 : 1;
}
