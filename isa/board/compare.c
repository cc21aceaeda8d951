/* Comparisons of harts and platforms. */
#include "compare.h"

#include <inttypes.h>
#include <string.h>

#include "csr.h"

void compare(struct comparison *c, const char *name, uint64_t a, uint64_t b)
{
    if (a == b)
        return;
    c->differs = true;
    if (c->out)
        fprintf(c->out, "  %-22s %20" PRIx64 " %20" PRIx64 "\n", name, a, b);
}

static void compare_registers(struct comparison *c, char letter, const uint64_t *a,
                              const uint64_t *b)
{
    char name[8];
    for (int i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "%c%d", letter, i);
        compare(c, name, a[i], b[i]);
    }
}

static uint64_t peek(const struct hart *hart, struct port *port, unsigned number)
{
    uint64_t value = 0;
    csr_peek(hart, port, number, &value);
    return value;
}

void compare_harts(struct comparison *c, const struct hart *a, struct port *port_of_a,
                   const struct hart *b, struct port *port_of_b)
{
    compare_registers(c, 'x', a->x, b->x);
    compare_registers(c, 'f', a->f, b->f);
    compare(c, "pc", a->pc, b->pc);
    compare(c, "mode", a->mode, b->mode);
    compare(c, "waiting", a->waiting, b->waiting);
    compare(c, "interrupt wires", a->wires, b->wires);
    compare(c, "reservation", a->reservation.valid, b->reservation.valid);
    if (a->reservation.valid && b->reservation.valid)
        compare(c, "reserved address", a->reservation.pa, b->reservation.pa);
    /* The whole state first: reading each register takes a while. */
    if (memcmp(&a->csr, &b->csr, sizeof a->csr) == 0)
        return;
    c->differs = true;
    for (unsigned row = 0; c->out && row < csr_rows; row++)
        compare(c, csr_table[row].name, peek(a, port_of_a, csr_table[row].number),
                peek(b, port_of_b, csr_table[row].number));
}

#define BLOB(name, field) compare(c, name, 0, memcmp(&a->field, &b->field, sizeof a->field) != 0)

void compare_platforms(struct comparison *c, const struct platform_state *a,
                       const struct platform_state *b)
{
    compare(c, "steps", a->clock.steps, b->clock.steps);
    compare(c, "idle", a->clock.idle, b->clock.idle);
    compare(c, "stop", a->stop, b->stop);
    compare(c, "status", (uint64_t)a->status, (uint64_t)b->status);
    compare(c, "hart in turn", a->turn, b->turn);
    compare(c, "end of turn", a->turn_end, b->turn_end);
    compare(c, "input bytes", a->input_cursor, b->input_cursor);
    compare(c, "HTIF asks for input", a->htif_reads, b->htif_reads);
    compare(c, "input ready", a->input_ready, b->input_ready);
    compare(c, "console bytes", a->output_count, b->output_count);
    compare(c, "console hash", a->output_hash, b->output_hash);
    BLOB("event times", due);
    BLOB("UART", uart);
    BLOB("CLINT", clint);
    BLOB("PLIC", plic);
    BLOB("SBI", sbi);
    BLOB("RTC", rtc);
    BLOB("virtio", virtio);
    compare(c, "packets received", a->packet_cursor, b->packet_cursor);
    compare(c, "frames sent", a->sent_count, b->sent_count);
    compare(c, "frames' hash", a->sent_hash, b->sent_hash);
    compare(c, "entropy drawn", a->entropy_count, b->entropy_count);
}
