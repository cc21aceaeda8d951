/* Where devices and their registers are in guest-physical memory, by name. */
#ifndef DEVICE_MAP_H
#define DEVICE_MAP_H

#include <stdint.h>

struct device_place {
    const char *name;
    uint64_t base, size;
};

/* The `i`th device of the memory map; NULL: no more. */
const struct device_place *device_number(unsigned i);

/* The device that an address belongs to; NULL: none. */
const struct device_place *device_at(uint64_t gpa);

/* The device of a name; NULL: none. */
const struct device_place *device_named(const char *name);

#endif
