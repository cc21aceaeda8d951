/* Sections, their frags, and what is noted about them: fixups and mapping symbols. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "as.h"

bool section_is_code(const struct section *section)
{
    return section->flags & SHF_EXECINSTR;
}

static struct frag *new_frag(struct as *as, struct section *section)
{
    struct frag *frag = arena_alloc(&as->arena, sizeof *frag);
    frag->section = section;
    frag->start = section->count;
    if (section->last)
        section->last->next = frag;
    else
        section->first = frag;
    section->last = frag;
    return frag;
}

struct section *section_get(struct as *as, const char *name)
{
    return section_of_key(as, (struct text){name, strlen(name)}, name);
}

/* Sections of one name are different ones in different groups: the key says which is meant. */
struct section *section_of_key(struct as *as, struct text key, const char *name)
{
    struct section *section = table_find(&as->section_names, key);
    if (section)
        return section;
    section = arena_alloc(&as->arena, sizeof *section);
    section->name = arena_text(&as->arena, (struct text){name, strlen(name)});
    *table_at(&as->section_names, (struct text){arena_text(&as->arena, key), key.size}) = section;
    if (as->last_section)
        as->last_section->next = section;
    else
        as->sections = section;
    as->last_section = section;
    section->index = ++as->section_count;
    new_frag(as, section);
    return section;
}

void section_enter(struct as *as, struct section *section)
{
    as->previous = as->section;
    as->section = section;
    section->is_used = true;
}

uint64_t section_here(struct as *as)
{
    return as->section->last->fixed;
}

bool section_check(struct as *as, const char *what)
{
    if (as->section->type != SHT_NOBITS)
        return true;
    as_error(as, as->line, "%s in %s, which holds no bytes in the file", what, as->section->name);
    return false;
}

uint8_t *section_more(struct as *as, size_t size)
{
    struct section *section = as->section;
    section->bytes = array_grow(section->bytes, section->count + size, &section->room, 1);
    uint8_t *at = section->bytes + section->count;
    memset(at, 0, size);
    section->count += size;
    section->last->fixed += size;
    return at;
}

void section_cut(struct as *as)
{
    new_frag(as, as->section);
}

struct frag *section_tail(struct as *as, enum tail_kind kind)
{
    struct frag *frag = as->section->last;
    frag->kind = kind;
    frag->place = as->place;
    new_frag(as, as->section);
    return frag;
}

struct fixup *section_fixup(struct as *as, uint64_t offset, unsigned type, unsigned size,
                            const struct expr *expr)
{
    struct section *section = as->section;
    section->fixups = array_grow(section->fixups, section->fixup_count, &section->fixup_room,
                                 sizeof *section->fixups);
    struct fixup *fixup = &section->fixups[section->fixup_count++];
    *fixup = (struct fixup){.frag = section->last,
                            .offset = offset,
                            .type = (uint16_t)type,
                            .size = (uint8_t)size,
                            .relaxes = as->mode.relax,
                            .expr = *expr,
                            .place = as->place};
    return fixup;
}

static void add_mark(struct as *as, const char *name)
{
    struct section *section = as->section;
    struct mark *last = section->mark_count ? &section->marks[section->mark_count - 1] : NULL;
    if (last && last->frag == section->last && last->offset == section_here(as))
        last->is_gone = true; /* nothing stands between */
    section->marks = array_grow(section->marks, section->mark_count, &section->mark_room,
                                sizeof *section->marks);
    section->marks[section->mark_count++] =
        (struct mark){.frag = section->last, .offset = section_here(as), .name = name};
}

/* The first code of a section, and code after a change of the architecture, says what it is for
 * (ELF psABI, "Mapping Symbol"; GNU as 2.40). */
void section_mark(struct as *as, char state, bool is_align)
{
    struct section *section = as->section;
    if (!section_is_code(section))
        return;
    bool names_arch =
        state == 'x' && (!section->map_arch || (!is_align && section->map_arch != as->mode.arch));
    if (!names_arch && section->map_state == state)
        return;
    section->map_state = state;
    const char *name = state == 'x' ? "$x" : "$d";
    if (names_arch) {
        size_t room = strlen(as->mode.arch) + sizeof "$x";
        char *text = arena_alloc(&as->arena, room);
        snprintf(text, room, "$x%s", as->mode.arch);
        section->map_arch = as->mode.arch;
        name = text;
    }
    add_mark(as, name);
}
