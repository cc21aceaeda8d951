/* QEMU, as the other machine: its RAM is a file that both sides map. */
#ifndef QEMU_H
#define QEMU_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

struct qemu {
    const char *program;
    uint8_t *ram; /* shared with QEMU while it runs */
    uint64_t ram_size;
    int fd; /* of the file behind it */
};

/* Makes the RAM, all zero. False: errno. */
bool qemu_init(struct qemu *qemu, const char *program, uint64_t ram_size);
void qemu_free(struct qemu *qemu);

/* Starts QEMU with a hart of `isa`, on what is in its RAM, and waits until its program has turned
 * it off. False: it did not within `seconds` of CPU time, or failed, which was told; it is dead in
 * either case.
 */
bool qemu_run(struct qemu *qemu, isa_t isa, unsigned seconds);

#endif
