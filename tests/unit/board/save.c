/* Saves and checkpoints: what was is again. */
#include "save.h"

#include "disk.h"
#include "input.h"
#include "world.h"

/* Writes a counter to page after page, and to the console. */
static const uint32_t writer[] = {
    0x00001297, /* auipc t0, 1 */
    0x10000337, /* lui t1, 0x10000 */
    0x00138393, /* addi t2, t2, 1 */
    0x0072b023, /* sd t2, 0(t0) */
    0x00730023, /* sb t2, 0(t1) */
    0x00001e37, /* lui t3, 1 */
    0x01c282b3, /* add t0, t0, t3 */
    0xfedff06f, /* j -20 */
};

static struct machine *machine;

static void given_a_writer(void)
{
    machine = machine_with(writer, sizeof writer, FIRMWARE_NONE, 1);
}

static void finish(void)
{
    end(machine);
}

/* All that a machine is, folded into a number, to compare with another time. */
static uint64_t fingerprint(void)
{
    uint64_t hash = 0xcbf29ce484222325;
    struct save save;
    cr_assert(save_take(&machine->platform, &save));
    const uint8_t *parts[] = {(uint8_t *)&save.state, (uint8_t *)save.frame, save.bytes};
    size_t sizes[] = {sizeof save.state, save.pages * sizeof *save.frame, save.pages * PAGE_SIZE};
    for (unsigned part = 0; part < 3; part++)
        for (size_t i = 0; i < sizes[part]; i++)
            hash = (hash ^ parts[part][i]) * 0x100000001b3;
    save_free(&save);
    return hash;
}

TestSuite(save, .init = given_a_writer, .fini = finish);

Test(save, a_restored_machine_is_what_it_was_and_goes_on_alike)
{
    struct save save;
    machine_run(machine, 500);
    cr_assert(save_take(&machine->platform, &save));
    uint64_t before = fingerprint();
    machine_run(machine, 1000);
    uint64_t after = fingerprint();
    cr_expect_neq(before, after);
    save_put(&machine->platform, &save);
    cr_expect_eq(fingerprint(), before);
    machine_run(machine, 1000);
    cr_expect_eq(fingerprint(), after);
    save_free(&save);
}

Test(save, a_save_can_be_restored_into_another_machine)
{
    struct save save;
    machine_run(machine, 500);
    cr_assert(save_take(&machine->platform, &save));
    uint64_t before = fingerprint();
    struct machine *first = machine;
    machine = machine_new(&boot.config, ENGINE_BLOCK);
    machine_run(machine, 33);
    save_put(&machine->platform, &save);
    cr_expect_eq(fingerprint(), before);
    machine_free(first);
    save_free(&save);
}

Test(save, going_back_undoes_everything_and_costs_the_pages_written)
{
    struct state state;
    machine_run(machine, 500);
    uint64_t before = fingerprint();
    machine_checkpoint(machine, &state);
    machine_run(machine, 500 + 6 * 10); /* ten rounds, ten pages */
    cr_expect_neq(fingerprint(), before);
    cr_expect_eq(machine_rollback(machine, &state), 10);
    cr_expect_eq(fingerprint(), before);
}

Test(save, one_checkpoint_can_be_gone_back_to_again_and_again)
{
    struct state state;
    machine_run(machine, 100);
    machine_checkpoint(machine, &state);
    uint64_t before = fingerprint();
    machine_run(machine, 700);
    uint64_t after = fingerprint();
    for (int i = 0; i < 3; i++) {
        machine_rollback(machine, &state);
        cr_expect_eq(fingerprint(), before, "round %d", i);
        machine_run(machine, 700);
        cr_expect_eq(fingerprint(), after, "round %d", i);
    }
}

Test(save, a_new_checkpoint_replaces_the_old)
{
    struct state first, second;
    machine_checkpoint(machine, &first);
    machine_run(machine, 300);
    machine_checkpoint(machine, &second);
    uint64_t before = fingerprint();
    machine_run(machine, 400);
    machine_rollback(machine, &second);
    cr_expect_eq(fingerprint(), before);
}

Test(save, a_reboot_can_be_undone)
{
    struct state state;
    machine_run(machine, 500);
    uint64_t before = fingerprint();
    machine_checkpoint(machine, &state);
    machine_run(machine, 600);
    machine_boot(machine, &boot);
    machine_run(machine, 800);
    machine_rollback(machine, &state);
    cr_expect_eq(fingerprint(), before);
}

Test(save, dma_after_a_checkpoint_is_undone)
{
    struct state state;
    struct platform *platform = &machine->platform;
    uint64_t word = 0x1234, back;
    machine_checkpoint(machine, &state);
    platform->dma(platform->owner, RAM_BASE + 0x7ffc, &word, 8, true); /* two pages */
    cr_expect_eq(machine_rollback(machine, &state), 2);
    platform->dma(platform->owner, RAM_BASE + 0x7ffc, &back, 8, false);
    cr_expect_eq(back, 0);
}

Test(save, a_held_disk_goes_back_with_its_machine)
{
    struct state state;
    struct disk disk;
    char error[256];
    uint8_t sector[512] = {1}, before[sizeof sector];
    cr_assert(disk_open(&disk, file_with(writer, 1), DISK_HELD, error, sizeof error), "%s", error);
    machine->platform.disk[0] = &disk.backend;
    disk.backend.transfer(&disk.backend, 0, before, sizeof before, false);
    machine_checkpoint(machine, &state);
    disk.backend.transfer(&disk.backend, 0, sector, sizeof sector, true);
    machine_rollback(machine, &state);
    disk.backend.transfer(&disk.backend, 0, sector, sizeof sector, false);
    cr_expect_arr_eq(sector, before, sizeof before);
    machine_forget(machine);
    disk_close(&disk);
}

Test(save, input_is_from_outside_and_comes_again)
{
    struct state state;
    machine_checkpoint(machine, &state);
    input_append(&machine->platform, 'x');
    machine_run(machine, 100);
    cr_expect_eq(machine->platform.s.input_cursor, 1);
    machine_rollback(machine, &state);
    cr_expect_eq(machine->platform.s.input_cursor, 0);
    machine_run(machine, 100);
    cr_expect_eq(machine->platform.s.input_cursor, 1);
}
