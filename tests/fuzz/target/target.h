/* What all fuzz targets share. Each defines libFuzzer's entry, and calls check for what must hold
 * of any input. Built with libFuzzer (preset fuzz) a target looks for inputs that break it; built
 * without, by replay.c, it goes through its corpus. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Tries one input, and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

#endif
