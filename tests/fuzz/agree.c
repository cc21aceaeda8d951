/* A comparison field by field: structs have holes. */
#include "agree.h"

#include <inttypes.h>
#include <string.h>

#include "csr.h"

struct comparison {
    FILE *out;
    bool differs;
};

static void compare(struct comparison *c, const char *name, uint64_t a, uint64_t b)
{
    if (a == b)
        return;
    c->differs = true;
    if (c->out)
        fprintf(c->out, "  %-18s %16" PRIx64 " %16" PRIx64 "\n", name, a, b);
}

static void compare_harts(struct comparison *c, const struct hart *a, const struct hart *b)
{
    char name[8];
    for (int i = 0; i < X_COUNT; i++) {
        snprintf(name, sizeof name, "x%d", i);
        compare(c, name, a->x[i], b->x[i]);
    }
    for (int i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "f%d", i);
        compare(c, name, a->f[i], b->f[i]);
    }
    compare(c, "pc", a->pc, b->pc);
    compare(c, "mode", a->mode, b->mode);
    compare(c, "waiting", a->waiting, b->waiting);
    compare(c, "wires", a->wires, b->wires);
    compare(c, "reservation", a->reservation.valid, b->reservation.valid);
    compare(c, "reserved address", a->reservation.pa, b->reservation.pa);
    if (memcmp(&a->csr, &b->csr, sizeof a->csr) == 0)
        return;
    c->differs = true;
    for (unsigned row = 0; c->out && row < csr_rows; row++) {
        uint64_t of_a, of_b;
        if (csr_table[row].number == CSR_time)
            continue;
        csr_peek(a, NULL, csr_table[row].number, &of_a);
        csr_peek(b, NULL, csr_table[row].number, &of_b);
        compare(c, csr_table[row].name, of_a, of_b);
    }
}

#define BLOB(c, name, field) compare(c, name, 0, memcmp(&a->field, &b->field, sizeof a->field) != 0)

static void compare_platforms(struct comparison *c, const struct platform_state *a,
                              const struct platform_state *b)
{
    compare(c, "steps", a->clock.steps, b->clock.steps);
    compare(c, "idle", a->clock.idle, b->clock.idle);
    compare(c, "stop", a->stop, b->stop);
    compare(c, "status", (uint64_t)a->status, (uint64_t)b->status);
    compare(c, "turn", a->turn, b->turn);
    compare(c, "end of turn", a->turn_end, b->turn_end);
    compare(c, "input bytes", a->input_cursor, b->input_cursor);
    compare(c, "input ready", a->input_ready, b->input_ready);
    compare(c, "console bytes", a->output_count, b->output_count);
    compare(c, "console hash", a->output_hash, b->output_hash);
    BLOB(c, "event times", due);
    BLOB(c, "UART", uart);
    BLOB(c, "CLINT", clint);
    BLOB(c, "PLIC", plic);
    BLOB(c, "SBI", sbi);
}

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
    for (unsigned i = 0; i < a->platform.harts; i++)
        compare_harts(&c, &a->hart[i], &b->hart[i]);
    compare_platforms(&c, &a->platform.s, &b->platform.s);
    compare_memory(&c, ram_at(&a->ram, from, size), ram_at(&b->ram, from, size), from, size);
    return !c.differs;
}
