/* hog KIB: takes so much memory, writes to all of it, and checks that every page kept its own
 * number. */
#include "user.h"

enum { PAGE = 4096 };

int main(int argc, char *argv[])
{
    int64_t kib;
    if (argc != 2 || !parse_number(argv[1], &kib) || kib < 0 || kib > INT64_MAX / 1024) {
        fprintf(2, "usage: hog KIB\n");
        return 2;
    }
    int64_t start = sbrk(kib * 1024);
    if (start < 0)
        return complain("hog", argv[1], start);
    int64_t pages = kib * 1024 / PAGE, wrong = 0;
    volatile int64_t *word = (volatile int64_t *)start;
    for (int64_t i = 0; i < pages; i++) {
        wrong += word[i * (PAGE / 8)] != 0;
        word[i * (PAGE / 8)] = i + 1;
    }
    for (int64_t i = 0; i < pages; i++)
        wrong += word[i * (PAGE / 8)] != i + 1;
    printf("hog: %ld KiB, %ld pages, %ld wrong\n", kib, pages, wrong);
    return wrong != 0;
}
