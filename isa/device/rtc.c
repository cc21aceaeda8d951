/* The Goldfish RTC's registers. */
#include "rtc.h"

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    ALARM_STATUS = 0x18,
    CLEAR_INTERRUPT = 0x1c,
};

void rtc_reset(struct rtc *rtc)
{
    *rtc = (struct rtc){.offset = rtc->offset};
}

static uint64_t time_at(const struct rtc *rtc, uint64_t ns)
{
    return RTC_EPOCH_NS + rtc->offset + ns;
}

bool rtc_due(const struct rtc *rtc, uint64_t ns, uint64_t *due)
{
    bool is_never = __builtin_add_overflow(ns, rtc->alarm - time_at(rtc, ns), due);
    return rtc->is_armed && !is_never;
}

void rtc_run(struct rtc *rtc, uint64_t ns)
{
    if (!rtc->is_armed || time_at(rtc, ns) < rtc->alarm)
        return;
    rtc->is_armed = false;
    rtc->is_pending = true;
}

bool rtc_irq(const struct rtc *rtc)
{
    return rtc->is_pending && rtc->irq_enabled;
}

static uint64_t with_low(uint64_t old, uint32_t half)
{
    return (old & ~(uint64_t)UINT32_MAX) | half;
}

static uint64_t with_high(uint64_t old, uint32_t half)
{
    return (uint32_t)old | (uint64_t)half << 32;
}

/* The low half of the time keeps the high half for the read that follows. */
static uint32_t read_word(struct rtc *rtc, uint64_t ns, uint64_t offset)
{
    uint64_t now = time_at(rtc, ns);
    switch (offset) {
    case TIME_LOW:
        rtc->time_high = (uint32_t)(now >> 32);
        return (uint32_t)now;
    case TIME_HIGH:
        return rtc->time_high;
    case ALARM_LOW:
        return (uint32_t)rtc->alarm;
    case ALARM_HIGH:
        return (uint32_t)(rtc->alarm >> 32);
    case IRQ_ENABLED:
        return rtc->irq_enabled;
    case ALARM_STATUS:
        return rtc->is_armed;
    default:
        return 0;
    }
}

/* The low half of the alarm is written last, and arms it; one that is past goes off at once. */
static void write_word(struct rtc *rtc, uint64_t ns, uint64_t offset, uint32_t value)
{
    uint64_t now = time_at(rtc, ns);
    switch (offset) {
    case TIME_LOW:
        rtc->offset += with_low(now, value) - now;
        break;
    case TIME_HIGH:
        rtc->offset += with_high(now, value) - now;
        break;
    case ALARM_LOW:
        rtc->alarm = with_low(rtc->alarm, value);
        rtc->is_armed = true;
        break;
    case ALARM_HIGH:
        rtc->alarm = with_high(rtc->alarm, value);
        break;
    case IRQ_ENABLED:
        rtc->irq_enabled = value & 1;
        break;
    case CLEAR_ALARM:
        rtc->is_armed = false;
        break;
    case CLEAR_INTERRUPT:
        rtc->is_pending = false;
        break;
    default: /* read-only, or not there */
        break;
    }
    rtc_run(rtc, ns);
}

bool rtc_access(struct rtc *rtc, uint64_t ns, uint64_t offset, unsigned size, bool is_write,
                uint64_t *value)
{
    if (size != 4)
        return false;
    if (is_write)
        write_word(rtc, ns, offset, (uint32_t)*value);
    else
        *value = read_word(rtc, ns, offset);
    return true;
}
