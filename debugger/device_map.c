/* The map of QEMU's virt board, as platform.h has it. */
#include "device_map.h"

#include <stddef.h>
#include <string.h>

#include "platform.h"

static const struct device_place devices[] = {
    {"finisher", FINISHER_BASE, FINISHER_SIZE},
    {"clint", CLINT_BASE, CLINT_SIZE},
    {"plic", PLIC_BASE, PLIC_SIZE},
    {"uart", UART_BASE, UART_SIZE},
    {"virtio", VIRTIO_BASE, (uint64_t)VIRTIO_STRIDE *VIRTIO_SLOTS},
};

const struct device_place *device_number(unsigned i)
{
    return i < sizeof devices / sizeof *devices ? &devices[i] : NULL;
}

const struct device_place *device_at(uint64_t gpa)
{
    for (unsigned i = 0; device_number(i); i++)
        if (gpa - devices[i].base < devices[i].size)
            return &devices[i];
    return NULL;
}

const struct device_place *device_named(const char *name)
{
    for (unsigned i = 0; device_number(i); i++)
        if (strcmp(devices[i].name, name) == 0)
            return &devices[i];
    return NULL;
}
