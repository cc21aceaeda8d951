/* Walking all of the guest's tables, and the picture in the terminal. */
#include "map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "show.h"

/* Appends a leaf's page, to the last stretch where it follows on. */
static void add_page(struct debugger *debugger, struct map *map, struct stretch page)
{
    page.hpa = 0;
    page.is_memory = target_host_address(&debugger->target, page.gpa, &page.hpa);
    struct stretch *last = map->count ? &map->stretch[map->count - 1] : NULL;
    if (last && page.gva == last->gva + last->size && page.gpa == last->gpa + last->size &&
        page.is_memory == last->is_memory && page.perms == last->perms) {
        last->is_scattered |= page.is_memory && page.hpa != last->hpa + last->size;
        last->size += page.size;
        return;
    }
    map->is_cut = map->count == STRETCHES;
    if (!map->is_cut)
        map->stretch[map->count++] = page;
}

/* A page of the guest's, by pieces of 2 MiB, since the VM's memory lies in such. */
static void add_leaf(struct debugger *debugger, struct map *map, uint64_t gva, uint64_t pte,
                     int level)
{
    uint64_t piece = level_size(level ? 1 : 0);
    for (uint64_t at = 0; at < level_size(level) && !map->is_cut; at += piece)
        add_page(debugger, map,
                 (struct stretch){.gva = gva + at,
                                  .gpa = pte_pa(pte) + at,
                                  .size = piece,
                                  .perms = pte & (PTE_R | PTE_W | PTE_X | PTE_U)});
}

static void add_table(struct debugger *debugger, struct map *map, uint64_t table, int level,
                      uint64_t gva)
{
    uint64_t entries[PAGE_SIZE / 8], bad;
    if (!target_read(&debugger->target, NULL, LEVEL_GPA, table, entries, sizeof entries, &bad))
        return;
    for (unsigned i = 0; i < PAGE_SIZE / 8 && !map->is_cut; i++) {
        uint64_t at = gva + i * level_size(level);
        at = sv39_canonical(at);
        if (!(entries[i] & PTE_V))
            continue;
        if (pte_is_leaf(entries[i]))
            add_leaf(debugger, map, at, entries[i], level);
        else if (level > 0)
            add_table(debugger, map, pte_pa(entries[i]), level - 1, at);
    }
}

/* Without tables, guest-physical memory and the devices are what there is. */
static void add_bare(struct debugger *debugger, struct map *map)
{
    uint64_t size = debugger->target.platform->ram_size;
    for (uint64_t at = 0; at < size && !map->is_cut; at += level_size(1))
        add_page(debugger, map,
                 (struct stretch){.gva = RAM_BASE + at,
                                  .gpa = RAM_BASE + at,
                                  .size = size - at < level_size(1) ? size - at : level_size(1),
                                  .perms = PTE_R | PTE_W | PTE_X});
}

static void mark_shadowed(struct debugger *debugger, struct map *map)
{
    const struct shadow *shadow =
        debugger->target.vm ? target_shadow(&debugger->target, debugger->hart) : NULL;
    for (unsigned i = 0; shadow && i < map->count; i++) {
        struct stretch *stretch = &map->stretch[i];
        for (uint64_t at = 0; at < stretch->size && !stretch->is_shadowed; at += PAGE_SIZE) {
            int level;
            unsigned reasons;
            stretch->is_shadowed = shadow_lookup(&debugger->target.vm->shadows, shadow,
                                                 GVA(stretch->gva + at), &level, &reasons) != 0;
        }
    }
}

void map_find(struct debugger *debugger, struct map *map)
{
    struct space space = space_of_data(debugger_shown(debugger));
    map->count = 0;
    map->is_cut = false;
    if (space_is_bare(space))
        add_bare(debugger, map);
    else
        add_table(debugger, map, (space.satp & SATP_PPN) << PAGE_SHIFT, SV39_LEVELS - 1, 0);
    mark_shadowed(debugger, map);
}

const char *map_rights(const struct stretch *s, char text[5])
{
    static const struct {
        uint64_t bit;
        char letter;
    } rows[] = {{PTE_U, 'u'}, {PTE_R, 'r'}, {PTE_W, 'w'}, {PTE_X, 'x'}};
    memcpy(text, "----", 5);
    for (unsigned i = 0; i < 4; i++)
        if (s->perms & rows[i].bit)
            text[i] = rows[i].letter;
    return text;
}

static void draw_stretch(struct debugger *debugger, const struct stretch *s)
{
    struct out *out = &debugger->out;
    char range[48], to[64] = "", key[24], rights[5];
    snprintf(range, sizeof range, "%08" PRIx64 "-%08" PRIx64, s->gva, s->gva + s->size - 1);
    if (!s->is_memory)
        snprintf(to, sizeof to, "··· no memory: emulated");
    else if (debugger->target.vm)
        snprintf(to, sizeof to, "%s%08" PRIx64 "%s", s->is_shadowed ? "━━▶ " : "──▶ ", s->hpa,
                 s->is_scattered ? ", in pieces" : "");
    out_line(out, "  %-27s %s ──▶ %08" PRIx64 " %-9s %s", range, map_rights(s, rights), s->gpa,
             s->is_memory ? "" : show_device(s->gpa), to);
    snprintf(key, sizeof key, "%" PRIx64, s->gva);
    out_fact(out, key, "%" PRIx64 "+%" PRIx64, s->gpa, s->size);
}

static void draw(struct debugger *debugger, const struct map *map)
{
    struct out *out = &debugger->out;
    bool is_vm = debugger->target.vm;
    out_line(out, "  %-27s %-6s %-18s %s", "guest virtual (gva)", "", "guest physical",
             is_vm ? "host physical" : "");
    for (unsigned i = 0; i < map->count; i++)
        draw_stretch(debugger, &map->stretch[i]);
    if (map->is_cut)
        out_line(out, "  ... and more");
    if (is_vm)
        out_line(out, "  ━━▶ some of it is in the shadow in force");
}

static bool write_svg(struct debugger *debugger, const char *path, const struct map *map)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return out_fail(&debugger->out, "%s: %s", path, strerror(errno));
    map_svg(file, map, debugger);
    bool done = !ferror(file);
    done = fclose(file) == 0 && done;
    return done || out_fail(&debugger->out, "%s: it could not be written", path);
}

bool command_map(struct debugger *debugger, const char *args)
{
    struct map *map = calloc(1, sizeof *map);
    bool done = true;
    if (!map)
        return out_fail(&debugger->out, "no memory");
    map_find(debugger, map);
    if (take_word(&args, "--svg"))
        done =
            *args ? write_svg(debugger, args, map) : out_fail(&debugger->out, "a file is missing");
    else if ((done = no_more(debugger, args)))
        draw(debugger, map);
    free(map);
    return done;
}
