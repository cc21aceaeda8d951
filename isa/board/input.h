/* The console's input log: it owns the bytes that came from outside (struct input_log). */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "platform.h"

/* A byte arrives now. */
void input_append(struct platform *platform, uint8_t byte);

/* Input known from the start, which the line brings at its own pace. */
void input_paced(struct platform *platform, const uint8_t *bytes, size_t count);

/* Bytes that the guest has not received yet. */
static inline size_t input_waiting(const struct platform *platform)
{
    return platform->input.count - (size_t)platform->s.input_cursor;
}

void input_free(struct platform *platform);

#endif
