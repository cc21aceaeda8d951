/* Runs every row of rows.S on random and special operands and prints a digest of all results and
 * flags for each, and some results in full: what two machines must agree in, to the byte. */
#include <stdint.h>

#include "operands.h"

#ifndef ROUNDS
#define ROUNDS 100
#endif

struct row {
    const char *name;
    void (*run)(void);
    uint64_t is_double;
};
extern const struct row rows[], rows_end[];
extern volatile uint64_t traps;

struct state {
    uint64_t f10, f11, f12, f13, a0, fcsr, memory, fs;
};
void run_row(struct state *state, void (*run)(void));
void put_byte(char byte);
int main(void);

static void put_text(const char *text)
{
    while (*text)
        put_byte(*text++);
}

static void put_hex(uint64_t value)
{
    put_byte(' ');
    for (int shift = 60; shift >= 0; shift -= 4)
        put_byte("0123456789abcdef"[value >> shift & 15]);
}

/* Now and then the other format: a single where a double is taken, and what is no box. */
static uint64_t any_operand(uint64_t *random, bool is_double)
{
    bool as_double = next_random(random) % 32 ? is_double : !is_double;
    return as_double ? operand(random, FP_D) : fp_box(operand(random, FP_S));
}

static uint64_t any_integer(uint64_t *random)
{
    uint64_t value = next_random(random) >> next_random(random) % 64;
    return next_random(random) & 1 ? -value : value;
}

static void put_state(const struct state *state)
{
    const uint64_t *words = &state->f10;
    for (unsigned i = 0; i < sizeof *state / sizeof *words; i++)
        put_hex(words[i]);
    put_byte('\n');
}

/* A result in a0: whether FS becomes dirty for flags alone is for each implementation to say. */
static bool tells_flags_alone(const struct row *row)
{
    const char *name = row->name;
    while (*name != ' ')
        name++;
    return name[1] == 'a';
}

/* The mode in frm may be reserved, rarely: then rows with dyn trap. */
static uint64_t run(const struct row *row, uint64_t *random, bool is_shown)
{
    struct state state = {
        .f10 = any_operand(random, row->is_double),
        .f11 = any_operand(random, row->is_double),
        .f12 = any_operand(random, row->is_double),
        .f13 = any_operand(random, row->is_double),
        .a0 = any_integer(random),
        .fcsr = (next_random(random) % 64 ? next_random(random) % 5 : next_random(random) % 8)
                    << 5 |
                (next_random(random) & next_random(random) & 31),
        .memory = next_random(random),
        .fs = (next_random(random) % 8 ? 3 : next_random(random) % 4) << 13,
    };
    if (is_shown)
        put_state(&state);
    run_row(&state, row->run);
    if (state.fs && tells_flags_alone(row))
        state.fs = 0x6000;
    if (is_shown)
        put_state(&state);
    uint64_t digest = state.f13 + traps;
    digest = digest * 0x9e3779b97f4a7c15 ^ state.a0;
    digest = digest * 0x9e3779b97f4a7c15 ^ state.fcsr;
    digest = digest * 0x9e3779b97f4a7c15 ^ state.memory;
    return digest * 0x9e3779b97f4a7c15 ^ state.fs;
}

int main(void)
{
    uint64_t random = 1, count = 0;
    for (const struct row *row = rows; row < rows_end; row++) {
        uint64_t digest = 0;
        traps = 0;
        put_text(row->name);
        put_byte('\n');
        for (int i = 0; i < ROUNDS; i++)
            digest = digest * 0x9e3779b97f4a7c15 + run(row, &random, i < 2);
        count += ROUNDS;
        put_text("digest");
        put_hex(digest);
        put_text(" traps");
        put_hex(traps);
        put_byte('\n');
    }
    put_text("rows");
    put_hex((uint64_t)(rows_end - rows));
    put_text(" executions");
    put_hex(count);
    put_byte('\n');
    return 0;
}
