/* The machine as the device tree describes it, read once at boot. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct platform {
    uint64_t hart;
    uint64_t memory_start, memory_end; /* physical addresses */
    uint64_t ticks_per_second;         /* of the time CSR */

    uint64_t uart; /* physical address, or 0: use the firmware's console */
    uint32_t uart_irq;
    uint64_t plic;         /* physical address, or 0: poll for input */
    uint32_t plic_context; /* of this hart's supervisor mode */

    /* From the command line */
    bool no_timer, quiet;
    char run[128]; /* the program to run instead of the shell, and its arguments; may be empty */
};

extern struct platform platform;

/* Fills `platform`. The tree's memory may be used for other things afterwards. */
void platform_init(uint64_t hart, const void *device_tree);

#endif
