/* The policy `unsync`: as `trace`, but a table of the lowest level may be written freely: at the
 * first store it is traced no more, runs ahead of its mirrors, and they catch up at the fence. So
 * a guest that changes many entries and fences once exits once.
 *
 * Tables of upper levels stay traced: what a mirror mirrors is always known. */
#include "shadow_mirror.h"

static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->writes++ >= MIRROR_PATIENCE) {
        mirror_end(shadows, gpa);
        return true;
    }
    if (!mirror_is_leaf_table(shadows, gpa))
        return false;
    mirror_be_late(shadows, gpa);
    shadow_give_back(shadows, gpa, SHADOW_TRACED);
    return true;
}

static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (frame_of(shadows, gpa)->is_late)
        return;
    if (shadows->parts.is_stale)
        mirror_be_late(shadows, gpa);
    else
        mirror_wrote(shadows, gpa, size);
}

const struct shadow_policy shadow_unsync = {.name = "unsync",
                                            .traces = true,
                                            .let_write = let_write,
                                            .wrote = wrote,
                                            .activated = mirror_activate,
                                            .fence = mirror_fence};
