/* The Goldfish RTC, by the registers of Android's GOLDFISH-VIRTUAL-HARDWARE document, and what QEMU
 * adds to them. */
#include "rtc.h"

#include <criterion/criterion.h>

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    ALARM_STATUS = 0x18,
    CLEAR_INTERRUPT = 0x1c
};
#define SECOND ((uint64_t)1000000000)
#define NEW_YEAR (1767225600 * SECOND) /* date -u -d 2026-01-01 +%s */

static struct rtc rtc;
static uint64_t ns; /* passed */

static uint32_t get(unsigned reg)
{
    uint64_t value = 0;
    cr_expect(rtc_access(&rtc, ns, reg, 4, false, &value));
    return (uint32_t)value;
}

static void put(unsigned reg, uint32_t word)
{
    uint64_t value = word;
    cr_expect(rtc_access(&rtc, ns, reg, 4, true, &value));
}

static uint64_t now(void)
{
    uint64_t low = get(TIME_LOW);
    return (uint64_t)get(TIME_HIGH) << 32 | low;
}

static void set_alarm(uint64_t at)
{
    put(ALARM_HIGH, (uint32_t)(at >> 32));
    put(ALARM_LOW, (uint32_t)at);
}

static void pass(uint64_t more)
{
    ns += more;
    rtc_run(&rtc, ns);
}

Test(rtc, time_begins_with_a_year_and_goes_on)
{
    cr_expect_eq(now(), NEW_YEAR);
    pass(12345 * SECOND + 678);
    cr_expect_eq(now(), NEW_YEAR + 12345 * SECOND + 678);
}

Test(rtc, both_halves_are_of_one_moment)
{
    pass(((uint64_t)1 << 32) - (uint32_t)NEW_YEAR - 1); /* the low half is about to wrap */
    uint64_t low = get(TIME_LOW);
    pass(1);
    cr_expect_eq((uint64_t)get(TIME_HIGH) << 32 | low, NEW_YEAR + ns - 1);
    cr_expect_eq(now(), NEW_YEAR + ns);
}

Test(rtc, time_can_be_set_and_survives_a_reset)
{
    const uint64_t then = 1234567890 * SECOND;
    pass(77);
    put(TIME_HIGH, (uint32_t)(then >> 32));
    put(TIME_LOW, (uint32_t)then);
    cr_expect_eq(now(), then);
    pass(5);
    rtc_reset(&rtc);
    cr_expect_eq(now(), then + 5);
}

Test(rtc, an_alarm_goes_off_when_its_time_has_come)
{
    uint64_t due;
    cr_expect_not(rtc_due(&rtc, ns, &due));
    put(IRQ_ENABLED, 1);
    set_alarm(NEW_YEAR + 1000);
    cr_expect(rtc_due(&rtc, ns, &due));
    cr_expect_eq(due, 1000);
    cr_expect_eq(get(ALARM_STATUS), 1);
    pass(999);
    cr_expect_not(rtc_irq(&rtc));
    pass(1);
    cr_expect(rtc_irq(&rtc));
    cr_expect_eq(get(ALARM_STATUS), 0);
    cr_expect_not(rtc_due(&rtc, ns, &due));
    put(CLEAR_INTERRUPT, 1);
    cr_expect_not(rtc_irq(&rtc));
}

Test(rtc, an_alarm_in_the_past_goes_off_at_once)
{
    put(IRQ_ENABLED, 1);
    set_alarm(NEW_YEAR - 1);
    cr_expect(rtc_irq(&rtc));
    cr_expect_eq(get(ALARM_STATUS), 0);
}

Test(rtc, an_alarm_can_be_cleared)
{
    put(IRQ_ENABLED, 1);
    set_alarm(NEW_YEAR + 1000);
    put(CLEAR_ALARM, 1);
    cr_expect_eq(get(ALARM_STATUS), 0);
    pass(2000);
    cr_expect_not(rtc_irq(&rtc));
}

Test(rtc, an_interrupt_waits_until_it_is_enabled)
{
    set_alarm(NEW_YEAR + 1000);
    pass(2000);
    cr_expect_not(rtc_irq(&rtc));
    put(IRQ_ENABLED, 0xffffffff);
    cr_expect_eq(get(IRQ_ENABLED), 1);
    cr_expect(rtc_irq(&rtc));
}

Test(rtc, an_alarm_reads_as_it_was_set)
{
    set_alarm(0x123456789abcdef0);
    cr_expect_eq(get(ALARM_LOW), 0x9abcdef0);
    cr_expect_eq(get(ALARM_HIGH), 0x12345678);
}

Test(rtc, an_alarm_after_the_end_of_time_never_comes)
{
    uint64_t due;
    pass(1000);
    put(TIME_HIGH, 0);
    put(TIME_LOW, 0);
    set_alarm(~(uint64_t)0);
    cr_expect_not(rtc_due(&rtc, ns, &due));
    cr_expect_eq(get(ALARM_STATUS), 1);
}

Test(rtc, p35_registers_are_words_and_others_read_as_zero)
{
    uint64_t value = 0;
    cr_expect_not(rtc_access(&rtc, ns, TIME_LOW, 1, false, &value));
    cr_expect_not(rtc_access(&rtc, ns, TIME_LOW, 2, true, &value));
    cr_expect_not(rtc_access(&rtc, ns, TIME_LOW, 8, false, &value));
    struct rtc before = rtc;
    for (unsigned reg = 0x20; reg < 0x1000; reg += 4) {
        put(reg, 0xffffffff);
        cr_expect_eq(get(reg), 0);
    }
    cr_expect_arr_eq(&rtc, &before, sizeof rtc);
}
