/* The real-time clock of QEMU's virt board: Goldfish's, with registers of 32 bits (Android
 * emulator, docs/GOLDFISH-VIRTUAL-HARDWARE.TXT; QEMU hw/rtc/goldfish_rtc.c). Nanoseconds since
 * 1970.
 *
 * The model is given the time that has passed since the machine was made, and has an epoch of its
 * own, so that every run begins on the same day. */
#ifndef RTC_H
#define RTC_H

#include <stdbool.h>
#include <stdint.h>

/* 2026-01-01 00:00:00 UTC. */
#define RTC_EPOCH_NS (1767225600 * (uint64_t)1000000000)

struct rtc {
    uint64_t offset;    /* of the time to epoch and clock, in ns: what the guest set, modulo 2^64 */
    uint64_t alarm;     /* ns since 1970 */
    uint32_t time_high; /* as of the last read of TIME_LOW */
    uint8_t is_armed, is_pending, irq_enabled;
    uint8_t padding;
};

/* Power-on. The time that the guest set stays, as with a battery. */
void rtc_reset(struct rtc *rtc);

/* Reads or writes an aligned word, when `ns` have passed. False: another width or alignment. */
bool rtc_access(struct rtc *rtc, uint64_t ns, uint64_t offset, unsigned size, bool is_write,
                uint64_t *value);

/* Time has come to `ns`: the alarm goes off when it is due. */
void rtc_run(struct rtc *rtc, uint64_t ns);

/* How many ns after the beginning the alarm is due. False: it never is. */
bool rtc_due(const struct rtc *rtc, uint64_t ns, uint64_t *due);

/* The level of the interrupt line. */
bool rtc_irq(const struct rtc *rtc);

#endif
