/* Boot protocols: where things are put, and how harts start. */
#include "boot.h"

#include "world.h"

static const uint32_t nothing[] = {LOOP};

Test(boot, built_in_firmware_starts_hart_0_in_s_mode)
{
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_BUILTIN, 2);
    const struct hart *hart = &machine->hart[0];
    cr_expect_eq(hart->mode, MODE_S);
    cr_expect_eq(hart->pc, RAM_BASE);
    cr_expect_eq(hart->x[X_A0], 0);
    cr_expect_eq(hart->x[X_A1], boot.dtb_pa);
    cr_expect_eq(machine->platform.s.sbi.state[0], SBI_HART_STARTED);
    cr_expect_eq(machine->platform.s.sbi.state[1], SBI_HART_STOPPED);
    end(machine);
}

Test(boot, without_firmware_every_hart_starts_in_m_mode)
{
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 2);
    for (unsigned i = 0; i < 2; i++) {
        cr_expect_eq(machine->hart[i].mode, MODE_M);
        cr_expect_eq(machine->hart[i].pc, RAM_BASE);
        cr_expect_eq(machine->hart[i].x[X_A0], i);
        cr_expect_eq(machine->hart[i].x[X_A1], boot.dtb_pa);
        cr_expect_eq(machine->hart[i].csr.mhartid, i);
    }
    end(machine);
}

Test(boot, image_and_device_tree_are_in_memory)
{
    static const uint32_t words[] = {LOOP, 0x11223344};
    struct machine *machine = machine_with(words, sizeof words, FIRMWARE_NONE, 1);
    cr_expect_arr_eq(ram_at(&machine->ram, RAM_BASE, 8), words, 8);
    cr_expect_arr_eq(ram_at(&machine->ram, boot.dtb_pa, boot.dtb_size), boot.dtb, boot.dtb_size);
    end(machine);
}

Test(boot, the_device_tree_is_at_the_top_of_ram_on_two_mebibytes)
{
    struct machine *machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
    cr_expect_eq(boot.dtb_pa, RAM_BASE + (14 << 20));
    end(machine);
}

static bool prepare(uint64_t ram_size, uint64_t load_addr, size_t image_size, char error[256])
{
    static uint8_t image[12 << 20];
    struct board_config config = board_default();
    config.ram_size = ram_size;
    config.load_addr = load_addr;
    return boot_prepare(&boot, &config, file_with(image, image_size), error, 256);
}

Test(boot, the_device_tree_stays_below_three_gibibytes)
{
    char error[256];
    cr_assert(prepare((uint64_t)8 << 30, 0, 4, error), "%s", error);
    cr_expect_eq(boot.dtb_pa, 0xc0000000 - 0x200000);
    boot_free(&boot);
}

Test(boot, the_device_tree_makes_way_for_the_image)
{
    char error[256];
    cr_assert(prepare(16 << 20, RAM_BASE + (8 << 20), 8 << 20, error), "%s", error);
    cr_expect_eq(boot.dtb_pa, RAM_BASE + (6 << 20));
    boot_free(&boot);
    cr_expect_not(prepare(4 << 20, RAM_BASE, 4 << 20, error));
    cr_expect(strstr(error, "device tree"), "%s", error);
}

Test(boot, a_flat_image_goes_where_its_firmware_looks_for_it)
{
    char error[256];
    cr_assert(prepare(16 << 20, 0, 4, error));
    cr_expect_eq(boot.image.entry, 0x80200000);
    boot_free(&boot);
    struct board_config config = board_default();
    config.firmware = FIRMWARE_NONE;
    cr_assert(boot_prepare(&boot, &config, file_with("flat", 4), error, sizeof error));
    cr_expect_eq(boot.image.entry, 0x80000000);
    boot_free(&boot);
}
