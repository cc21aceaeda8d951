/* Counters of a VM, printed. */
#include "stats.h"

#include <inttypes.h>

static void print_count(FILE *out, uint64_t count, const char *what)
{
    if (count)
        fprintf(out, "  %12" PRIu64 "  %s\n", count, what);
}

void stats_print(FILE *out, const struct vm *vm)
{
    const struct vm_stats *stats = &vm->stats;
    uint64_t emulated = 0;
    for (unsigned id = 0; id < INSN_COUNT; id++)
        emulated += stats->emulated[id];
    fprintf(out, "guest steps\n");
    print_count(out, stats->direct, "ran directly");
    print_count(out, emulated, "emulated");
    print_count(out, stats->reflected, "traps reflected to the guest");
    print_count(out, stats->firmware, "answered as its firmware");
    fprintf(out, "exits\n");
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        print_count(out, stats->exits[i], exit_text[i]);
    print_count(out, stats->injected, "interrupts injected");
    fprintf(out, "emulated instructions (of which on devices)\n");
    for (unsigned id = 0; id < INSN_COUNT; id++)
        if (stats->emulated[id])
            fprintf(out, "  %12" PRIu64 "  %s (%" PRIu64 ")\n", stats->emulated[id],
                    insn_table[id].name, stats->emulated_mmio[id]);
    fprintf(out, "shadow page tables, policy %s\n", vm->shadows.parts.policy->name);
    print_count(out, vm->shadows.stats.fills, "entries filled");
    print_count(out, vm->shadows.stats.cleared, "shadows emptied by fences or for room");
    print_count(out, vm->shadows.stats.recycled, "shadows given up for others");
    print_count(out, vm->shadows.stats.followed, "entries that followed a change of the guest's");
    print_count(out, vm->shadows.stats.untraced, "tables that were tables no more");
}

bool stats_are_honest(const struct vm *vm)
{
    return !vm->stats.entries_outside_u && !vm->stats.emulated_direct;
}
