/* Loads, stores and fetches by virtual address: splitting, faulting, and never half done. */
#include "memory.h"

#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

/* Two virtual pages side by side, on frames that are not, and a third page that is not mapped. */
#define VA_ONE 0x40000000u
#define VA_TWO (VA_ONE + PAGE_SIZE)
#define VA_NONE (VA_TWO + PAGE_SIZE)
#define FRAME_ONE (RAM_BASE + 0x8000u)
#define FRAME_TWO (RAM_BASE + 0x4000u)

static struct world *world_of_two_pages(uint64_t flags_one, uint64_t flags_two)
{
    struct world *w = world_new();
    map(w, VA_ONE, FRAME_ONE, flags_one);
    map(w, VA_TWO, FRAME_TWO, flags_two);
    enter_paging(w, MODE_S);
    return w;
}

static bool load(struct world *w, uint64_t va, unsigned size, enum access why, uint64_t *value)
{
    return memory_load(&w->hart, &w->port, va, size, why, value, &w->trap);
}

static bool store(struct world *w, uint64_t va, unsigned size, enum access why, uint64_t value)
{
    return memory_store(&w->hart, &w->port, va, size, why, value, &w->trap);
}

/* Fails unless the last trap was this one. */
static void expect_trap(const struct world *w, uint64_t cause, uint64_t tval, const char *what)
{
    cr_expect_eq(w->trap.cause, cause, "%s: cause %lu", what, w->trap.cause);
    cr_expect_eq(w->trap.tval, tval, "%s: tval %lx", what, w->trap.tval);
}

Test(memory, loads_are_little_endian_and_zero_extended)
{
    struct world *w = world_new();
    poke(w, FRAME_ONE, 8, 0xf1f2f3f4f5f6f7f8);
    static const uint64_t expected[] = {0xf8, 0xf7f8, 0xf5f6f7f8, 0xf1f2f3f4f5f6f7f8};
    for (unsigned i = 0; i < 4; i++) {
        uint64_t value = ~(uint64_t)0;
        cr_expect(load(w, FRAME_ONE, 1u << i, ACCESS_LOAD, &value));
        cr_expect_eq(value, expected[i], "%u bytes: %lx", 1u << i, value);
    }
}

Test(memory, stores_write_their_bytes_and_no_others)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        struct world *w = world_new();
        cr_expect(store(w, FRAME_ONE + 8, size, ACCESS_STORE, 0xf1f2f3f4f5f6f7f8));
        uint64_t kept = size == 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * size) - 1;
        cr_expect_eq(peek(w, FRAME_ONE + 8, 8), 0xf1f2f3f4f5f6f7f8 & kept, "%u bytes", size);
        cr_expect_eq(peek(w, FRAME_ONE, 8), 0);
        cr_expect_eq(peek(w, FRAME_ONE + 16, 8), 0);
    }
}

Test(memory, misaligned_accesses_within_a_page_are_done)
{
    struct world *w = world_of_two_pages(PTE_RW_AD, PTE_RW_AD);
    for (unsigned size = 2; size <= 8; size *= 2)
        for (unsigned at = 0; at <= PAGE_SIZE - size; at += at < 16 ? 1 : 1009) {
            uint64_t value, wanted = 0xf1f2f3f4f5f6f7f8 >> (64 - 8 * size);
            cr_expect(store(w, VA_ONE + at, size, ACCESS_STORE, wanted));
            cr_expect(load(w, VA_ONE + at, size, ACCESS_LOAD, &value));
            cr_expect_eq(value, wanted, "%u bytes at %x", size, at);
            cr_expect_eq(peek(w, FRAME_ONE + at, size), wanted, "%u bytes at %x", size, at);
        }
}

Test(memory, an_access_across_two_pages_meets_both_frames)
{
    for (unsigned size = 2; size <= 8; size *= 2)
        for (unsigned first = 1; first < size; first++) {
            struct world *w = world_of_two_pages(PTE_RW_AD, PTE_RW_AD);
            uint64_t value, wanted = 0xf1f2f3f4f5f6f7f8 >> (64 - 8 * size);
            cr_expect(store(w, VA_TWO - first, size, ACCESS_STORE, wanted));
            cr_expect_eq(peek(w, FRAME_ONE + PAGE_SIZE - first, first),
                         wanted & (((uint64_t)1 << 8 * first) - 1), "%u of %u", first, size);
            cr_expect_eq(peek(w, FRAME_TWO, size - first), wanted >> 8 * first, "%u of %u", first,
                         size);
            cr_expect_eq(peek(w, FRAME_TWO + size - first, 1), 0, "%u of %u", first, size);
            cr_expect_eq(peek(w, FRAME_ONE + PAGE_SIZE - first - 1, 1), 0, "%u of %u", first, size);
            cr_expect(load(w, VA_TWO - first, size, ACCESS_LOAD, &value));
            cr_expect_eq(value, wanted, "%u of %u: %lx", first, size, value);
        }
}

Test(memory, an_access_across_two_pages_goes_without_translation_too)
{
    struct world *w = world_new();
    uint64_t value;
    cr_expect(store(w, FRAME_ONE + PAGE_SIZE - 3, 8, ACCESS_STORE, 0x1122334455667788));
    cr_expect_eq(peek(w, FRAME_ONE + PAGE_SIZE - 3, 8), 0x1122334455667788);
    cr_expect(load(w, FRAME_ONE + PAGE_SIZE - 3, 8, ACCESS_LOAD, &value));
    cr_expect_eq(value, 0x1122334455667788);
}

Test(memory, a_crossing_access_marks_both_pages)
{
    struct world *w = world_of_two_pages(PTE_V | PTE_R | PTE_W, PTE_V | PTE_R | PTE_W);
    uint64_t value;
    cr_expect(load(w, VA_TWO - 1, 2, ACCESS_LOAD, &value));
    cr_expect_eq(leaf_of(w, VA_ONE) & (PTE_A | PTE_D), PTE_A);
    cr_expect_eq(leaf_of(w, VA_TWO) & (PTE_A | PTE_D), PTE_A);
    cr_expect(store(w, VA_TWO - 1, 2, ACCESS_STORE, 0));
    cr_expect_eq(leaf_of(w, VA_ONE) & PTE_D, PTE_D);
    cr_expect_eq(leaf_of(w, VA_TWO) & PTE_D, PTE_D);
}

Test(memory, p44_an_access_that_ends_at_the_page_does_not_touch_the_next)
{
    struct world *w = world_of_two_pages(PTE_RW_AD, PTE_V | PTE_R | PTE_W);
    uint64_t value;
    cr_expect(load(w, VA_TWO - 8, 8, ACCESS_LOAD, &value));
    cr_expect(store(w, VA_TWO - 8, 8, ACCESS_STORE, 0));
    cr_expect_eq(leaf_of(w, VA_TWO), entry(FRAME_TWO, PTE_V | PTE_R | PTE_W));
}

/* Each way in which either page of a crossing store can refuse. */
Test(memory, p30_a_crossing_access_that_faults_writes_nothing)
{
    static const struct {
        const char *what;
        uint64_t one, two; /* leaf flags */
        uint64_t frame_one, frame_two;
        uint64_t cause, offset; /* of a store of 8 bytes, 3 of them in the first page */
    } rows[] = {
        {"first not mapped", 0, PTE_RW_AD, FRAME_ONE, FRAME_TWO, 15, 0},
        {"second not mapped", PTE_RW_AD, 0, FRAME_ONE, FRAME_TWO, 15, 3},
        {"both not mapped", 0, 0, FRAME_ONE, FRAME_TWO, 15, 0},
        {"first read-only", PTE_V | PTE_R | PTE_A, PTE_RW_AD, FRAME_ONE, FRAME_TWO, 15, 0},
        {"second read-only", PTE_RW_AD, PTE_V | PTE_R | PTE_A, FRAME_ONE, FRAME_TWO, 15, 3},
        {"second of U", PTE_RW_AD, PTE_RW_AD | PTE_U, FRAME_ONE, FRAME_TWO, 15, 3},
        {"first nowhere", PTE_RW_AD, PTE_RW_AD, NOWHERE, FRAME_TWO, 7, 0},
        {"second nowhere", PTE_RW_AD, PTE_RW_AD, FRAME_ONE, NOWHERE, 7, 3},
        {"first a device", PTE_RW_AD, PTE_RW_AD, DEVICE_BASE, FRAME_TWO, 7, 0},
        {"second a device", PTE_RW_AD, PTE_RW_AD, FRAME_ONE, DEVICE_BASE, 7, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        map(w, VA_ONE, rows[i].frame_one, rows[i].one);
        map(w, VA_TWO, rows[i].frame_two, rows[i].two);
        enter_paging(w, MODE_S);
        static uint8_t before[RAM_SIZE];
        memcpy(before, w->ram, RAM_SIZE);
        cr_expect_not(store(w, VA_TWO - 3, 8, ACCESS_STORE, 0xf1f2f3f4f5f6f7f8), "%s",
                      rows[i].what);
        expect_trap(w, rows[i].cause, VA_TWO - 3 + rows[i].offset, rows[i].what);
        cr_expect_eq(w->stores, 0, "%s", rows[i].what);
        cr_expect_eq(w->device[0], 0, "%s", rows[i].what);
        cr_expect_eq(memcmp(before + 0x4000, w->ram + 0x4000, 0x5000), 0, "%s", rows[i].what);
    }
}

Test(memory, p30_a_crossing_load_that_faults_says_which_part)
{
    static const struct {
        const char *what;
        uint64_t one, two;
        uint64_t frame_one, frame_two;
        uint64_t cause, offset;
    } rows[] = {
        {"first not mapped", 0, PTE_RW_AD, FRAME_ONE, FRAME_TWO, 13, 0},
        {"second not mapped", PTE_RW_AD, 0, FRAME_ONE, FRAME_TWO, 13, 1},
        {"both not mapped", 0, 0, FRAME_ONE, FRAME_TWO, 13, 0},
        {"second execute-only", PTE_RW_AD, PTE_V | PTE_X | PTE_A, FRAME_ONE, FRAME_TWO, 13, 1},
        {"first nowhere", PTE_RW_AD, PTE_RW_AD, NOWHERE, FRAME_TWO, 5, 0},
        {"second nowhere", PTE_RW_AD, PTE_RW_AD, FRAME_ONE, NOWHERE, 5, 1},
        {"second a device", PTE_RW_AD, PTE_RW_AD, FRAME_ONE, DEVICE_BASE, 5, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        uint64_t value;
        map(w, VA_ONE, rows[i].frame_one, rows[i].one);
        map(w, VA_TWO, rows[i].frame_two, rows[i].two);
        enter_paging(w, MODE_S);
        cr_expect_not(load(w, VA_TWO - 1, 4, ACCESS_LOAD, &value), "%s", rows[i].what);
        expect_trap(w, rows[i].cause, VA_TWO - 1 + rows[i].offset, rows[i].what);
    }
}

Test(memory, p30_a_crossing_store_onto_memory_that_cannot_be_written_faults)
{
    struct world *w = world_of_two_pages(PTE_RW_AD, PTE_RW_AD);
    w->rom = FRAME_ONE;
    cr_expect_not(store(w, VA_TWO - 3, 8, ACCESS_STORE, ~(uint64_t)0));
    expect_trap(w, 7, VA_TWO - 3, "first");
    cr_expect_eq(w->stores, 0);
    w->rom = FRAME_TWO;
    cr_expect_not(store(w, VA_TWO - 3, 8, ACCESS_STORE, ~(uint64_t)0));
    expect_trap(w, 7, VA_TWO, "second");
    cr_expect_eq(peek(w, FRAME_ONE + PAGE_SIZE - 3, 3), 0, "nothing was written");
}

Test(memory, a_crossing_access_may_wrap_around_the_address_space)
{
    struct world *w = world_new();
    uint64_t value;
    map(w, 0xfffffffffffff000, FRAME_ONE, PTE_RW_AD);
    map(w, 0, FRAME_TWO, PTE_RW_AD);
    enter_paging(w, MODE_S);
    poke(w, FRAME_ONE + PAGE_SIZE - 2, 2, 0x3344);
    poke(w, FRAME_TWO, 2, 0x1122);
    cr_expect(load(w, 0xfffffffffffffffe, 4, ACCESS_LOAD, &value));
    cr_expect_eq(value, 0x11223344);
}

/* --- devices and nothing --- */

Test(memory, devices_take_aligned_loads_and_stores)
{
    struct world *w = world_new();
    uint64_t value;
    for (unsigned size = 1; size <= 8; size *= 2) {
        cr_expect(store(w, DEVICE_BASE + 8, size, ACCESS_STORE, 0x5a), "%u bytes", size);
        cr_expect(load(w, DEVICE_BASE + 8, size, ACCESS_LOAD, &value), "%u bytes", size);
        cr_expect_eq(value, 0x5a, "%u bytes", size);
    }
}

Test(memory, p35_what_a_device_refuses_is_an_access_fault)
{
    static const struct {
        uint64_t pa;
        unsigned size;
        enum access why;
        uint64_t cause;
    } rows[] = {
        {DEVICE_BASE + 1, 2, ACCESS_LOAD, 5}, {DEVICE_BASE + 2, 4, ACCESS_LOAD, 5},
        {DEVICE_BASE + 4, 8, ACCESS_LOAD, 5}, {DEVICE_BASE, 4, ACCESS_LR, 5},
        {DEVICE_BASE, 4, ACCESS_AMO, 7},      {NOWHERE, 4, ACCESS_LOAD, 5},
        {NOWHERE, 4, ACCESS_LR, 5},           {NOWHERE, 4, ACCESS_AMO, 7},
        {RAM_END, 1, ACCESS_LOAD, 5},         {RAM_BASE - 1, 1, ACCESS_LOAD, 5},
        {RAM_END - 4, 8, ACCESS_LOAD, 5},     {RAM_BASE - 4, 8, ACCESS_LOAD, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        uint64_t value;
        cr_expect_not(load(w, rows[i].pa, rows[i].size, rows[i].why, &value), "row %zu", i);
        cr_expect_eq(w->trap.cause, rows[i].cause, "row %zu", i);
        if (rows[i].why == ACCESS_LR)
            continue;
        enum access why = rows[i].why == ACCESS_LOAD ? ACCESS_STORE : ACCESS_AMO;
        cr_expect_not(store(w, rows[i].pa, rows[i].size, why, 0), "row %zu", i);
        cr_expect_eq(w->trap.cause, 7, "row %zu", i);
        cr_expect_eq(w->stores, 0, "row %zu", i);
    }
}

Test(memory, lr_and_amo_must_be_aligned)
{
    struct world *w = world_of_two_pages(PTE_RW_AD, PTE_RW_AD);
    for (unsigned size = 4; size <= 8; size *= 2)
        for (unsigned off = 1; off < size; off++) {
            uint64_t value, va = VA_TWO - size + off;
            cr_expect_not(load(w, va, size, ACCESS_LR, &value));
            expect_trap(w, 4, va, "lr");
            cr_expect_not(load(w, va, size, ACCESS_AMO, &value));
            expect_trap(w, 6, va, "amo reads");
            cr_expect_not(store(w, va, size, ACCESS_AMO, 0));
            expect_trap(w, 6, va, "amo writes");
        }
    uint64_t value;
    cr_expect_not(load(w, VA_NONE + 1, 4, ACCESS_LR, &value));
    expect_trap(w, 4, VA_NONE + 1, "alignment is asked before translation");
}

Test(memory, p09_an_amo_on_a_read_only_page_is_a_store_fault)
{
    struct world *w = world_of_two_pages(PTE_V | PTE_R | PTE_A, PTE_RW_AD);
    uint64_t value;
    cr_expect_not(load(w, VA_ONE, 4, ACCESS_AMO, &value));
    expect_trap(w, 15, VA_ONE, "amo");
    cr_expect(load(w, VA_ONE, 4, ACCESS_LR, &value), "lr only reads");
    cr_expect_not(load(w, VA_NONE, 4, ACCESS_LR, &value));
    expect_trap(w, 13, VA_NONE, "lr");
}

/* --- fetch --- */

static bool fetch(struct world *w, uint64_t pc, uint32_t *word)
{
    w->hart.pc = pc;
    return memory_fetch(&w->hart, &w->port, word, &w->trap);
}

Test(memory, fetch_takes_16_or_32_bits)
{
    struct world *w = world_new();
    uint32_t word;
    poke(w, RAM_BASE, 8, 0xabcd4505deadbe13);
    cr_expect(fetch(w, RAM_BASE, &word));
    cr_expect_eq(word, 0xdeadbe13);
    cr_expect(fetch(w, RAM_BASE + 4, &word));
    cr_expect_eq(word, 0x4505, "%x", word);
}

Test(memory, a_32_bit_instruction_may_cross_a_page)
{
    struct world *w = world_of_two_pages(PTE_RX_A, PTE_RX_A);
    uint32_t word;
    poke(w, FRAME_ONE + PAGE_SIZE - 2, 2, 0x0513);
    poke(w, FRAME_TWO, 2, 0x1234);
    cr_expect(fetch(w, VA_TWO - 2, &word));
    cr_expect_eq(word, 0x12340513);
}

Test(memory, p44_a_16_bit_instruction_at_the_end_of_a_page_needs_no_second)
{
    struct world *w = world_of_two_pages(PTE_RX_A, PTE_V | PTE_X);
    uint32_t word;
    poke(w, FRAME_ONE + PAGE_SIZE - 2, 2, 0x4505);
    cr_expect(fetch(w, VA_TWO - 2, &word));
    cr_expect_eq(word, 0x4505);
    cr_expect_eq(leaf_of(w, VA_TWO), entry(FRAME_TWO, PTE_V | PTE_X), "not even its A");
}

Test(memory, a_fault_on_the_second_half_has_its_address_and_the_pc_of_the_first)
{
    static const struct {
        const char *what;
        uint64_t two, frame_two, cause;
    } rows[] = {
        {"not mapped", 0, FRAME_TWO, 12},          {"not executable", PTE_RW_AD, FRAME_TWO, 12},
        {"of U", PTE_RX_A | PTE_U, FRAME_TWO, 12}, {"nowhere", PTE_RX_A, NOWHERE, 1},
        {"a device", PTE_RX_A, DEVICE_BASE, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = world_new();
        uint32_t word;
        map(w, VA_ONE, FRAME_ONE, PTE_RX_A);
        map(w, VA_TWO, rows[i].frame_two, rows[i].two);
        enter_paging(w, MODE_S);
        poke(w, FRAME_ONE + PAGE_SIZE - 2, 2, 0x0513);
        cr_expect_not(fetch(w, VA_TWO - 2, &word), "%s", rows[i].what);
        expect_trap(w, rows[i].cause, VA_TWO, rows[i].what);
        cr_expect_eq(w->hart.pc, VA_TWO - 2, "%s", rows[i].what);
    }
}

Test(memory, a_fault_on_the_first_half_has_the_pc)
{
    struct world *w = world_of_two_pages(PTE_RW_AD, PTE_RX_A);
    uint32_t word;
    cr_expect_not(fetch(w, VA_ONE + 4, &word));
    expect_trap(w, 12, VA_ONE + 4, "not executable");
    cr_expect_not(fetch(w, VA_NONE, &word));
    expect_trap(w, 12, VA_NONE, "not mapped");
    w->hart.mode = MODE_M;
    cr_expect_not(fetch(w, DEVICE_BASE, &word));
    expect_trap(w, 1, DEVICE_BASE, "a device");
    cr_expect_not(fetch(w, RAM_END, &word));
    expect_trap(w, 1, RAM_END, "nowhere");
}

Test(memory, p07_fetch_reads_execute_only_pages_and_never_readable_ones)
{
    struct world *w = world_of_two_pages(PTE_V | PTE_X | PTE_A, PTE_V | PTE_R | PTE_A);
    uint32_t word;
    poke(w, FRAME_ONE, 4, 0x00000013);
    w->hart.csr.mstatus |= MSTATUS_MXR;
    cr_expect(fetch(w, VA_ONE, &word));
    cr_expect_eq(word, 0x13);
    cr_expect_not(fetch(w, VA_TWO, &word));
    expect_trap(w, 12, VA_TWO, "readable");
}

/* Without hardware for them, misaligned accesses trap, before any other fault; bytes never do. */
Test(memory, misaligned_accesses_trap_where_the_hardware_does_none)
{
    for (unsigned size = 1; size <= 8; size *= 2)
        for (uint64_t offset = 0; offset < 8; offset++) {
            struct world *w = world_of(ISA_FULL & ~ISA(Zicclsm));
            uint64_t value, va = RAM_BASE + offset;
            bool traps = offset % size;
            cr_expect_eq(!memory_load(&w->hart, &w->port, va, size, ACCESS_LOAD, &value, &w->trap),
                         traps, "load of %u at %lu", size, offset);
            cr_expect_eq(!memory_store(&w->hart, &w->port, va, size, ACCESS_STORE, 0, &w->trap),
                         traps, "store of %u at %lu", size, offset);
        }
    struct world *w = world_of(ISA_FULL & ~ISA(Zicclsm));
    uint64_t value;
    enter_paging(w, MODE_S); /* nothing is mapped */
    cr_expect_not(memory_load(&w->hart, &w->port, 0x1001, 4, ACCESS_LOAD, &value, &w->trap));
    cr_expect_eq(w->trap.cause, 4);
    cr_expect_eq(w->trap.tval, 0x1001);
    cr_expect_not(memory_store(&w->hart, &w->port, 0x1001, 4, ACCESS_STORE, 0, &w->trap));
    cr_expect_eq(w->trap.cause, 6);
}

Test(memory, an_instruction_tells_what_it_is_about_to_touch)
{
    static const struct {
        uint32_t word;
        bool touches;
        struct touch touch;
    } rows[] = {
        {0x00853283, true, {0x1008, 8, ACCESS_LOAD}}, /* ld t0, 8(a0) */
        {0xfe550fa3, true, {0xfff, 1, ACCESS_STORE}}, /* sb t0, -1(a0) */
        {0x00056283, true, {0x1000, 4, ACCESS_LOAD}}, /* lwu t0, 0(a0) */
        {0x00053507, true, {0x1000, 8, ACCESS_LOAD}}, /* fld fa0, 0(a0) */
        {0x100522af, true, {0x1000, 4, ACCESS_LR}},   /* lr.w t0, (a0) */
        {0x185532af, true, {0x1000, 8, ACCESS_AMO}},  /* sc.d t0, t0, (a0) */
        {0x005532af, true, {0x1000, 8, ACCESS_AMO}},  /* amoadd.d t0, t0, (a0) */
        {0x4508, true, {0x1008, 4, ACCESS_LOAD}},     /* c.lw a0, 8(a0) */
        {0x00150513, false, {0, 0, ACCESS_FETCH}},    /* addi a0, a0, 1 */
        {0x00000073, false, {0, 0, ACCESS_FETCH}},    /* ecall */
        {0xffffffff, false, {0, 0, ACCESS_FETCH}},
    };
    struct hart hart = {.isa = ISA_FULL, .x = {[X_A0] = 0x1000}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct insn insn = insn_decode(rows[i].word, ISA_FULL);
        struct touch touch = {0};
        cr_expect_eq(memory_touches(&hart, &insn, &touch), rows[i].touches, "%08x", rows[i].word);
        if (!rows[i].touches)
            continue;
        cr_expect_eq(touch.va, rows[i].touch.va, "%08x", rows[i].word);
        cr_expect_eq(touch.size, rows[i].touch.size, "%08x", rows[i].word);
        cr_expect_eq(touch.why, rows[i].touch.why, "%08x", rows[i].word);
    }
}
