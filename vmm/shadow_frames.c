/* The reverse map: from a frame of the guest to the shadow entries that map it.
 *
 * A doubly linked list a guest frame, and one a guest 2 MiB for entries of that size. Its heads are
 * an array; its links stand beside the entries. */
#include "shadow_pages.h"

static uint64_t chunks(uint64_t frames)
{
    return (frames + ENTRIES - 1) / ENTRIES;
}

uint64_t frame_map_frames(uint64_t frames)
{
    return ((frames + chunks(frames)) * sizeof(link_t) + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* The list of entries of `level` that map the guest page at `gpa`. */
static link_t *head_of(const struct shadows *shadows, gpa_t gpa, int level)
{
    uint64_t frame = (gpa.a - shadows->memory.a) >> PAGE_SHIFT;
    uint64_t index = level ? shadows->frames + frame / ENTRIES : frame;
    return (link_t *)(void *)hw_frame(shadows->hw, HPA(shadows->heads.a + index * sizeof(link_t)));
}

void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t *head = head_of(shadows, gpa, level);
    *page_beside(shadows, link) = (struct beside){.next = *head};
    if (*head)
        page_beside(shadows, *head)->previous = link;
    *head = link;
}

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

unsigned shadow_drop_frame(struct shadows *shadows, gpa_t gpa)
{
    unsigned dropped = 0;
    for (int level = 0; level < 2; level++)
        for (link_t link; (link = *head_of(shadows, gpa, level)) != 0; dropped++)
            page_drop_leaf(shadows, page_of_link(link), index_of_link(link));
    return dropped;
}
