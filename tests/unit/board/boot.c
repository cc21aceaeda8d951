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

/* A machine under a firmware of `size` bytes that boots what `config` says and `path` holds. */
static bool prepare_firmware(struct board_config *config, size_t size, const char *path,
                             char error[256])
{
    static uint8_t firmware[4 << 20];
    config->firmware = FIRMWARE_FILE;
    config->firmware_path = file_with(firmware, size);
    return boot_prepare(&boot, config, path, error, 256);
}

Test(boot, a_firmware_starts_in_m_mode_and_is_told_what_to_boot)
{
    char error[256];
    struct board_config config = board_default();
    config.harts = 2;
    cr_assert(prepare_firmware(&config, 100, file_with("flat", 4), error), "%s", error);
    struct machine *machine = machine_new(&config, ENGINE_STEP);
    machine_boot(machine, &boot);
    for (unsigned i = 0; i < 2; i++) {
        const struct hart *hart = &machine->hart[i];
        cr_expect_eq(hart->mode, MODE_M);
        cr_expect_eq(hart->pc, 0x80000000);
        cr_expect_eq(hart->x[X_A0], i);
        cr_expect_eq(hart->x[X_A1], boot.dtb_pa);
        /* struct fw_dynamic_info of OpenSBI: magic, version 2, next address, S-mode, options, hart
         */
        const uint64_t info[] = {0x4942534f, 2, 0x80200000, 1, 0, 0};
        cr_expect_arr_eq(ram_at(&machine->ram, hart->x[X_A2], sizeof info), info, sizeof info);
    }
    cr_expect_arr_eq(ram_at(&machine->ram, 0x80200000, 4), "flat", 4);
    end(machine);
}

Test(boot, a_firmware_may_be_all_there_is)
{
    char error[256];
    struct board_config config = board_default();
    cr_assert(prepare_firmware(&config, 100, NULL, error), "%s", error);
    cr_expect_eq(boot.image.segments, 0);
    boot_free(&boot);
}

Test(boot, a_flat_image_goes_behind_a_large_firmware_but_not_over_it)
{
    char error[256];
    struct board_config config = board_default();
    cr_assert(prepare_firmware(&config, 0x200001, file_with("flat", 4), error), "%s", error);
    cr_expect_eq(boot.image.entry, 0x80400000);
    boot_free(&boot);
    config.load_addr = 0x80200000;
    cr_expect_not(prepare_firmware(&config, 0x200001, file_with("flat", 4), error));
    cr_expect(strstr(error, "overlaps the firmware"), "%s", error);
}

static bool prepare_initrd(uint64_t ram_size, size_t image_size, size_t initrd_size,
                           char error[256])
{
    static uint8_t bytes[12 << 20] = "initrd";
    struct board_config config = board_default();
    config.ram_size = ram_size;
    config.initrd = file_with(bytes, initrd_size);
    return boot_prepare(&boot, &config, file_with(bytes, image_size), error, 256);
}

Test(boot, the_ram_disk_is_half_way_up_or_128_mebibytes_behind_the_image)
{
    char error[256];
    cr_assert(prepare_initrd(64 << 20, 100, 100, error), "%s", error);
    cr_expect_eq(boot.initrd_pa, 0x80200000 + (32 << 20));
    boot_free(&boot);
    cr_assert(prepare_initrd((uint64_t)2 << 30, 100, 100, error), "%s", error);
    cr_expect_eq(boot.initrd_pa, 0x80200000 + (128 << 20));
    struct machine *machine = machine_new(&boot.config, ENGINE_STEP);
    machine_boot(machine, &boot);
    cr_expect_arr_eq(ram_at(&machine->ram, boot.initrd_pa, 7), "initrd", 7);
    end(machine);
}

Test(boot, the_ram_disk_makes_way_for_the_image_and_the_tree_for_both)
{
    char error[256];
    cr_assert(prepare_initrd(16 << 20, 9 << 20, 0x200001, error), "%s", error);
    cr_expect_eq(boot.initrd_pa, 0x81000000 - 0x201000);
    cr_expect_eq(boot.dtb_pa, 0x80c00000);
    boot_free(&boot);
    cr_expect_not(prepare_initrd(16 << 20, 9 << 20, 6 << 20, error));
    cr_expect(strstr(error, "no room"), "%s", error);
    cr_expect_not(prepare_initrd(16 << 20, 100, 0, error));
    cr_expect(strstr(error, "empty"), "%s", error);
}
