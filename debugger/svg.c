/* The picture as SVG: three columns, a box a stretch, and lines from each to where it leads. Boxes
 * are in the order of their addresses, and not to scale: a page and a gigabyte can both be read. */
#include <inttypes.h>
#include <stdlib.h>

#include "device_map.h"
#include "map.h"
#include "show.h"

enum { TOP = 60, ROW = 26, BOX = 20, COLUMN = 300, GAP = 120, MARGIN = 20 };

/* A box of the middle or right column. */
struct spot {
    uint64_t address, size;
};

static int by_address(const void *a, const void *b)
{
    const struct spot *left = a, *right = b;
    return left->address < right->address ? -1 : left->address > right->address;
}

/* The places that the stretches lead to, in order, each once. Returns how many. */
static unsigned spots_of(const struct map *map, bool is_host, struct spot *places)
{
    unsigned count = 0, kept = 0;
    for (unsigned i = 0; i < map->count; i++) {
        const struct stretch *s = &map->stretch[i];
        if (!is_host || s->is_memory)
            places[count++] = (struct spot){is_host ? s->hpa : s->gpa, s->size};
    }
    qsort(places, count, sizeof *places, by_address);
    for (unsigned i = 0; i < count; i++)
        if (!kept || places[i].address != places[kept - 1].address)
            places[kept++] = places[i];
    return kept;
}

static unsigned row_of(const struct spot *places, unsigned count, uint64_t address)
{
    unsigned row = 0;
    while (row + 1 < count && places[row].address != address)
        row++;
    return row;
}

static unsigned x_of(unsigned column)
{
    return MARGIN + column * (COLUMN + GAP);
}

static unsigned y_of(unsigned row)
{
    return TOP + row * ROW;
}

static void box(FILE *file, unsigned column, unsigned row, const char *class, uint64_t address,
                uint64_t size, const char *note)
{
    fprintf(file, "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\"/>\n", class,
            x_of(column), y_of(row), COLUMN, BOX);
    fprintf(file, "<text x=\"%u\" y=\"%u\">%08" PRIx64 "-%08" PRIx64 " %s</text>\n",
            x_of(column) + 6, y_of(row) + 14, address, address + size - 1, note);
}

static void arrow(FILE *file, unsigned column, unsigned from, unsigned to, const char *class)
{
    unsigned x = x_of(column) + COLUMN, middle = x + GAP / 2, end = x + GAP;
    unsigned y = y_of(from) + BOX / 2, z = y_of(to) + BOX / 2;
    fprintf(file, "<path class=\"%s\" d=\"M %u %u C %u %u %u %u %u %u\"/>\n", class, x, y, middle,
            y, middle, z, end, z);
}

static void header(FILE *file, unsigned rows, bool is_vm)
{
    static const char *const titles[] = {"guest virtual", "guest physical", "host physical"};
    unsigned columns = is_vm ? 3 : 2;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
            "font-family=\"monospace\" font-size=\"12\">\n<style>rect{stroke:#444}"
            ".user{fill:#d7f0d0}.kernel{fill:#cfe3f7}.memory{fill:#f4f4f4}.device{fill:#f7dccf}"
            "path{fill:none;stroke:#888}.shadow{stroke:#a0208c;stroke-width:2}"
            ".none{stroke-dasharray:3 3}</style>\n<rect x=\"0\" y=\"0\" width=\"100%%\" "
            "height=\"100%%\" fill=\"white\" stroke=\"none\"/>\n",
            x_of(columns - 1) + COLUMN + MARGIN, y_of(rows) + MARGIN);
    for (unsigned i = 0; i < columns; i++)
        fprintf(file, "<text x=\"%u\" y=\"30\" font-size=\"15\">%s</text>\n", x_of(i), titles[i]);
}

void map_svg(FILE *file, const struct map *map, const struct debugger *debugger)
{
    struct spot guest[STRETCHES], host[STRETCHES];
    bool is_vm = debugger->target.vm;
    unsigned guests = spots_of(map, false, guest), hosts = spots_of(map, true, host);
    char text[5];
    header(file, map->count, is_vm);
    for (unsigned i = 0; i < map->count; i++) {
        const struct stretch *s = &map->stretch[i];
        unsigned middle = row_of(guest, guests, s->gpa);
        arrow(file, 0, i, middle, "plain");
        if (is_vm && s->is_memory)
            arrow(file, 1, middle, row_of(host, hosts, s->hpa),
                  s->is_shadowed ? "shadow" : "plain");
    }
    for (unsigned i = 0; i < map->count; i++)
        box(file, 0, i, map->stretch[i].perms & PTE_U ? "user" : "kernel", map->stretch[i].gva,
            map->stretch[i].size, map_rights(&map->stretch[i], text));
    for (unsigned i = 0; i < guests; i++) {
        const struct device_place *device = device_at(guest[i].address);
        box(file, 1, i, device ? "device" : "memory", guest[i].address, guest[i].size,
            device ? device->name : "");
    }
    for (unsigned i = 0; is_vm && i < hosts; i++)
        box(file, 2, i, "memory", host[i].address, host[i].size, "");
    fprintf(file, "</svg>\n");
}
