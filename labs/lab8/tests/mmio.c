/* Exercise 8: the devices of a VM, as its port and the judge of its page faults reach them. Whoever
 * reaches a device brings the PLIC up to date, so the exercises before are needed for that. */
#include "lab_test.h"

#include "hosted.h"

enum { SCRATCH = UART_BASE + 7, UART_DATA = UART_BASE };

#define READ_MMIO "vmm/vm.c: device_access; isa/arch/port.h"
#define READ_PASS "vmm/vm.c: vm_passes; vmm/vm.h"

static struct boot boot;
static struct vm *vm;

static void given_a_vm(void)
{
    boot = (struct boot){.config = board_default()};
    boot.config.ram_size = 4 << 20;
    struct hosted *hosted = hosted_new(&boot, ENGINE_STEP);
    holds(hosted, "there is memory for a VM", "there is none");
    vm = hosted_vm(hosted);
}

static bool load(uint64_t gpa, unsigned size, enum access why, uint64_t *value)
{
    return vm->port.load(&vm->port, gpa, size, why, value);
}

static bool store(uint64_t gpa, unsigned size, enum access why, uint64_t value)
{
    return vm->port.store(&vm->port, gpa, size, why, value);
}

CLAIM(8, NEEDS(2, 3, 4), "loads and stores where there is no memory reach a device", READ_MMIO)
{
    uint64_t value = 0;
    given_a_vm();
    holds(store(SCRATCH, 1, ACCESS_STORE, 0x5a), "a store of a byte to the UART's SCR is done",
          "it is refused");
    same_u64(0x5a, vm->platform.s.uart.scr, "SCR of the VM's UART");
    holds(load(SCRATCH, 1, ACCESS_LOAD, &value), "a load of a byte from SCR is done",
          "it is refused");
    same_u64(0x5a, value, "the byte that is loaded");
}

CLAIM(8, NEEDS(2, 3, 4), "an access that reached a device is noted", READ_MMIO)
{
    uint64_t value = 0;
    given_a_vm();
    vm->reached_device = false;
    load(SCRATCH, 1, ACCESS_LOAD, &value);
    holds(vm->reached_device, "vm->reached_device is true after a load of SCR", "it is false");
    vm->reached_device = false;
    store(SCRATCH, 1, ACCESS_STORE, 1);
    holds(vm->reached_device, "vm->reached_device is true after a store to SCR", "it is false");
}

CLAIM(8, NEEDS(2, 3, 4), "a width that the device refuses is an access fault", READ_MMIO)
{
    static const unsigned sizes[] = {2, 4, 8};
    uint64_t value = 0;
    given_a_vm();
    for (unsigned i = 0; i < 3; i++) {
        vm->reached_device = false;
        holds(!load(SCRATCH & ~7UL, sizes[i], ACCESS_LOAD, &value), "the UART answers bytes alone",
              "a load of %u bytes is done", sizes[i]);
        holds(!store(SCRATCH & ~7UL, sizes[i], ACCESS_STORE, 0), "the UART answers bytes alone",
              "a store of %u bytes is done", sizes[i]);
        holds(!vm->reached_device, "what was refused is not noted", "it is");
    }
}

CLAIM(8, NOTHING, "where nobody answers, it is an access fault", READ_MMIO)
{
    uint64_t value = 0;
    given_a_vm();
    vm->reached_device = false;
    holds(!load(0x40000000, 4, ACCESS_LOAD, &value), "a load of nothing is refused", "it is done");
    holds(!store(0x40000000, 4, ACCESS_STORE, 1), "a store to nothing is refused", "it is done");
    holds(!vm->reached_device, "no device was reached", "it is noted that one was");
}

CLAIM(8, NOTHING, "a page-table walk reaches no device", READ_MMIO)
{
    uint64_t value = 0;
    given_a_vm();
    vm->platform.s.uart.fifo[0] = 'x';
    vm->platform.s.uart.count = 1;
    bool done = load(UART_DATA, 1, ACCESS_WALK, &value);
    same_u64(1, vm->platform.s.uart.count, "bytes in the UART's receiver after the walk");
    holds(!done, "the walk is refused: an access fault", "it is done");
    holds(!store(SCRATCH, 1, ACCESS_WALK, 0x5a), "the walk's update of A and D is refused, too",
          "it is done");
    same_u64(0, vm->platform.s.uart.scr, "SCR after the walk");
}

CLAIM(8, NOTHING, "fetches, LR and AMOs reach no device", READ_MMIO)
{
    static const enum access why[] = {ACCESS_FETCH, ACCESS_LR, ACCESS_AMO};
    static const char *const names[] = {"fetch", "LR", "AMO"};
    uint64_t value = 0;
    given_a_vm();
    for (unsigned i = 0; i < 3; i++)
        holds(!load(PLIC_BASE + 4, 4, why[i], &value), "it is refused: an access fault",
              "a device answered: %s", names[i]);
    holds(!store(PLIC_BASE + 4, 4, ACCESS_AMO, 1), "it is refused: an access fault",
          "a device answered the store of an AMO");
}

CLAIM(8, NOTHING, "nothing is passed through unless the VM is configured so", READ_PASS)
{
    struct p2m_entry page;
    given_a_vm();
    holds(!vm_passes(vm, GPA(UART_BASE), &page), "the UART is emulated", "it is passed through");
}

CLAIM(8, NOTHING, "all of the UART's page is passed through, and no other", READ_PASS)
{
    static const uint64_t passed[] = {UART_BASE, UART_BASE + 5, UART_BASE + 0xff,
                                      UART_BASE + 0xfff};
    static const uint64_t emulated[] = {UART_BASE - 1, UART_BASE + 0x1000, PLIC_BASE, 0x40000000,
                                        0};
    struct p2m_entry page;
    given_a_vm();
    vm->config.passes_uart = true;
    for (unsigned i = 0; i < 4; i++)
        holds(vm_passes(vm, GPA(passed[i]), &page), "the UART is passed through",
              "at %#lx it is not", passed[i]);
    for (unsigned i = 0; i < 5; i++)
        holds(!vm_passes(vm, GPA(emulated[i]), &page), "only the UART is passed through",
              "%#lx is as well", emulated[i]);
}

CLAIM(8, NOTHING, "a device is mapped at its own address, to be read and written", READ_PASS)
{
    struct p2m_entry page = {.level = 1, .perms = PTE_X, .reasons = ~0U};
    given_a_vm();
    vm->config.passes_uart = true;
    holds(vm_passes(vm, GPA(UART_BASE + 5), &page), "the UART is passed through", "it is not");
    same_u64(UART_BASE + 5, page.hpa.a, "the address in the machine");
    same_u64(PTE_R | PTE_W, page.perms, "the permissions");
    same_u64(0, (uint64_t)page.level, "the level of the leaf");
    same_u64(0, page.reasons, "the reasons for withholding something");
}
