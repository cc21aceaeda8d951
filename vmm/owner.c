/* The owner array: four bytes a machine frame. */
#include "owner.h"

enum { ENTRY = 4, PER_FRAME = PAGE_SIZE / ENTRY };
enum { OWNER_BITS = 6 }; /* 26 bits are left for the guest frame: 256 GiB */

uint64_t owner_array_frames(uint64_t frames)
{
    return (frames + PER_FRAME - 1) / PER_FRAME;
}

static uint32_t *entry(const struct owners *owners, hpa_t hpa)
{
    uint64_t frame = (hpa.a - owners->base.a) >> PAGE_SHIFT;
    return (uint32_t *)(void *)hw_frame(owners->hw, HPA(owners->array.a + frame * ENTRY));
}

static bool is_lent(const struct owners *owners, hpa_t hpa)
{
    return owners->lent_to && hpa.a >> PAGE_SHIFT == owners->device.a >> PAGE_SHIFT;
}

void owner_lend(struct owners *owners, hpa_t device, unsigned owner)
{
    owners->device = device;
    owners->lent_to = owner;
}

void owner_set(struct owners *owners, hpa_t hpa, unsigned owner, gpa_t gpa)
{
    *entry(owners, hpa) = owner | (uint32_t)(gpa.a >> PAGE_SHIFT) << OWNER_BITS;
}

unsigned owner_of(const struct owners *owners, hpa_t hpa)
{
    uint64_t frame = (hpa.a - owners->base.a) >> PAGE_SHIFT;
    if (is_lent(owners, hpa))
        return owners->lent_to;
    return frame < owners->frames ? *entry(owners, hpa) & ((1 << OWNER_BITS) - 1) : OWNER_FREE;
}

gpa_t owner_gpa(const struct owners *owners, hpa_t hpa)
{
    if (is_lent(owners, hpa))
        return GPA(hpa.a);
    return GPA((uint64_t)(*entry(owners, hpa) >> OWNER_BITS) << PAGE_SHIFT |
               (hpa.a & (PAGE_SIZE - 1)));
}

void owner_init(struct owners *owners, struct hw *hw, hpa_t base, uint64_t frames)
{
    *owners = (struct owners){.hw = hw, .base = base, .frames = frames, .array = base};
    for (uint64_t i = 0; i < frames; i++)
        owner_set(owners, HPA(base.a + i * PAGE_SIZE),
                  i < owner_array_frames(frames) ? OWNER_VMM : OWNER_FREE, GPA(0));
}
