/* Saves across the border: what was saved of a machine goes on in a VM, and the other way round. */
#include "../vmm/world.h"
#include "save.h"

/* Counts in memory, page after page, and in sscratch, which a VM must emulate. */
static const uint32_t counter[] = {
    0x00001297, /* auipc t0, 1 */
    0x00001e37, /* lui t3, 1 */
    0x00138393, /* addi t2, t2, 1 */
    0x0072b023, /* sd t2, 0(t0) */
    0x14039073, /* csrw sscratch, t2 */
    0x01c282b3, /* add t0, t0, t3 */
    0xff1ff06f, /* j -16 */
};

enum { BEFORE = 700, AFTER = 1500 };

static void given_a_pair(void)
{
    world_new();
    w.bare = machine_new(&w.boot.config, ENGINE_BLOCK);
    cr_assert_not_null(w.bare);
    machine_boot(w.bare, &w.boot);
    struct platform *bare = &w.bare->platform;
    for (unsigned i = 0; i < sizeof counter / sizeof *counter; i++) {
        uint32_t word = counter[i];
        poke(CODE + 4 * i, 4, word);
        cr_assert(bare->dma(bare->owner, CODE + 4 * i, &word, 4, true));
    }
    vm_forget(w.vm);
}

/* True when both platforms are the same to a guest: harts, devices, memory. */
static bool are_alike(const struct platform *a, const struct platform *b)
{
    struct save saves[2];
    cr_assert(save_take(a, &saves[0]) && save_take(b, &saves[1]));
    bool alike =
        saves[0].pages == saves[1].pages &&
        saves[0].state.platform.clock.steps == saves[1].state.platform.clock.steps &&
        memcmp(saves[0].state.hart, saves[1].state.hart, sizeof saves[0].state.hart) == 0 &&
        memcmp(saves[0].frame, saves[1].frame, saves[0].pages * sizeof(uint64_t)) == 0 &&
        memcmp(saves[0].bytes, saves[1].bytes, saves[0].pages * PAGE_SIZE) == 0;
    save_free(&saves[0]);
    save_free(&saves[1]);
    return alike;
}

TestSuite(save, .init = given_a_pair, .fini = world_end);

Test(save, a_machine_goes_on_in_a_vm)
{
    struct platform *bare = &w.bare->platform, *vm = &w.vm->platform;
    struct save save;
    platform_run(bare, BEFORE);
    cr_assert(save_take(bare, &save));
    save_put(vm, &save);
    vm_forget(w.vm);
    cr_expect(are_alike(bare, vm));
    platform_run(bare, AFTER);
    cr_expect_not(are_alike(bare, vm), "only one of them went on");
    platform_run(vm, AFTER);
    cr_expect(are_alike(bare, vm));
    cr_expect_gt(w.vm->stats.emulated[INSN_csrrw], 0);
    save_free(&save);
}

Test(save, a_vm_goes_on_as_a_machine)
{
    struct platform *bare = &w.bare->platform, *vm = &w.vm->platform;
    struct save save;
    platform_run(vm, BEFORE);
    cr_assert(save_take(vm, &save));
    save_put(bare, &save);
    platform_run(bare, AFTER);
    platform_run(vm, AFTER);
    cr_expect(are_alike(bare, vm));
    save_free(&save);
}

Test(save, a_rolled_back_vm_takes_the_same_way_again)
{
    struct platform *vm = &w.vm->platform;
    struct save first, second;
    platform_run(vm, BEFORE);
    hosted_checkpoint(w.hosted);
    platform_run(vm, AFTER);
    cr_assert(save_take(vm, &first));
    hosted_rollback(w.hosted);
    cr_expect_eq(vm->s.clock.steps, BEFORE);
    platform_run(vm, AFTER);
    cr_assert(save_take(vm, &second));
    cr_expect_eq(memcmp(first.state.hart, second.state.hart, sizeof first.state.hart), 0);
    cr_assert_eq(first.pages, second.pages);
    cr_expect_eq(memcmp(first.bytes, second.bytes, first.pages * PAGE_SIZE), 0);
    save_free(&first);
    save_free(&second);
}
