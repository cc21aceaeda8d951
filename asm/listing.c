/* The listing: what every line became. Bytes are known only at the end, so lines are noted by place
 * while they are read. */
#include "listing.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct listed {
    char *text;
    struct place place;
    struct section *section;
    struct frag *start, *end;
    uint64_t start_offset, end_offset;
};
struct listing {
    struct listed *lines;
    size_t count, room;
    unsigned depth;
};

void listing_begin(struct as *as)
{
    if (!as->options.wants_listing)
        return;
    if (!as->listing)
        as->listing = arena_alloc(&as->arena, sizeof *as->listing);
    struct listing *listing = as->listing;
    listing->lines =
        array_grow(listing->lines, listing->count, &listing->room, sizeof *listing->lines);
    struct text text = {as->line, (size_t)(as->line_end - as->line)};
    listing->lines[listing->count++] = (struct listed){.text = arena_text(&as->arena, text),
                                                       .place = as->place,
                                                       .section = as->section,
                                                       .start = as->section->last,
                                                       .start_offset = section_here(as)};
}

void listing_end(struct as *as)
{
    if (!as->listing || !as->listing->count)
        return;
    struct listed *line = &as->listing->lines[as->listing->count - 1];
    line->end = line->section->last;
    line->end_offset = line->section->last->fixed;
}

static void write_line(const struct listed *line, FILE *out)
{
    enum { PER_LINE = 8 };
    uint64_t start = line->start->address + line->start_offset;
    uint64_t end = line->end ? line->end->address + line->end_offset : start;
    bool has_bytes = line->section->type != SHT_NOBITS && end > start;
    fprintf(out, "%5u ", line->place.line);
    if (end > start)
        fprintf(out, "%08" PRIx64 " ", start);
    else
        fprintf(out, "%8s ", "");
    for (uint64_t at = start; at < start + PER_LINE; at++)
        if (has_bytes && at < end)
            fprintf(out, "%02x", line->section->bytes[at]);
        else
            fputs("  ", out);
    fprintf(out, "%c %s\n", has_bytes && end > start + PER_LINE ? '+' : ' ', line->text);
}

void listing_write(struct as *as, FILE *out)
{
    uint32_t file = UINT32_MAX;
    for (size_t i = 0; as->listing && i < as->listing->count; i++) {
        const struct listed *line = &as->listing->lines[i];
        if (line->place.file != file)
            fprintf(out, "%s\n", as->files[file = line->place.file]);
        write_line(line, out);
    }
}

void listing_free(struct as *as)
{
    if (as->listing)
        free(as->listing->lines);
}
