/* Amnesia: a shadow is a cache, so what it forgets, and when, changes nothing that a guest sees.
 * Here it forgets on purpose, all of it or at random, and lockstep proves the point. */
#include "shadow_pages.h"

/* Xorshift (Marsaglia 2003). */
static uint64_t random_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One in `n`, a power of two. */
static bool one_in(uint64_t *random, unsigned n)
{
    return (random_bits(random) >> 20) % n == 0;
}

static void forget_some_of(struct shadows *shadows, unsigned page, uint64_t *random)
{
    const uint64_t *table = page_table(shadows, page);
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (is_pointer(table[i]) && !one_in(random, 8))
            forget_some_of(shadows, page_below(shadows, table[i]), random);
        else if (table[i] && one_in(random, 2))
            page_drop_entry(shadows, page, i);
    }
}

void shadow_forget_some(struct shadows *shadows, uint64_t *random)
{
    bool all = one_in(random, 4);
    for (unsigned i = 0; i < SHADOWS; i++) {
        const struct shadow *shadow = &shadows->shadow[i];
        if (shadow->is_used && all)
            page_empty(shadows, shadow->root);
        else if (shadow->is_used)
            forget_some_of(shadows, shadow->root, random);
    }
}

bool shadow_is_forgetful(uint64_t chance, uint64_t *random)
{
    return chance && random_bits(random) >> 32 < chance;
}
