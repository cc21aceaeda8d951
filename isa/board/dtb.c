/* The device tree, written node by node from front to back with libfdt. Names, properties and
 * compatible strings are those of QEMU 7.2's virt board (hw/riscv/virt.c), for drivers look for
 * them; phandles are numbered hart by hart, so that the bytes depend on nothing but the
 * configuration. */
#include "dtb.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "entropy.h"
#include "plic.h"

/* Everything but the user's text fits in the first, with room to spare. */
enum { FIXED_SIZE = 16384, CELL = 4 };
/* Cells of interrupts-extended at most: two pairs a hart. */
enum { LINKS = 4 * MAX_HARTS };

/* A tree in the making. An error of libfdt's sticks, so that only the end looks at it. */
struct tree {
    void *fdt;
    int error;
    const struct board_config *config;
};

static void note(struct tree *tree, int result)
{
    if (result < 0 && !tree->error)
        tree->error = result;
}

static void begin(struct tree *tree, const char *name)
{
    note(tree, fdt_begin_node(tree->fdt, name));
}

static void begin_at(struct tree *tree, const char *name, uint64_t address)
{
    char text[32];
    snprintf(text, sizeof text, "%s@%llx", name, (unsigned long long)address);
    begin(tree, text);
}

static void end(struct tree *tree)
{
    note(tree, fdt_end_node(tree->fdt));
}

static void property(struct tree *tree, const char *name, const void *bytes, size_t size)
{
    note(tree, fdt_property(tree->fdt, name, bytes, (int)size));
}

static void flag(struct tree *tree, const char *name)
{
    property(tree, name, NULL, 0);
}

static void string(struct tree *tree, const char *name, const char *text)
{
    property(tree, name, text, strlen(text) + 1);
}

static void cells(struct tree *tree, const char *name, const uint32_t *values, unsigned count)
{
    fdt32_t big_endian[LINKS];
    for (unsigned i = 0; i < count; i++)
        big_endian[i] = cpu_to_fdt32(values[i]);
    property(tree, name, big_endian, (size_t)count * CELL);
}

static void cell(struct tree *tree, const char *name, uint32_t value)
{
    cells(tree, name, &value, 1);
}

static void pair(struct tree *tree, const char *name, uint64_t value)
{
    cells(tree, name, (uint32_t[]){(uint32_t)(value >> 32), (uint32_t)value}, 2);
}

static void region(struct tree *tree, uint64_t base, uint64_t size)
{
    cells(tree, "reg",
          (uint32_t[]){(uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                       (uint32_t)size},
          4);
}

static uint32_t intc_phandle(unsigned hart)
{
    return hart + 1;
}

static uint32_t cpu_phandle(const struct tree *tree, unsigned hart)
{
    return tree->config->harts + hart + 1;
}

static uint32_t plic_phandle(const struct tree *tree)
{
    return 2 * tree->config->harts + 1;
}

static uint32_t finisher_phandle(const struct tree *tree)
{
    return 2 * tree->config->harts + 2;
}

/* Which interrupts of each hart a controller drives: two a hart, in the controller's order. */
static void links(struct tree *tree, uint32_t first, uint32_t second)
{
    uint32_t values[LINKS];
    unsigned count = 0;
    for (unsigned i = 0; i < tree->config->harts; i++) {
        values[count++] = intc_phandle(i);
        values[count++] = first;
        values[count++] = intc_phandle(i);
        values[count++] = second;
    }
    cells(tree, "interrupts-extended", values, count);
}

static void rng_seed(struct tree *tree)
{
    uint32_t seed[8];
    for (unsigned i = 0; i < 8; i++)
        seed[i] = (uint32_t)entropy_word(tree->config->seed, ENTROPY_DEVICE_TREE + i);
    cells(tree, "rng-seed", seed, 8);
}

static void chosen(struct tree *tree, const struct dtb_initrd *initrd)
{
    begin(tree, "chosen");
    if (tree->config->append)
        string(tree, "bootargs", tree->config->append);
    string(tree, "stdout-path", "/soc/serial@10000000");
    rng_seed(tree);
    if (initrd) {
        pair(tree, "linux,initrd-start", initrd->start);
        pair(tree, "linux,initrd-end", initrd->end);
    }
    end(tree);
}

static void memory(struct tree *tree)
{
    begin_at(tree, "memory", RAM_BASE);
    string(tree, "device_type", "memory");
    region(tree, RAM_BASE, tree->config->ram_size);
    end(tree);
}

static void cpu(struct tree *tree, unsigned hart)
{
    char isa[128];
    isa_print(tree->config->isa, isa, sizeof isa);
    begin_at(tree, "cpu", hart);
    string(tree, "device_type", "cpu");
    cell(tree, "reg", hart);
    string(tree, "status", "okay");
    string(tree, "compatible", "riscv");
    string(tree, "riscv,isa", isa);
    string(tree, "mmu-type", "riscv,sv39");
    cell(tree, "phandle", cpu_phandle(tree, hart));
    begin(tree, "interrupt-controller");
    cell(tree, "#interrupt-cells", 1);
    flag(tree, "interrupt-controller");
    string(tree, "compatible", "riscv,cpu-intc");
    cell(tree, "phandle", intc_phandle(hart));
    end(tree);
    end(tree);
}

/* All harts are cores of one cluster. */
static void cpu_map(struct tree *tree)
{
    begin(tree, "cpu-map");
    begin(tree, "cluster0");
    for (unsigned i = 0; i < tree->config->harts; i++) {
        char name[16];
        snprintf(name, sizeof name, "core%u", i);
        begin(tree, name);
        cell(tree, "cpu", cpu_phandle(tree, i));
        end(tree);
    }
    end(tree);
    end(tree);
}

static void cpus(struct tree *tree)
{
    begin(tree, "cpus");
    cell(tree, "#address-cells", 1);
    cell(tree, "#size-cells", 0);
    cell(tree, "timebase-frequency", TIMEBASE_HZ);
    for (unsigned i = 0; i < tree->config->harts; i++)
        cpu(tree, i);
    cpu_map(tree);
    end(tree);
}

static void serial(struct tree *tree)
{
    begin_at(tree, "serial", UART_BASE);
    string(tree, "compatible", "ns16550a");
    region(tree, UART_BASE, UART_SIZE);
    cell(tree, "clock-frequency", 3686400);
    cell(tree, "interrupts", UART_IRQ);
    cell(tree, "interrupt-parent", plic_phandle(tree));
    end(tree);
}

static void rtc(struct tree *tree)
{
    begin_at(tree, "rtc", RTC_BASE);
    string(tree, "compatible", "google,goldfish-rtc");
    region(tree, RTC_BASE, RTC_SIZE);
    cell(tree, "interrupts", RTC_IRQ);
    cell(tree, "interrupt-parent", plic_phandle(tree));
    end(tree);
}

/* Every slot, with a device in it or without: drivers ask. */
static void virtio(struct tree *tree)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        uint64_t base = VIRTIO_BASE + (uint64_t)VIRTIO_STRIDE * i;
        begin_at(tree, "virtio_mmio", base);
        string(tree, "compatible", "virtio,mmio");
        region(tree, base, VIRTIO_STRIDE);
        cell(tree, "interrupts", VIRTIO_IRQ + i);
        cell(tree, "interrupt-parent", plic_phandle(tree));
        end(tree);
    }
}

static void finisher(struct tree *tree)
{
    static const char compatible[] = "sifive,test1\0sifive,test0\0syscon";
    begin_at(tree, "test", FINISHER_BASE);
    property(tree, "compatible", compatible, sizeof compatible);
    region(tree, FINISHER_BASE, FINISHER_SIZE);
    cell(tree, "phandle", finisher_phandle(tree));
    end(tree);
}

static void plic(struct tree *tree)
{
    static const char compatible[] = "sifive,plic-1.0.0\0riscv,plic0";
    begin_at(tree, "plic", PLIC_BASE);
    property(tree, "compatible", compatible, sizeof compatible);
    region(tree, PLIC_BASE, PLIC_SIZE);
    cell(tree, "riscv,ndev", PLIC_SOURCES - 1);
    flag(tree, "interrupt-controller");
    cell(tree, "#interrupt-cells", 1);
    cell(tree, "#address-cells", 0);
    links(tree, IRQ_MEI, IRQ_SEI);
    cell(tree, "phandle", plic_phandle(tree));
    end(tree);
}

static void clint(struct tree *tree)
{
    static const char compatible[] = "sifive,clint0\0riscv,clint0";
    begin_at(tree, "clint", CLINT_BASE);
    property(tree, "compatible", compatible, sizeof compatible);
    region(tree, CLINT_BASE, CLINT_SIZE);
    links(tree, IRQ_MSI, IRQ_MTI);
    end(tree);
}

static void soc(struct tree *tree)
{
    begin(tree, "soc");
    cell(tree, "#address-cells", 2);
    cell(tree, "#size-cells", 2);
    string(tree, "compatible", "simple-bus");
    flag(tree, "ranges");
    serial(tree);
    rtc(tree);
    virtio(tree);
    finisher(tree);
    plic(tree);
    if (tree->config->firmware != FIRMWARE_BUILTIN) /* else it is the firmware's own */
        clint(tree);
    end(tree);
}

/* How to turn the machine off, or start it anew: a word to the finisher. */
static void syscon(struct tree *tree, const char *name, const char *compatible, uint32_t value)
{
    begin(tree, name);
    string(tree, "compatible", compatible);
    cell(tree, "regmap", finisher_phandle(tree));
    cell(tree, "offset", 0);
    cell(tree, "value", value);
    end(tree);
}

static void root(struct tree *tree, const struct dtb_initrd *initrd)
{
    begin(tree, "");
    cell(tree, "#address-cells", 2);
    cell(tree, "#size-cells", 2);
    string(tree, "compatible", "riscv-virtio");
    string(tree, "model", "riscv-virtio,trapeze");
    chosen(tree, initrd);
    memory(tree);
    cpus(tree);
    soc(tree);
    syscon(tree, "poweroff", "syscon-poweroff", 0x5555);
    syscon(tree, "reboot", "syscon-reboot", 0x7777);
    end(tree);
}

uint8_t *dtb_make(const struct board_config *config, const struct dtb_initrd *initrd, size_t *size)
{
    size_t room = FIXED_SIZE + (config->append ? strlen(config->append) : 0);
    struct tree tree = {.fdt = calloc(1, room), .config = config};
    if (!tree.fdt)
        return NULL;
    note(&tree, fdt_create(tree.fdt, (int)room));
    note(&tree, fdt_finish_reservemap(tree.fdt));
    root(&tree, initrd);
    note(&tree, fdt_finish(tree.fdt));
    if (tree.error) {
        free(tree.fdt);
        return NULL;
    }
    *size = fdt_totalsize(tree.fdt);
    return tree.fdt;
}
