/* Calls to the firmware. Each service has a modern extension and a legacy call; sbi_init probes
 * once, and the modern one is used where it exists. */
#include "sbi.h"

#include "priv.h"
#include "riscv.h"

enum { BASE_PROBE_EXTENSION = 3, DBCN_WRITE_BYTE = 2 };

struct sbi_result {
    int64_t error, value;
};

static struct {
    bool console, timer, reset, hypercalls;
} has;

static struct sbi_result call4(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1,
                               uint64_t arg2, uint64_t arg3)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a3 __asm__("a3") = arg3;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (struct sbi_result){(int64_t)a0, (int64_t)a1};
}

static struct sbi_result call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1)
{
    return call4(extension, function, arg0, arg1, 0, 0);
}

static bool probe(uint64_t extension)
{
    struct sbi_result r = call(SBI_EXT_BASE, BASE_PROBE_EXTENSION, extension, 0);
    return r.error == SBI_SUCCESS && r.value != 0;
}

void sbi_init(void)
{
    has.console = probe(SBI_EXT_DBCN);
    has.timer = probe(SBI_EXT_TIME);
    has.reset = probe(SBI_EXT_SRST);
    has.hypercalls = probe(SBI_EXT_TRAPEZE);
}

void sbi_put(char c)
{
    if (has.console)
        call(SBI_EXT_DBCN, DBCN_WRITE_BYTE, (uint8_t)c, 0);
    else
        call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, (uint8_t)c, 0);
}

int sbi_get(void)
{
    int64_t c = call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0).error;
    return c >= 0 && c <= 255 ? (int)c : -1;
}

void sbi_set_timer(uint64_t time)
{
    call(has.timer ? SBI_EXT_TIME : SBI_LEGACY_SET_TIMER, 0, time, 0);
}

bool sbi_exit_count(uint64_t number, uint64_t *count)
{
    if (!has.hypercalls)
        return false;
    struct sbi_result r = call(SBI_EXT_TRAPEZE, HYPERCALL_COUNT, number, 0);
    *count = (uint64_t)r.value;
    return r.error == SBI_SUCCESS;
}

/* Kernel memory lies where it is: its addresses are physical. */
bool sbi_exit_name(uint64_t number, char *text, uint64_t size)
{
    if (!has.hypercalls)
        return false;
    struct sbi_result r =
        call4(SBI_EXT_TRAPEZE, HYPERCALL_NAME, number, size - 1, (uint64_t)text, 0);
    uint64_t length = (uint64_t)r.value;
    text[r.error ? 0 : length < size ? length : size - 1] = 0;
    return r.error == SBI_SUCCESS;
}

_Noreturn void sbi_shutdown(bool reboot, bool failure)
{
    if (has.reset)
        call(SBI_EXT_SRST, 0, reboot ? SBI_SRST_COLD_REBOOT : SBI_SRST_SHUTDOWN,
             failure ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE);
    call(SBI_LEGACY_SHUTDOWN, 0, 0, 0);
    for (;;)
        wait_for_interrupt();
}
