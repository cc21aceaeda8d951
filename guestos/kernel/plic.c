/* The platform-level interrupt controller. Three pages of its four megabytes matter to one hart:
 * the priorities, the enable bits of its context, and its context's threshold and claim. */
#include "plic.h"

#include "console.h"
#include "kmap.h"
#include "panic.h"
#include "platform.h"

enum {
    PRIORITY = 0,
    ENABLE = 0x2000,
    ENABLE_STRIDE = 0x80,
    CONTEXT = 0x200000,
    CONTEXT_STRIDE = 0x1000,
    THRESHOLD = 0, /* from the context's page */
    CLAIM = 4,
};

static volatile uint32_t *context_page;

static volatile uint32_t *map(uint64_t physical)
{
    uint64_t va = kmap_device(physical);
    if (!va)
        panic("plic: cannot map 0x%lx", physical);
    return (volatile uint32_t *)va;
}

void plic_init(uint64_t physical, uint32_t context, uint32_t source)
{
    *map(physical + PRIORITY + 4 * source) = 1;
    *map(physical + ENABLE + ENABLE_STRIDE * context + 4 * (source / 32)) = 1U << source % 32;
    context_page = map(physical + CONTEXT + (uint64_t)CONTEXT_STRIDE * context);
    context_page[THRESHOLD / 4] = 0;
}

void plic_interrupt(void)
{
    for (;;) {
        uint32_t source = context_page[CLAIM / 4];
        if (source == 0)
            return;
        if (source == platform.uart_irq)
            console_interrupt();
        context_page[CLAIM / 4] = source;
    }
}
