/* The nanobenchmarks (after Adams and Agesen, ASPLOS 2006): what each does that a VMM must answer,
 * as small a guest program as does it without end. */
#ifndef NANO_H
#define NANO_H

#include "boot.h"
#include "measure.h"

struct nano {
    const char *name, *operation;
    int loop;           /* of guest/nano.S; -1: a program of the guest OS */
    const char *append; /* the guest OS's command line, then */
};
extern const struct nano nanos[];
extern const unsigned nano_count;

/* Makes ready what `nano` boots: guest/nano.S, or the guest OS at `guestos`. False: one line is in
 * `error`, and there is nothing to free; else boot_free. */
bool nano_prepare(const struct nano *nano, const char *guestos, struct boot *boot, char *error,
                  unsigned error_size);

/* The machines that it can run on: bare first, then a VM a shadow policy. */
unsigned nano_sides(void);
const char *nano_side_name(unsigned which);

/* Builds one, booted, of `boot`, which must outlive it. False: the host has not the memory. */
bool nano_open(struct side *side, unsigned which, const struct nano *nano, const struct boot *boot);
void nano_close(struct side *side);

#endif
