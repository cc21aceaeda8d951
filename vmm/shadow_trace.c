/* The policy `trace`: frames that hold tables of the guest are write-protected, so each store to
 * them exits, is emulated, and the mirrors follow. They are never older than the guest's tables,
 * and fences have nothing to do.
 *
 * A frame is a table while pages mirror it, and pages mirror what a fill walked through. One that
 * is written again and again without being walked is probably no table any more (P13): its mirrors
 * go, and it is data until it is walked again. */
#include "shadow_mirror.h"

static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->writes++ < MIRROR_PATIENCE)
        return false;
    mirror_end(shadows, gpa);
    return true;
}

/* What is larger than an entry was no change of one. */
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
