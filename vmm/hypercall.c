/* The hypercalls, a function each. Every argument is the guest's word: numbers are bounded by the
 * table of exits, addresses by dma, and a call moves a line at the most. */
#include "hypercall.h"

#include "vm.h"

enum { LINE = 256 };

typedef struct sbi_result answer_fn(struct vm *vm, const uint64_t *args);

static struct sbi_result success(uint64_t value)
{
    return (struct sbi_result){.value = value};
}

static struct sbi_result invalid(void)
{
    return (struct sbi_result){.error = SBI_ERR_INVALID_PARAM};
}

static struct sbi_result version(struct vm *vm, const uint64_t *args)
{
    (void)vm, (void)args;
    return success(HYPERCALL_VERSION_1);
}

/* Time is steps, so what a vcpu gives up is the rest of its turn. */
static struct sbi_result yield(struct vm *vm, const uint64_t *args)
{
    (void)args;
    vm->platform.s.turn_end = 0;
    return success(0);
}

/* As DBCN's write, it may print less than it was asked to, and says how much. */
static struct sbi_result print(struct vm *vm, const uint64_t *args)
{
    uint8_t line[LINE];
    uint64_t size = args[0] < LINE ? args[0] : LINE, pa = args[1], high = args[2];
    if (high || !vm->platform.dma(vm, pa, line, size, false))
        return invalid();
    if (vm->said)
        vm->said(line, size);
    return success(size);
}

static struct sbi_result count(struct vm *vm, const uint64_t *args)
{
    return args[0] < EXIT_COUNT ? success(vm->stats.exits[args[0]]) : invalid();
}

static struct sbi_result name(struct vm *vm, const uint64_t *args)
{
    char text[LINE];
    if (args[0] >= EXIT_COUNT)
        return invalid();
    uint64_t room = args[1], pa = args[2], high = args[3], length = 0;
    for (const char *c = exit_text[args[0]]; *c && length < LINE; c++)
        text[length++] = *c;
    if (high || !platform_write(&vm->platform, pa, text, length < room ? length : room))
        return invalid();
    return success(length);
}

struct sbi_result hypercall(void *owner, uint64_t function, const uint64_t *args)
{
    static answer_fn *const answers[] = {
        [HYPERCALL_VERSION] = version, [HYPERCALL_YIELD] = yield, [HYPERCALL_PRINT] = print,
        [HYPERCALL_COUNT] = count,     [HYPERCALL_NAME] = name,
    };
    if (function >= sizeof answers / sizeof *answers)
        return (struct sbi_result){.error = SBI_ERR_NOT_SUPPORTED};
    return answers[function](owner, args);
}
