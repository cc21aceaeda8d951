/* Hardware for tests of the VMM core that run no guest: memory in an array, and a note of each
 * fence. It stands in for vmm/host's; whoever includes this links none of that.
 *
 * The core must fence as if hardware were lazy: what it changed and did not fence, fake_hw knows.
 */
#ifndef FAKE_HW_H
#define FAKE_HW_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

#define GUEST_BYTES ((uint64_t)16 << 20)

struct hw {
    uint8_t *bytes;
    uint64_t base, size;
    uint64_t fenced[4096]; /* pages fenced one by one */
    unsigned fences;
    bool is_all_fenced;
};

uint8_t *hw_frame(struct hw *hw, hpa_t hpa)
{
    cr_assert(hpa.a - hw->base < hw->size, "no frame at %lx", hpa.a);
    return hw->bytes + (hpa.a - hw->base);
}

void hw_store(struct hw *hw, hpa_t hpa, unsigned size, uint64_t value)
{
    memcpy(hw_frame(hw, hpa), &value, size);
}

void hw_clear(struct hw *hw, hpa_t frame)
{
    memset(hw_frame(hw, frame), 0, PAGE_SIZE);
}

void hw_write(struct hw *hw, hpa_t hpa, const void *bytes, uint64_t size)
{
    memcpy(hw_frame(hw, hpa), bytes, size);
}

void hw_fence(struct hw *hw, gva_t gva)
{
    if (hw->fences < 4096)
        hw->fenced[hw->fences++] = gva.a >> PAGE_SHIFT;
    else
        hw->is_all_fenced = true;
}

void hw_fence_all(struct hw *hw)
{
    hw->is_all_fenced = true;
}

void hw_no_table(struct hw *hw, hpa_t frame)
{
    (void)hw, (void)frame;
}

struct hw_exit hw_enter(struct hw *hw, struct hw_state *state, uint64_t budget)
{
    (void)hw, (void)state, (void)budget;
    abort(); /* nothing runs here */
}

static inline void forget_fences(struct hw *hw)
{
    hw->fences = 0;
    hw->is_all_fenced = false;
}

static inline bool is_fenced(const struct hw *hw, gva_t gva)
{
    for (unsigned i = 0; i < hw->fences; i++)
        if (hw->fenced[i] == gva.a >> PAGE_SHIFT)
            return true;
    return hw->is_all_fenced;
}

/* A VM of `guest_size` bytes on fake hardware. */
static inline struct vm *vm_of(struct hw *hw, uint64_t guest_size)
{
    struct vm *vm = calloc(1, sizeof *vm);
    *hw = (struct hw){.base = RAM_BASE, .size = vm_memory_needed(guest_size)};
    hw->bytes = calloc(1, hw->size);
    cr_assert(vm && hw->bytes);
    vm->platform.harts = 1;
    vm_init(vm, hw,
            (struct vm_memory){.base = HPA(RAM_BASE), .size = hw->size, .guest_size = guest_size});
    return vm;
}

static inline void vm_end(struct vm *vm)
{
    free(vm->hw->bytes);
    free(vm);
}

#endif
