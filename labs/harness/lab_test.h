/* Unit tests of labs: claims, each with the exercise that it judges.
 *
 *     CLAIM(1, NOTHING, "a leaf with W and without R is reserved", "isa/arch/sv39.c;
 * Privileged 4.3.1")
 *     {
 *         same_u64(CAUSE_STORE_PAGE_FAULT, trap.cause, "the cause of a store to %#lx", va);
 *     }
 *
 * A claim's sentence is its name, and no two of a lab have the same. A claim ends at the first
 * check that fails, with what was claimed and what was seen; where none fails, it passed. */
#ifndef LAB_TEST_H
#define LAB_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct lab_claim {
    const char *text; /* what is claimed: a sentence */
    const char *read; /* where to read about it: a file, a manual's section */
    unsigned exercise;
    unsigned needs; /* other exercises of this lab that the claim goes through, a bit each */
    unsigned line;
    void (*run)(void);
};

/* needs: NOTHING, or NEEDS(2, 3) */
#define NOTHING 0u
#define NEEDS(...) LAB_NEEDS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define LAB_NEEDS_(a, b, c, d, e, f, g, ...)                                                       \
    ((1u << (a) | 1u << (b) | 1u << (c) | 1u << (d) | 1u << (e) | 1u << (f) | 1u << (g)) & ~1u)

#define LAB_JOIN_(a, b) a##b
#define LAB_NAME_(prefix, line) LAB_JOIN_(prefix, line)
/* The linker gathers pointers to all claims in a section; nothing runs before main. */
#define CLAIM(exercise_, needs_, text_, read_)                                                     \
    static void LAB_NAME_(claim_run_, __LINE__)(void);                                             \
    static const struct lab_claim LAB_NAME_(claim_, __LINE__) = {                                  \
        .text = (text_),                                                                           \
        .read = (read_),                                                                           \
        .exercise = (exercise_),                                                                   \
        .needs = (needs_),                                                                         \
        .line = __LINE__,                                                                          \
        .run = LAB_NAME_(claim_run_, __LINE__),                                                    \
    };                                                                                             \
    static const struct lab_claim *const LAB_NAME_(claim_pointer_, __LINE__)                       \
        __attribute__((used, section("lab_claims"))) = &LAB_NAME_(claim_, __LINE__);               \
    static void LAB_NAME_(claim_run_, __LINE__)(void)

/* The checks. What follows the values says what they are, as printf's arguments do. */
__attribute__((format(printf, 3, 4))) void same_u64(uint64_t claimed, uint64_t seen,
                                                    const char *what, ...);
__attribute__((format(printf, 3, 4))) void same_text(const char *claimed, const char *seen,
                                                     const char *what, ...);
/* `condition` must be true. Fails with what was claimed, and with what was seen. */
__attribute__((format(printf, 3, 4))) void holds(bool condition, const char *claimed,
                                                 const char *seen, ...);

#endif
