/* Tests of memory: copy-on-write, zeroed pages, the heap and the stack. */
#include "usertests.h"

enum { PAGES = 6 };
static volatile uint64_t word[PAGES * PAGE / 8];

static void fill(uint64_t number)
{
    for (int i = 0; i < PAGES; i++)
        word[i * (PAGE / 8)] = number + (uint64_t)i;
}

static bool is_filled(uint64_t number)
{
    for (int i = 0; i < PAGES; i++)
        if (word[i * (PAGE / 8)] != number + (uint64_t)i)
            return false;
    return true;
}

void test_fork_copies_on_write(void)
{
    int go[2], status;
    char c;
    fill(100);
    check(pipe(go) == 0);
    if (fork_or_fail() == 0) {
        close(go[1]);
        read(go[0], &c, 1); /* until the parent has written to its copies */
        check(is_filled(100));
        fill(300);
        exit(is_filled(300) ? 0 : 1);
    }
    fill(200);
    close(go[1]);
    check(wait(&status, 0) > 0 && status == 0);
    check(is_filled(200));
}

static void check_and_overwrite(void)
{
    check(is_filled(500));
    fill(600);
    check(is_filled(600));
}

static void fork_and_overwrite(void)
{
    check(is_filled(500));
    check(status_of(check_and_overwrite) == 0);
    check(is_filled(500));
    word[0] = 1;
    check(word[PAGE / 8] == 501);
}

void test_fork_of_a_fork_copies_on_write(void)
{
    fill(500);
    check(status_of(fork_and_overwrite) == 0);
    check(is_filled(500));
    check(status_of(check_and_overwrite) == 0);
    check(is_filled(500));
}

static void look(void)
{
    check(is_filled(700));
}

void test_a_last_owner_writes_in_place(void)
{
    struct sysinfo before, after;
    fill(700);
    check(status_of(look) == 0);
    check(sysinfo(&before) == 0);
    fill(800);
    check(sysinfo(&after) == 0);
    check(before.free_pages == after.free_pages);
    check(is_filled(800));
}

void test_the_kernel_copies_on_write_too(void)
{
    int ends[2], status;
    fill(900);
    check(pipe(ends) == 0);
    uint64_t number = 1;
    write_all(ends[1], &number, sizeof number);
    if (fork_or_fail() == 0) {
        check(read(ends[0], (void *)word, sizeof number) == sizeof number);
        exit(word[0] == 1 ? 0 : 1);
    }
    check(wait(&status, 0) > 0 && status == 0);
    check(is_filled(900));
}

static bool is_zero(const volatile uint64_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes / 8; i++)
        if (from[i])
            return false;
    return true;
}

void test_new_memory_is_zero(void)
{
    static volatile uint64_t untouched[2 * PAGE / 8];
    check(is_zero(untouched, sizeof untouched));
    int64_t heap = sbrk(4 * PAGE);
    check(heap > 0);
    check(is_zero((volatile uint64_t *)heap, 4 * PAGE));
}

void test_memory_given_back_returns_as_zeros(void)
{
    int64_t heap = sbrk(2 * PAGE);
    memset((void *)heap, 0x5a, 2 * PAGE);
    check(sbrk(-2 * PAGE) == heap + 2 * PAGE);
    check(sbrk(2 * PAGE) == heap);
    check(is_zero((volatile uint64_t *)heap, 2 * PAGE));
}

static void touch_what_was_given_back(void)
{
    int64_t heap = sbrk(PAGE);
    *(volatile char *)heap = 1;
    sbrk(-PAGE);
    *(volatile char *)heap = 2;
}

void test_memory_given_back_is_gone(void)
{
    check(status_of(touch_what_was_given_back) == STATUS_TRAP + CAUSE_STORE_PAGE);
}

void test_a_child_does_not_see_later_growth(void)
{
    int go[2], status;
    char c;
    check(pipe(go) == 0);
    int64_t end = sbrk(0);
    int pid = fork_or_fail();
    if (pid == 0) {
        close(go[1]);
        read(go[0], &c, 1);
        *(volatile char *)end = 1;
        exit(0);
    }
    check(sbrk(PAGE) == end);
    *(volatile char *)end = 1;
    close(go[1]);
    check(wait(&status, 0) == pid && status == STATUS_TRAP + CAUSE_STORE_PAGE);
}

void test_sbrk_refuses(void)
{
    struct sysinfo info;
    int64_t end = sbrk(0);
    check(sysinfo(&info) == 0);
    check(sbrk((int64_t)(info.free_pages + 1) * PAGE) == -ENOMEM);
    check(sbrk(USER_END) == -ENOMEM);
    check(sbrk(INT64_MAX) == -ENOMEM);
    check(sbrk(INT64_MIN) == -ENOMEM);
    check(sbrk(-end) == -ENOMEM);
    check(sbrk(0) == end);
}

void test_sbrk_moves_by_bytes(void)
{
    int64_t end = sbrk(1);
    *(volatile char *)end = 1;
    check(sbrk(-1) == end + 1);
    check(sbrk(3) == end);
    check(sbrk(PAGE) == end + 3);
    *(volatile char *)(end + PAGE) = 2;
    check(sbrk(-PAGE - 3) == end + PAGE + 3);
    check(sbrk(0) == end);
}

static uint64_t dig(unsigned depth)
{
    volatile uint64_t hole[64];
    hole[0] = depth;
    hole[1] = depth ? dig(depth - 1) : 0;
    return hole[0] + hole[1];
}

void test_the_stack_grows(void)
{
    check(dig(200) == 200 * 201 / 2);
}

static void dig_too_deep(void)
{
    dig(USER_STACK_BYTES / 512);
}

void test_the_stack_ends(void)
{
    check(status_of(dig_too_deep) == STATUS_TRAP + CAUSE_STORE_PAGE);
}

void test_a_wide_heap_costs_what_it_uses(void)
{
    enum { PIECES = 8, PIECE = 512 * 1024 };
    struct sysinfo before, after;
    check(sysinfo(&before) == 0);
    int64_t heap = sbrk(PIECES * PIECE);
    check(heap > 0);
    for (int i = 0; i < PIECES; i++)
        *(volatile int *)(heap + i * PIECE) = i;
    check(sysinfo(&after) == 0);
    check(before.free_pages - after.free_pages <= 2 * PIECES);
    for (int i = 0; i < PIECES; i++)
        check(*(volatile int *)(heap + i * PIECE) == i);
    check(sbrk(-PIECES * PIECE) > 0);
}

static void touch_pages(int64_t start, int64_t bytes)
{
    for (int64_t at = 0; at < bytes; at += PAGE)
        *(volatile char *)(start + at) = 1;
}

/* Two processes each get three quarters of the memory that is free. The second one to use it
 * ends, and nobody else. A machine with much memory is spared the work. */
void test_memory_runs_out_for_one(void)
{
    struct sysinfo info;
    int ready[2], go[2], status;
    char c = 0;
    check(sysinfo(&info) == 0);
    if (info.free_pages > 4096)
        return;
    check(pipe(ready) == 0 && pipe(go) == 0);
    int64_t bytes = (int64_t)info.free_pages * 3 / 4 * PAGE, heap = sbrk(bytes);
    check(heap > 0);
    int first = fork_or_fail();
    if (first == 0) {
        close(go[1]);
        touch_pages(heap, bytes);
        write_all(ready[1], &c, 1);
        read(go[0], &c, 1);
        exit(0);
    }
    check(read(ready[0], &c, 1) == 1);
    int second = fork_or_fail();
    if (second == 0) {
        touch_pages(heap, bytes);
        exit(0);
    }
    check(wait(&status, 0) == second && status == STATUS_NO_MEMORY);
    close(go[1]);
    check(wait(&status, 0) == first && status == 0);
}

#ifdef __riscv_atomic
static void add_on_shared_pages(void)
{
    check(__atomic_fetch_add(&word[0], 5, __ATOMIC_SEQ_CST) == 1000);
    check(__atomic_exchange_n(&word[PAGE / 8], 7, __ATOMIC_SEQ_CST) == 1001);
    uint64_t expected = 1002;
    check(__atomic_compare_exchange_n(&word[2 * PAGE / 8], &expected, 8, false, __ATOMIC_SEQ_CST,
                                      __ATOMIC_SEQ_CST));
    check(word[0] == 1005 && word[PAGE / 8] == 7 && word[2 * PAGE / 8] == 8);
}

/* An sc after another process ran, and did an lr of its own, must fail: the kernel ends
 * reservations when it switches. */
static bool reservation_survives_a_switch(void)
{
    uint64_t value, failed;
    register uint64_t a7 __asm__("a7") = 24; /* yield */
    __asm__ volatile("lr.d %0, (%2); ecall; sc.d %1, %0, (%2)"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(word), "r"(a7)
                     : "a0", "memory");
    return !failed;
}
#endif

void test_atomics_work_on_shared_pages(void)
{
#ifdef __riscv_atomic
    fill(1000);
    check(status_of(add_on_shared_pages) == 0);
    check(is_filled(1000));
    check(!reservation_survives_a_switch());
#endif
}
