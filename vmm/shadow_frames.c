/* What is known of the guest's frames: the reverse map, from a frame to the shadow entries that map
 * it, and the reasons for which nobody may write it unheard.
 *
 * The reverse map is a doubly linked list a guest frame, and one a guest 2 MiB for entries of that
 * size. Its heads are an array; its links stand beside the entries. */
#include "shadow_pages.h"

static uint64_t chunks(uint64_t frames)
{
    return (frames + ENTRIES - 1) / ENTRIES;
}

uint64_t frame_map_frames(uint64_t frames)
{
    uint64_t bytes =
        (frames + 1) * sizeof(struct frame) + (chunks(frames) + 1) * sizeof(struct chunk);
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* A device that is passed through stands behind the last frame. */
static uint64_t number_of(const struct shadows *shadows, gpa_t gpa)
{
    uint64_t number = (gpa.a - shadows->parts.memory.a) >> PAGE_SHIFT;
    return number < shadows->parts.frames ? number : shadows->parts.frames;
}

struct frame *frame_of(const struct shadows *shadows, gpa_t gpa)
{
    uint64_t at = number_of(shadows, gpa) * sizeof(struct frame);
    return (struct frame *)(void *)hw_frame(shadows->hw, HPA(shadows->heads.a + at));
}

struct chunk *chunk_of(const struct shadows *shadows, gpa_t gpa)
{
    uint64_t at = (shadows->parts.frames + 1) * sizeof(struct frame) +
                  number_of(shadows, gpa) / ENTRIES * sizeof(struct chunk);
    return (struct chunk *)(void *)hw_frame(shadows->hw, HPA(shadows->heads.a + at));
}

/* ---- the reverse map --------------------------------------------------------------------- */

static link_t *head_of(const struct shadows *shadows, gpa_t gpa, int level)
{
    return level ? &chunk_of(shadows, gpa)->first : &frame_of(shadows, gpa)->first;
}

/* Lab 7, exercise 1. The leaf at `link` is the first in the list of the guest's page of `level` (0
 * or 1) at `gpa` from now on (head_of). The list is doubly linked: the next and the previous link
 * stand in what is beside each leaf (page_beside); 0 is the end either way. What was beside this
 * one does not matter; it has no reasons afterwards. */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t *head = head_of(shadows, gpa, level);
    *page_beside(shadows, link) = (struct beside){.next = *head};
    if (*head)
        page_beside(shadows, *head)->previous = link;
    *head = link;
}

/* Lab 7, exercise 1. Takes the leaf at `link` out of that list, wherever in it it stands, in a time
 * that does not depend on how long the list is; nothing is left beside the leaf. */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct beside *beside = page_beside(shadows, link);
    if (beside->previous)
        page_beside(shadows, beside->previous)->next = beside->next;
    else
        *head_of(shadows, gpa, level) = beside->next;
    if (beside->next)
        page_beside(shadows, beside->next)->previous = beside->previous;
    *beside = (struct beside){0};
}

/* Lab 7, exercise 1. Drops every leaf of one size that maps the guest's page at `gpa`
 * (page_drop_entry, which takes it out of the list), and gives how many there were. */
static unsigned drop_list(struct shadows *shadows, gpa_t gpa, int level)
{
    unsigned dropped = 0;
    for (link_t link; (link = *head_of(shadows, gpa, level)) != 0; dropped++)
        page_drop_entry(shadows, page_of_link(link), index_of_link(link));
    return dropped;
}

unsigned shadow_drop_frame(struct shadows *shadows, gpa_t gpa)
{
    return drop_list(shadows, gpa, 0) + drop_list(shadows, gpa, 1);
}

/* ---- what is withheld -------------------------------------------------------------------- */

unsigned shadow_withheld(const struct shadows *shadows, gpa_t gpa)
{
    return (unsigned)frame_of(shadows, gpa)->reasons << 8;
}

static uint64_t perms_of(const struct shadows *shadows, link_t link)
{
    return page_table(shadows, page_of_link(link))[index_of_link(link)] & (PTE_R | PTE_W | PTE_X);
}

/* Lab 7, exercise 2. From now on there is this `reason` (one or more of SHADOW_REASONS) why nobody
 * may write the guest's frame at `gpa` unheard; nothing happens where it has that reason already.
 *
 * The frame remembers it, shifted (frame->reasons), and its 2 MiB how many of its frames have any
 * (chunk->withheld). Entries of 2 MiB that map the frame are dropped: they come back in pieces.
 * Each of 4 KiB, in every view, loses W, and has this reason besides its own (page_change_leaf), so
 * that who takes another reason back does not open it (P18). But a leaf that has neither W nor a
 * reason is one that the guest grants no W: it stays so, for a reason beside it would promise W
 * when it is given back. */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->reasons & reason >> 8)
        return;
    chunk_of(shadows, gpa)->withheld += frame->reasons == 0;
    frame->reasons |= (uint8_t)(reason >> 8);
    drop_list(shadows, gpa, 1); /* they come back in pieces */
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        uint64_t perms = perms_of(shadows, link);
        unsigned reasons = page_beside(shadows, link)->reasons;
        if (perms & PTE_W || reasons)
            page_change_leaf(shadows, link, (perms & ~(uint64_t)PTE_W) | reasons | reason);
    }
}

/* Lab 7, exercise 2. Takes the `reason` back, in the frame, its 2 MiB, and each leaf of 4 KiB that
 * has it; others stay. A leaf gets W again just when this was its last reason: who never had this
 * one is left as it is. Nothing happens where the frame has no such reason. */
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (!(frame->reasons & reason >> 8))
        return;
    frame->reasons &= (uint8_t) ~(reason >> 8);
    chunk_of(shadows, gpa)->withheld -= frame->reasons == 0;
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        unsigned reasons = page_beside(shadows, link)->reasons, left = reasons & ~reason;
        if (reasons != left)
            page_change_leaf(shadows, link, perms_of(shadows, link) | left | (left ? 0 : PTE_W));
    }
}
