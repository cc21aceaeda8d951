/* The device tree, read back with libfdt. What it must say is what QEMU 7.2's virt says. */
#include "dtb.h"

#include <criterion/criterion.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "boot.h"

static struct board_config config;
static uint8_t *dtb;
static size_t size;

static void make(const struct dtb_initrd *initrd)
{
    free(dtb);
    dtb = dtb_make(&config, initrd, &size);
    cr_assert_not_null(dtb);
    cr_assert_eq(fdt_check_full(dtb, size), 0);
}

static void given_two_harts(void)
{
    config = board_default();
    config.harts = 2;
    config.ram_size = 64 << 20;
    make(NULL);
}

static void forget(void)
{
    free(dtb);
}

static const void *property(const char *path, const char *name, int *length)
{
    int node = fdt_path_offset(dtb, path);
    cr_assert_geq(node, 0, "no node %s", path);
    return fdt_getprop(dtb, node, name, length);
}

static void expect_string(const char *path, const char *name, const char *text)
{
    int length;
    const char *value = property(path, name, &length);
    cr_assert_not_null(value, "%s has no %s", path, name);
    cr_expect_str_eq(value, text, "%s of %s is %s", name, path, value);
}

static uint32_t cell(const char *path, const char *name, unsigned index)
{
    int length;
    const fdt32_t *value = property(path, name, &length);
    cr_assert_not_null(value, "%s has no %s", path, name);
    cr_assert_lt(4 * index, (unsigned)length, "%s of %s is short", name, path);
    return fdt32_to_cpu(value[index]);
}

static bool has_node(const char *path)
{
    return fdt_path_offset(dtb, path) >= 0;
}

static void expect_region(const char *path, uint64_t base, uint64_t bytes)
{
    cr_expect_eq((uint64_t)cell(path, "reg", 0) << 32 | cell(path, "reg", 1), base, "%s", path);
    cr_expect_eq((uint64_t)cell(path, "reg", 2) << 32 | cell(path, "reg", 3), bytes, "%s", path);
}

TestSuite(dtb, .init = given_two_harts, .fini = forget);

Test(dtb, memory_and_devices_are_where_virt_has_them)
{
    expect_region("/memory@80000000", 0x80000000, 64 << 20);
    expect_region("/soc/serial@10000000", 0x10000000, 0x100);
    expect_region("/soc/plic@c000000", 0xc000000, 0x600000);
    expect_region("/soc/test@100000", 0x100000, 0x1000);
    expect_region("/soc/rtc@101000", 0x101000, 0x1000);
}

Test(dtb, devices_are_named_for_their_drivers)
{
    expect_string("/soc/serial@10000000", "compatible", "ns16550a");
    expect_string("/soc/rtc@101000", "compatible", "google,goldfish-rtc");
    cr_expect_eq(cell("/soc/rtc@101000", "interrupts", 0), 11);
    expect_string("/soc/plic@c000000", "compatible", "sifive,plic-1.0.0");
    int node = fdt_path_offset(dtb, "/soc/test@100000");
    cr_expect_eq(fdt_node_check_compatible(dtb, node, "syscon"), 0);
    cr_expect_eq(fdt_node_check_compatible(dtb, node, "sifive,test0"), 0);
    expect_string("/", "compatible", "riscv-virtio");
}

Test(dtb, a_hart_says_what_it_is)
{
    expect_string("/cpus/cpu@1", "riscv,isa", "rv64imafdc_zicntr_zicsr_zifencei_sstc");
    expect_string("/cpus/cpu@1", "mmu-type", "riscv,sv39");
    expect_string("/cpus/cpu@1", "status", "okay");
    cr_expect_eq(cell("/cpus/cpu@1", "reg", 0), 1);
    cr_expect_eq(cell("/cpus", "timebase-frequency", 0), 10000000);
    cr_expect_not(has_node("/cpus/cpu@2"));
}

Test(dtb, the_serial_line_interrupts_through_the_plic)
{
    cr_expect_eq(cell("/soc/serial@10000000", "interrupts", 0), 10);
    cr_expect_eq(cell("/soc/serial@10000000", "interrupt-parent", 0),
                 cell("/soc/plic@c000000", "phandle", 0));
    cr_expect_eq(cell("/soc/serial@10000000", "clock-frequency", 0), 3686400);
}

Test(dtb, eight_slots_for_virtio_interrupt_in_order)
{
    for (unsigned i = 0; i < 8; i++) {
        char path[64];
        snprintf(path, sizeof path, "/soc/virtio_mmio@%x", 0x10001000 + 0x1000 * i);
        expect_region(path, 0x10001000 + 0x1000 * i, 0x1000);
        expect_string(path, "compatible", "virtio,mmio");
        cr_expect_eq(cell(path, "interrupts", 0), i + 1);
        cr_expect_eq(cell(path, "interrupt-parent", 0), cell("/soc/plic@c000000", "phandle", 0));
    }
}

Test(dtb, the_plic_drives_m_and_s_of_every_hart_in_order)
{
    const char *intc[] = {"/cpus/cpu@0/interrupt-controller", "/cpus/cpu@1/interrupt-controller"};
    for (unsigned hart = 0; hart < 2; hart++) {
        uint32_t phandle = cell(intc[hart], "phandle", 0);
        for (unsigned i = 0; i < 2; i++) {
            unsigned at = 4 * hart + 2 * i;
            cr_expect_eq(cell("/soc/plic@c000000", "interrupts-extended", at), phandle);
            cr_expect_eq(cell("/soc/plic@c000000", "interrupts-extended", at + 1), i ? 9 : 11);
        }
    }
    cr_expect_eq(cell("/soc/plic@c000000", "riscv,ndev", 0), 95);
}

Test(dtb, the_clint_is_there_only_without_built_in_firmware)
{
    cr_expect_not(has_node("/soc/clint@2000000"));
    config.firmware = FIRMWARE_NONE;
    make(NULL);
    expect_region("/soc/clint@2000000", 0x2000000, 0x10000);
    cr_expect_eq(cell("/soc/clint@2000000", "interrupts-extended", 1), 3);
    cr_expect_eq(cell("/soc/clint@2000000", "interrupts-extended", 3), 7);
}

Test(dtb, turning_off_is_a_word_to_the_finisher)
{
    cr_expect_eq(cell("/poweroff", "value", 0), 0x5555);
    cr_expect_eq(cell("/reboot", "value", 0), 0x7777);
    cr_expect_eq(cell("/poweroff", "regmap", 0), cell("/soc/test@100000", "phandle", 0));
}

Test(dtb, the_command_line_and_the_console_are_chosen)
{
    int length;
    cr_expect_null(property("/chosen", "bootargs", &length));
    expect_string("/chosen", "stdout-path", "/soc/serial@10000000");
    config.append = "run=/bin/usertests";
    make(NULL);
    expect_string("/chosen", "bootargs", "run=/bin/usertests");
}

Test(dtb, a_long_command_line_fits)
{
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    config.append = text;
    config.harts = MAX_HARTS;
    config.firmware = FIRMWARE_NONE;
    make(NULL);
    expect_string("/chosen", "bootargs", text);
}

Test(dtb, an_initial_ram_disk_is_told_by_its_ends)
{
    make(&(struct dtb_initrd){0x184000000, 0x184001234});
    cr_expect_eq(cell("/chosen", "linux,initrd-start", 0), 1);
    cr_expect_eq(cell("/chosen", "linux,initrd-start", 1), 0x84000000);
    cr_expect_eq(cell("/chosen", "linux,initrd-end", 1), 0x84001234);
}

Test(dtb, the_same_configuration_gives_the_same_bytes_and_another_seed_others)
{
    size_t other_size;
    uint8_t *same = dtb_make(&config, NULL, &other_size);
    cr_expect_eq(other_size, size);
    cr_expect_arr_eq(same, dtb, size);
    config.seed = 1;
    uint8_t *other = dtb_make(&config, NULL, &other_size);
    cr_expect_eq(other_size, size);
    cr_expect_neq(memcmp(other, dtb, size), 0);
    free(same);
    free(other);
}
