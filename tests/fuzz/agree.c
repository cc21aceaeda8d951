/* A comparison of two machines whole: harts, platform, memory. */
#include "agree.h"

#include <inttypes.h>
#include <string.h>

#include "compare.h"

static void compare_memory(struct comparison *c, const uint8_t *a, const uint8_t *b, uint64_t from,
                           uint64_t size)
{
    char name[32];
    if (memcmp(a, b, size) == 0)
        return;
    uint64_t at = 0;
    while (a[at] == b[at])
        at++;
    snprintf(name, sizeof name, "byte %" PRIx64, from + at);
    compare(c, name, a[at], b[at]);
}

bool agree(const struct machine *a, const struct machine *b, uint64_t from, uint64_t size,
           FILE *out)
{
    struct comparison c = {.out = out};
    for (unsigned i = 0; i < a->platform.harts; i++) {
        compare_harts(&c, &a->hart[i], cpu_port(a->cpu), &b->hart[i], cpu_port(b->cpu));
        /* Two machines agree even in what no guest sees. */
        compare(&c, "x sink", a->hart[i].x[X_SINK], b->hart[i].x[X_SINK]);
        compare(&c, "last reservation", a->hart[i].reservation.pa, b->hart[i].reservation.pa);
    }
    compare_platforms(&c, &a->platform.s, &b->platform.s);
    compare_memory(&c, ram_at(&a->ram, from, size), ram_at(&b->ram, from, size), from, size);
    return !c.differs;
}
