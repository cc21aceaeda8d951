/* The input log grows by doubling: it is full whenever its length is a power of two. */
#include "input.h"

#include <stdio.h>
#include <stdlib.h>

static void push(struct input_log *log, struct input_byte byte)
{
    if ((log->count & (log->count - 1)) == 0) {
        size_t room = log->count ? 2 * log->count : 1;
        struct input_byte *bytes = realloc(log->bytes, room * sizeof *bytes);
        if (!bytes) { /* a log with a hole in it would be a lie */
            perror("trapeze: console input");
            abort();
        }
        log->bytes = bytes;
    }
    log->bytes[log->count++] = byte;
}

void input_append(struct platform *platform, uint8_t byte)
{
    uint64_t now = clock_now(&platform->s.clock);
    struct input_log *log = &platform->input;
    while (log->count > platform->s.input_cursor && log->bytes[log->count - 1].at > now)
        log->count--; /* somebody went back in time: what was typed later will not have been */
    push(log, (struct input_byte){.at = now, .byte = byte});
    platform_update(platform);
}

void input_paced(struct platform *platform, const uint8_t *bytes, size_t count)
{
    platform->input.is_paced = true;
    for (size_t i = 0; i < count; i++)
        push(&platform->input, (struct input_byte){.byte = bytes[i]});
    platform_update(platform);
}

void input_free(struct platform *platform)
{
    free(platform->input.bytes);
    platform->input = (struct input_log){0};
}
