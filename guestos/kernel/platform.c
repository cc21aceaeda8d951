/* The machine as the device tree describes it. Everything of interest is copied out of the tree
 * at boot, because the tree lies in memory that the page allocator hands out later. What the
 * tree does not mention is done without: no UART means the firmware's console, no PLIC means
 * polling. Addresses are taken to be two cells wide, as on every 64-bit machine. */
#include "platform.h"

#include <stddef.h>

#include "fdt.h"
#include "kmap.h"
#include "string.h"

struct platform platform;

enum { SUPERVISOR_EXTERNAL_INTERRUPT = 9 };

static uint64_t number(const struct fdt *fdt, int node, const char *name, unsigned index,
                       unsigned cells, uint64_t otherwise)
{
    uint32_t length;
    const void *property = node == FDT_NONE ? NULL : fdt_property(fdt, node, name, &length);
    return property && length >= 4 * (index + cells) ? fdt_cells(property, index, cells)
                                                     : otherwise;
}

/* The first child of `parent` whose name starts with this. */
static int child(const struct fdt *fdt, int parent, const char *name)
{
    int depth = 0;
    if (parent == FDT_NONE)
        return FDT_NONE;
    for (int node = fdt_next(fdt, parent, &depth); node != FDT_NONE && depth > 0;
         node = fdt_next(fdt, node, &depth))
        if (depth == 1 && string_starts(fdt_name(fdt, node), name))
            return node;
    return FDT_NONE;
}

static void read_memory(const struct fdt *fdt)
{
    int node = fdt_find(fdt, "device_type", "memory");
    platform.memory_start = number(fdt, node, "reg", 0, 2, KERNEL_BASE);
    platform.memory_end = platform.memory_start + number(fdt, node, "reg", 2, 2, 16 << 20);
    if (platform.memory_end > KERNEL_LIMIT)
        platform.memory_end = KERNEL_LIMIT;
}

/* The handle of the interrupt controller inside the node of the hart that runs. */
static uint64_t hart_handle(const struct fdt *fdt, int cpus)
{
    int depth = 0;
    for (int node = fdt_next(fdt, cpus, &depth); node != FDT_NONE && depth > 0;
         node = fdt_next(fdt, node, &depth))
        if (depth == 1 && string_starts(fdt_name(fdt, node), "cpu@") &&
            number(fdt, node, "reg", 0, 1, 0) == platform.hart)
            return number(fdt, child(fdt, node, "interrupt-controller"), "phandle", 0, 1, 0);
    return 0;
}

/* The PLIC's contexts are the pairs of its interrupts-extended: whom it interrupts, and how. */
static void read_plic(const struct fdt *fdt, uint64_t handle)
{
    int node = fdt_find(fdt, "compatible", "riscv,plic0");
    if (node == FDT_NONE)
        node = fdt_find(fdt, "compatible", "sifive,plic-1.0.0");
    uint32_t length;
    const void *pairs =
        node == FDT_NONE ? NULL : fdt_property(fdt, node, "interrupts-extended", &length);
    for (unsigned i = 0; pairs && i < length / 8; i++)
        if (fdt_cells(pairs, 2 * i, 1) == handle &&
            fdt_cells(pairs, 2 * i + 1, 1) == SUPERVISOR_EXTERNAL_INTERRUPT) {
            platform.plic = number(fdt, node, "reg", 0, 2, 0);
            platform.plic_context = i;
        }
}

static void read_uart(const struct fdt *fdt)
{
    int node = fdt_find(fdt, "compatible", "ns16550a");
    platform.uart = number(fdt, node, "reg", 0, 2, 0);
    platform.uart_irq = (uint32_t)number(fdt, node, "interrupts", 0, 1, 0);
    if (platform.uart_irq == 0)
        platform.plic = 0;
}

/* One word of the command line, without its zero. */
static void read_word(const char *word, size_t length)
{
    char text[sizeof platform.run];
    if (length >= sizeof text)
        return;
    memcpy(text, word, length);
    text[length] = 0;
    if (strcmp(text, "notimer") == 0)
        platform.no_timer = true;
    else if (strcmp(text, "quiet") == 0)
        platform.quiet = true;
    else if (string_starts(text, "run="))
        string_copy(platform.run, text + 4, sizeof platform.run);
}

static void read_command_line(const char *text)
{
    while (*text) {
        size_t length = 0;
        while (text[length] && text[length] != ' ')
            length++;
        read_word(text, length);
        text += length + (text[length] == ' ');
    }
}

void platform_init(uint64_t hart, const void *device_tree)
{
    struct fdt fdt;
    platform = (struct platform){.hart = hart,
                                 .memory_start = KERNEL_BASE,
                                 .memory_end = KERNEL_BASE + (16 << 20),
                                 .ticks_per_second = 10000000};
    if (!fdt_open(&fdt, device_tree))
        return;
    int cpus = child(&fdt, FDT_ROOT, "cpus");
    read_memory(&fdt);
    platform.ticks_per_second =
        number(&fdt, cpus, "timebase-frequency", 0, 1, platform.ticks_per_second);
    read_plic(&fdt, hart_handle(&fdt, cpus));
    read_uart(&fdt);
    uint32_t length;
    const char *bootargs = fdt_property(&fdt, child(&fdt, FDT_ROOT, "chosen"), "bootargs", &length);
    if (bootargs)
        read_command_line(bootargs);
}
