/* family: a tree of processes that share memory until they write it, tell each other by pipes what
 * they found, and end. What came of it is left in /result, where judge.py finds it in the machine's
 * memory: it knows the tree, and works out every number.
 *
 *     family SEED */
#include "string.h"
#include "user.h"

enum { PAGES = 8, WORDS = 1024, LETTER = 3000, SPINNERS = 3, SPIN_MS = 60, CHILDREN = 3 };
enum { ROUNDS = 5, DEPTH = 3 };

static uint32_t cells[PAGES][WORDS];
static uint8_t letter[LETTER];

/* What a process tells its parent. */
struct report {
    uint32_t id, sum, processes;
};

static struct {
    uint8_t mark[16];
    uint32_t processes, own, sum, children;
    uint32_t child_sum[CHILDREN];
    int32_t lost_pages;
    int64_t refused[8];
    uint64_t spins[SPINNERS];
} result;

/* ---- numbers ------------------------------------------------------------------------------- */

static uint32_t next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint32_t seeded(uint32_t seed, uint32_t id)
{
    uint32_t state = (seed ^ (id + 1) * 2654435761u) | 1;
    for (int i = 0; i < 4; i++)
        next(&state);
    return state;
}

static uint32_t mix(uint32_t sum, uint32_t word)
{
    return (sum ^ word) * 16777619u;
}

static uint32_t sum_of_cells(void)
{
    uint32_t sum = 2166136261u;
    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned word = 0; word < WORDS; word++)
            sum = mix(sum, cells[page][word]);
    return sum;
}

static void change(uint32_t *state)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t page = next(state) % PAGES, word = next(state) % WORDS;
        cells[page][word] ^= next(state);
    }
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void read_all(int fd, void *buffer, size_t n)
{
    for (size_t done = 0; done < n;) {
        int64_t got = read(fd, (char *)buffer + done, n - done);
        if (got <= 0)
            exit(98);
        done += (size_t)got;
    }
}

static struct report live(uint32_t seed, uint32_t id, int depth);

/* A child's letter is longer than a pipe holds, so both have to wait for the other. */
static _Noreturn void write_home(int fd, uint32_t seed, uint32_t id, int depth)
{
    struct report report = live(seed, id, depth);
    for (unsigned i = 0; i < LETTER; i++)
        letter[i] = (uint8_t)(cells[i % PAGES][i % WORDS] + i);
    write_all(fd, &report, sizeof report);
    write_all(fd, letter, LETTER);
    exit((int)(report.sum & 0xff));
}

static int have_child(uint32_t seed, uint32_t id, int depth)
{
    int ends[2];
    if (pipe(ends) < 0)
        exit(97);
    int pid = fork();
    if (pid < 0)
        exit(96);
    if (pid == 0) {
        close(ends[0]);
        write_home(ends[1], seed, id, depth);
    }
    close(ends[1]);
    return ends[0];
}

static struct report live(uint32_t seed, uint32_t id, int depth)
{
    int from[CHILDREN];
    uint32_t state = seeded(seed, id);
    change(&state);
    unsigned children = depth ? 1 + next(&state) % CHILDREN : 0;
    for (unsigned i = 0; i < children; i++) {
        from[i] = have_child(seed, id * 4 + i + 1, depth - 1);
        change(&state);
    }
    struct report report = {id, sum_of_cells(), 1};
    result.own = report.sum;
    result.children = children;
    for (unsigned i = 0; i < children; i++) {
        struct report of_child;
        read_all(from[i], &of_child, sizeof of_child);
        read_all(from[i], letter, LETTER);
        close(from[i]);
        for (unsigned at = 0; at < LETTER; at++)
            report.sum = mix(report.sum, letter[at]);
        report.sum = mix(mix(report.sum, of_child.id), of_child.sum);
        report.processes += of_child.processes;
        result.child_sum[i] = of_child.sum;
    }
    uint32_t statuses = 0;
    for (unsigned i = 0; i < children; i++) {
        int status = 0;
        wait(&status, 0);
        statuses += (uint32_t)status; /* they end in any order */
    }
    report.sum = mix(report.sum, statuses);
    return report;
}

/* ---- what is refused ----------------------------------------------------------------------- */

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return (int64_t)a0;
}

enum { READ = 10, WRITE = 11, OPEN = 12, MKDIR = 19 };

static void try_what_is_refused(void)
{
    const uint64_t kernel = 0x80200000, end = USER_END;
    int ends[2];
    *(volatile char *)(end - 1) = 'x'; /* a string that goes on in the kernel's half */
    pipe(ends);
    result.refused[0] = call(WRITE, (uint64_t)ends[1], kernel, 8);
    result.refused[1] = call(WRITE, (uint64_t)ends[1], end - 8, 16);
    result.refused[2] = call(WRITE, (uint64_t)ends[1], (uint64_t)letter, ~(uint64_t)0);
    result.refused[3] = call(OPEN, kernel, O_READ, 0);
    result.refused[4] = call(MKDIR, end - 1, 0, 0);
    result.refused[5] = call(0, 0, 0, 0);
    result.refused[6] = call(1000, 0, 0, 0);
    write_all(ends[1], letter, 8);
    result.refused[7] = call(READ, (uint64_t)ends[0], 0x10000, 8); /* into its own text */
    close(ends[0]);
    close(ends[1]);
}

/* ---- who gets the processor ---------------------------------------------------------------- */

/* Nobody of them ever waits or yields: the timer has to part them. */
static void spin_together(void)
{
    int from[SPINNERS];
    int64_t begin = uptime() + 5;
    for (unsigned i = 0; i < SPINNERS; i++) {
        int ends[2];
        pipe(ends);
        int pid = fork();
        if (pid == 0) {
            uint64_t count = 0;
            while (uptime() < begin + SPIN_MS)
                count++;
            write_all(ends[1], &count, sizeof count);
            exit(0);
        }
        if (pid < 0)
            exit(95);
        close(ends[1]);
        from[i] = ends[0];
    }
    for (unsigned i = 0; i < SPINNERS; i++) {
        read_all(from[i], &result.spins[i], sizeof result.spins[i]);
        close(from[i]);
        wait(NULL, 0);
    }
}

static uint64_t free_pages(void)
{
    struct sysinfo info;
    sysinfo(&info);
    return info.free_pages;
}

int main(int argc, char *argv[])
{
    int64_t number;
    if (argc < 2 || !parse_number(argv[1], &number))
        return 94;
    uint32_t seed = (uint32_t)number, state = seeded(seed, 12345);
    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned word = 0; word < WORDS; word++)
            cells[page][word] = next(&state);
    try_what_is_refused();
    spin_together(); /* and now all pages that this process will ever touch are there */
    uint64_t before = free_pages();
    struct report report = live(seed, 0, DEPTH);
    result.lost_pages = (int32_t)(before - free_pages());
    result.processes = report.processes;
    result.sum = report.sum;
    for (unsigned i = 0; i < sizeof result.mark; i++)
        result.mark[i] = (uint8_t)(next(&state) >> 24);
    int fd = open("/result", O_WRITE | O_CREATE);
    write_all(fd, &result, sizeof result);
    close(fd);
    return 0;
}
