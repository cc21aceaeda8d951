/* The policy `trace`: frames that hold tables of the guest are write-protected, so each store to
 * them exits, is emulated, and the mirrors follow. They are never older than the guest's tables,
 * and fences have nothing to do.
 *
 * A frame is a table while pages mirror it, and pages mirror what a fill walked through. One that
 * is written again and again without being walked is probably no table any more (P13): its mirrors
 * go, and it is data until it is walked again. */
#include "shadow_mirror.h"

/* Lab 7, exercise 5. The hart is about to store to the traced frame at `gpa`. False: it must not,
 * the store is emulated, and that is one more of the frame's `writes` since it was last walked. But
 * when there have been MIRROR_PATIENCE of them already, the frame is taken for a table no more: its
 * mirrors end (mirror_end), which takes the trace away, and the hart may store by itself: true. */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->writes++ < MIRROR_PATIENCE)
        return false;
    mirror_end(shadows, gpa);
    return true;
}

/* Lab 7, exercise 5. `size` bytes of the table at `gpa` were written by others than the hart: the
 * VMM, for an emulated store, or a device. Up to 8 bytes are a change of entries, which the mirrors
 * follow at once (mirror_wrote). More are no such change: the frame is data again, and its mirrors
 * end (mirror_end). Where shadows are to be as stale as is legal (parts.is_stale), the table just
 * runs ahead (mirror_be_late). */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (shadows->parts.is_stale)
        mirror_be_late(shadows, gpa);
    else if (size > 8)
        mirror_end(shadows, gpa);
    else
        mirror_wrote(shadows, gpa, size);
}

const struct shadow_policy shadow_trace = {.name = "trace",
                                           .is_coherent = true,
                                           .traces = true,
                                           .let_write = let_write,
                                           .wrote = wrote,
                                           .activated = mirror_activate,
                                           .fence = mirror_fence};
