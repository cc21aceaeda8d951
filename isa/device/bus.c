/* The bus: which device answers where, and what a load or store there does. */
#include "platform.h"

enum device {
    DEVICE_NONE,
    DEVICE_FINISHER,
    DEVICE_RTC,
    DEVICE_CLINT,
    DEVICE_PLIC,
    DEVICE_UART,
    DEVICE_VIRTIO
};
static const struct {
    uint64_t base, size;
    enum device device;
} bus[] = {
    {FINISHER_BASE, FINISHER_SIZE, DEVICE_FINISHER},
    {RTC_BASE, RTC_SIZE, DEVICE_RTC},
    {CLINT_BASE, CLINT_SIZE, DEVICE_CLINT},
    {PLIC_BASE, PLIC_SIZE, DEVICE_PLIC},
    {UART_BASE, UART_SIZE, DEVICE_UART},
    {VIRTIO_BASE, VIRTIO_SLOTS *VIRTIO_STRIDE, DEVICE_VIRTIO},
};

static enum device find_device(uint64_t pa, uint64_t *offset)
{
    for (unsigned i = 0; i < sizeof bus / sizeof *bus; i++)
        if (pa - bus[i].base < bus[i].size) {
            *offset = pa - bus[i].base;
            return bus[i].device;
        }
    return DEVICE_NONE;
}

bool platform_is_device(uint64_t pa)
{
    uint64_t offset;
    return find_device(pa, &offset) != DEVICE_NONE;
}

/* The registers of the UART are bytes; addresses above the eighth read as zero. */
static bool uart_access(struct platform *platform, uint64_t offset, unsigned size, bool is_write,
                        uint64_t *value)
{
    struct uart *uart = &platform->s.uart;
    uint8_t sent;
    if (size != 1)
        return false;
    if (offset > 7) {
        *value = 0;
        return true;
    }
    uint8_t received = uart->count;
    if (!is_write)
        *value = uart_read(uart, (unsigned)offset);
    else if (uart_write(uart, (unsigned)offset, (uint8_t)*value, &sent))
        platform_output(platform, sent);
    if (is_write && uart->count < received)
        platform_input_again(platform, received - uart->count);
    if (uart->count < received)
        platform_input_taken(platform);
    return true;
}

/* SiFive's test finisher (QEMU hw/misc/sifive_test.c): the low half says what, the high half with
 * which status. */
static bool finisher_access(struct platform *platform, uint64_t offset, unsigned size,
                            bool is_write, uint64_t *value)
{
    enum { FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555, FINISHER_RESET = 0x7777 };
    if (size != 4 && size != 2)
        return false;
    if (!is_write || offset != 0) {
        *value = 0;
        return true;
    }
    switch (*value & 0xffff) {
    case FINISHER_PASS:
        platform_stop(platform, STOP_POWEROFF, 0);
        break;
    case FINISHER_FAIL:
        platform_stop(platform, STOP_POWEROFF, (int)(*value >> 16 & 0xffff));
        break;
    case FINISHER_RESET:
        platform_stop(platform, STOP_REBOOT, 0);
        break;
    default: /* any other word means nothing */
        break;
    }
    return true;
}

static void observe_mmio(const struct platform *platform, uint64_t pa, unsigned size, bool is_write,
                         uint64_t value)
{
    const struct observer *observer = platform->observer;
    if (observer && observer->mmio)
        observer->mmio(observer->owner, pa, size, is_write, value);
}

bool platform_mmio(struct platform *platform, uint64_t pa, unsigned size, bool is_write,
                   uint64_t *value)
{
    struct platform_state *s = &platform->s;
    uint64_t offset = 0;
    bool done = false;
    if (pa & (size - 1))
        return false;
    switch (find_device(pa, &offset)) {
    case DEVICE_NONE:
        return false;
    case DEVICE_FINISHER:
        done = finisher_access(platform, offset, size, is_write, value);
        break;
    case DEVICE_RTC:
        done = rtc_access(&s->rtc, platform_nanoseconds(platform), offset, size, is_write, value);
        break;
    case DEVICE_CLINT: /* built-in firmware keeps it from S, as real firmware does by PMP */
        done = !platform->has_firmware &&
               clint_access(&s->clint, platform->harts, platform_ticks(platform), offset, size,
                            is_write, value);
        break;
    case DEVICE_PLIC:
        done = plic_access(&s->plic, 2 * platform->harts, offset, size, is_write, value);
        break;
    case DEVICE_UART:
        done = uart_access(platform, offset, size, is_write, value);
        break;
    case DEVICE_VIRTIO:
        done = virtio_access(platform, (unsigned)(offset / VIRTIO_STRIDE), offset % VIRTIO_STRIDE,
                             size, is_write, value);
        break;
    }
    platform_update(platform);
    if (done)
        observe_mmio(platform, pa, size, is_write, *value);
    return done;
}
