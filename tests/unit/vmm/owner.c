/* Ownership: each frame has one owner, known from both sides, and no gpa is its hpa. */
#include "fake_hw.h"

#define MIB ((uint64_t)1 << 20)

static struct hw hw;

/* Proves that p2m and owner array agree, by walking all of both. What is wrong, or NULL. */
static const char *owner_check(const struct vm *vm)
{
    uint64_t guest_frames = 0, owned = 0;
    struct p2m_entry entry;
    for (uint64_t at = 0; at < vm->platform.ram_size; at += PAGE_SIZE, guest_frames++) {
        gpa_t gpa = GPA(RAM_BASE + at);
        if (!p2m_lookup(&vm->p2m, gpa, &entry))
            return "a guest frame without a machine frame";
        if (entry.hpa.a == gpa.a)
            return "gpa equals hpa";
        if (owner_of(&vm->owners, entry.hpa) != vm->number)
            return "a guest frame on a frame that is not the VM's";
        if (owner_gpa(&vm->owners, entry.hpa).a != gpa.a)
            return "a frame that its owner knows under another address";
    }
    for (uint64_t at = 0; at < hw.size; at += PAGE_SIZE)
        owned += owner_of(&vm->owners, HPA(RAM_BASE + at)) == vm->number;
    if (owned != guest_frames)
        return "a frame of the VM that its p2m does not know";
    for (uint64_t at = vm->owners.array.a; at < vm->shadows.heads.a; at += PAGE_SIZE)
        if (owner_of(&vm->owners, HPA(at)) != OWNER_VMM)
            return "a frame of the VMM's own that is not its";
    return NULL;
}

Test(owner, every_frame_has_one_owner_and_gpa_is_never_hpa_for_any_size)
{
    static const uint64_t sizes[] = {
        PAGE_SIZE, 2 * MIB - PAGE_SIZE,
        2 * MIB,   2 * MIB + PAGE_SIZE,
        4 * MIB,   5 * MIB,
        6 * MIB,   7 * MIB + 3 * PAGE_SIZE,
        8 * MIB,   16 * MIB,
        30 * MIB,  32 * MIB,
        66 * MIB,
    };
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct vm *vm = vm_of(&hw, sizes[i]);
        const char *wrong = owner_check(vm);
        cr_expect_null(wrong, "%lu KiB: %s", sizes[i] >> 10, wrong);
        vm_end(vm);
    }
}

Test(owner, the_guest_has_nothing_before_or_behind_its_memory)
{
    struct vm *vm = vm_of(&hw, 3 * MIB + PAGE_SIZE);
    struct p2m_entry entry;
    cr_expect(p2m_lookup(&vm->p2m, GPA(RAM_BASE + 3 * MIB), &entry));
    cr_expect_not(p2m_lookup(&vm->p2m, GPA(RAM_BASE + 3 * MIB + PAGE_SIZE), &entry));
    cr_expect_not(p2m_lookup(&vm->p2m, GPA(RAM_BASE - 1), &entry));
    vm_end(vm);
}

Test(owner, the_checker_sees_a_frame_that_is_mapped_twice)
{
    struct vm *vm = vm_of(&hw, 2 * MIB + 2 * PAGE_SIZE);
    struct p2m_entry entry;
    cr_assert_null(owner_check(vm));
    cr_assert(p2m_lookup(&vm->p2m, GPA(RAM_BASE + 2 * MIB), &entry));
    p2m_map(&vm->p2m, GPA(RAM_BASE + 2 * MIB + PAGE_SIZE), entry.hpa, 0, PTE_R);
    cr_expect_not_null(owner_check(vm));
    vm_end(vm);
}

Test(owner, the_checker_sees_a_guest_that_has_a_frame_of_the_vmm)
{
    struct vm *vm = vm_of(&hw, 2 * MIB + 2 * PAGE_SIZE);
    p2m_map(&vm->p2m, GPA(RAM_BASE + 2 * MIB), vm->shadows.pool, 0, PTE_R);
    cr_expect_not_null(owner_check(vm));
    vm_end(vm);
}

Test(owner, the_checker_sees_a_frame_with_a_wrong_owner)
{
    struct vm *vm = vm_of(&hw, 2 * MIB);
    owner_set(&vm->owners, vm->shadows.pool, vm->number, GPA(RAM_BASE));
    cr_expect_not_null(owner_check(vm));
    vm_end(vm);
}

Test(owner, owner_and_address_survive_side_by_side)
{
    struct vm *vm = vm_of(&hw, 2 * MIB);
    hpa_t frame = HPA(RAM_BASE + hw.size - PAGE_SIZE);
    /* The last frame of a guest of 64 GiB, the most that can be asked for. */
    gpa_t last = GPA(RAM_BASE + ((uint64_t)64 << 30) - PAGE_SIZE);
    owner_set(&vm->owners, frame, 0x3f, last);
    cr_expect_eq(owner_of(&vm->owners, frame), 0x3f);
    cr_expect_eq(owner_gpa(&vm->owners, HPA(frame.a + 0x123)).a, last.a + 0x123);
    cr_expect_eq(owner_of(&vm->owners, HPA(RAM_BASE + hw.size)), OWNER_FREE, "beyond the end");
    cr_expect_eq(owner_of(&vm->owners, HPA(0)), OWNER_FREE, "before the beginning");
    vm_end(vm);
}
