/* The PLIC, by the RISC-V PLIC specification 1.0.0 and the memory map in its section 3 (P34). */
#include "plic.h"

#include <criterion/criterion.h>

enum { CONTEXTS = 4, UART = 10, OTHER = 33 };
enum { PENDING = 0x1000, ENABLE = 0x2000, CONTEXT = 0x200000 };

static struct plic plic;

static uint32_t get(uint64_t offset)
{
    uint64_t value = ~(uint64_t)0;
    cr_expect(plic_access(&plic, CONTEXTS, offset, 4, false, &value));
    return (uint32_t)value;
}

static void put(uint64_t offset, uint32_t word)
{
    uint64_t value = word;
    cr_expect(plic_access(&plic, CONTEXTS, offset, 4, true, &value));
}

static void set_priority(unsigned source, uint32_t priority)
{
    put(4 * source, priority);
}

static void enable(unsigned context, unsigned source)
{
    uint64_t offset = ENABLE + 0x80 * context + source / 32 * 4;
    put(offset, get(offset) | (uint32_t)1 << source % 32);
}

static void set_threshold(unsigned context, uint32_t threshold)
{
    put(CONTEXT + 0x1000 * context, threshold);
}

static uint32_t claim(unsigned context)
{
    return get(CONTEXT + 0x1000 * context + 4);
}

static void complete(unsigned context, uint32_t source)
{
    put(CONTEXT + 0x1000 * context + 4, source);
}

static bool is_pending(unsigned source)
{
    return get(PENDING + source / 32 * 4) >> source % 32 & 1;
}

/* Context 1 listens to the UART at priority 1, and the line is high. */
static void given_a_request(void)
{
    plic_reset(&plic);
    set_priority(UART, 1);
    enable(1, UART);
    plic_set_level(&plic, UART, true);
}

Test(plic, a_high_line_pends_and_interrupts_who_enabled_it)
{
    given_a_request();
    cr_expect(is_pending(UART));
    cr_expect(plic_irq(&plic, 1));
    cr_expect_not(plic_irq(&plic, 0));
    cr_expect_not(plic_irq(&plic, 3));
}

Test(plic, a_claim_gives_the_source_once)
{
    given_a_request();
    cr_expect_eq(claim(1), UART);
    cr_expect_not(is_pending(UART));
    cr_expect_not(plic_irq(&plic, 1));
    cr_expect_eq(claim(1), 0);
}

Test(plic, p34_a_context_cannot_claim_what_it_has_not_enabled)
{
    given_a_request();
    cr_expect_eq(claim(0), 0);
    cr_expect(is_pending(UART));
}

Test(plic, p34_a_claimed_source_pends_again_when_completed_while_high)
{
    given_a_request();
    claim(1);
    plic_set_level(&plic, UART, true);
    cr_expect_not(is_pending(UART), "not while it is claimed");
    complete(1, UART);
    cr_expect(is_pending(UART));
    cr_expect_eq(claim(1), UART);
}

Test(plic, a_source_completed_while_low_is_done)
{
    given_a_request();
    claim(1);
    plic_set_level(&plic, UART, false);
    complete(1, UART);
    cr_expect_not(is_pending(UART));
    plic_set_level(&plic, UART, true);
    cr_expect_eq(claim(1), UART, "and can come again");
}

Test(plic, an_accepted_request_outlives_its_line)
{
    given_a_request();
    plic_set_level(&plic, UART, false);
    cr_expect_eq(claim(1), UART);
}

Test(plic, only_a_priority_above_the_threshold_interrupts)
{
    given_a_request();
    set_priority(UART, 3);
    set_threshold(1, 3);
    cr_expect_not(plic_irq(&plic, 1));
    cr_expect_eq(claim(1), 0);
    set_threshold(1, 2);
    cr_expect(plic_irq(&plic, 1));
    cr_expect_eq(claim(1), UART);
}

Test(plic, priority_zero_never_interrupts)
{
    given_a_request();
    set_priority(UART, 0);
    cr_expect_not(plic_irq(&plic, 1));
}

Test(plic, the_highest_priority_is_claimed_first_and_ties_go_to_the_lowest_number)
{
    static const unsigned sources[] = {7, UART, OTHER, 95};
    given_a_request();
    for (unsigned i = 0; i < 4; i++) {
        set_priority(sources[i], sources[i] == OTHER ? 5 : 2);
        enable(1, sources[i]);
        plic_set_level(&plic, sources[i], true);
    }
    cr_expect_eq(claim(1), OTHER);
    cr_expect_eq(claim(1), 7);
    cr_expect_eq(claim(1), UART);
    cr_expect_eq(claim(1), 95);
    cr_expect_eq(claim(1), 0);
}

Test(plic, p34_completing_what_is_not_claimed_or_not_enabled_is_ignored)
{
    given_a_request();
    complete(1, UART); /* pends, but is not claimed */
    cr_expect(is_pending(UART));
    claim(1);
    complete(0, UART); /* not enabled for context 0 */
    cr_expect_not(is_pending(UART));
    complete(1, 0);
    complete(1, 96);
    complete(1, 0xffffffff);
    cr_expect_not(is_pending(UART));
    complete(1, UART);
    cr_expect(is_pending(UART));
}

Test(plic, priorities_and_thresholds_have_three_bits)
{
    plic_reset(&plic);
    set_priority(95, 0xffffffff);
    set_threshold(3, 0xfffffffb);
    cr_expect_eq(get(4 * 95), 7);
    cr_expect_eq(get(CONTEXT + 0x3000), 3);
}

Test(plic, source_zero_does_not_exist)
{
    plic_reset(&plic);
    set_priority(0, 7);
    put(ENABLE, 0xffffffff);
    plic_set_level(&plic, 0, true);
    cr_expect_eq(get(0), 0);
    cr_expect_eq(get(ENABLE), 0xfffffffe);
    cr_expect_not(is_pending(0));
}

Test(plic, pending_bits_cannot_be_written)
{
    plic_reset(&plic);
    put(PENDING, 0xffffffff);
    cr_expect_eq(get(PENDING), 0);
}

Test(plic, p34_registers_that_do_not_exist_read_as_zero_and_ignore_writes)
{
    static const uint64_t offsets[] = {
        4 * 96,
        PENDING - 4,
        PENDING + 12,
        ENABLE - 4,
        ENABLE + 12,
        ENABLE + 0x7c,
        ENABLE + 0x80 * 4,
        CONTEXT - 4,
        CONTEXT + 8,
        CONTEXT + 0x4000,
        CONTEXT + 0x4004,
        0x5ffffc,
        CONTEXT + 0xffc,
        ENABLE + 0x80 * 20,
        CONTEXT + 0x1000 * 20 + 4,
    };
    plic_reset(&plic);
    struct plic before = plic;
    for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        put(offsets[i], 0xffffffff);
        cr_expect_eq(get(offsets[i]), 0, "offset %#llx", (unsigned long long)offsets[i]);
    }
    cr_expect_arr_eq(&plic, &before, sizeof plic);
}

Test(plic, p34_lines_that_do_not_exist_are_ignored)
{
    plic_reset(&plic);
    struct plic before = plic;
    plic_set_level(&plic, 96, true);
    plic_set_level(&plic, 0xffffffff, true);
    cr_expect_arr_eq(&plic, &before, sizeof plic);
    cr_expect_not(plic_irq(&plic, PLIC_CONTEXTS));
}

Test(plic, p35_only_aligned_words_are_answered)
{
    uint64_t value = 0;
    plic_reset(&plic);
    cr_expect_not(plic_access(&plic, CONTEXTS, 4, 1, false, &value));
    cr_expect_not(plic_access(&plic, CONTEXTS, 4, 2, false, &value));
    cr_expect_not(plic_access(&plic, CONTEXTS, 8, 8, false, &value));
    cr_expect_not(plic_access(&plic, CONTEXTS, 6, 4, true, &value));
}
