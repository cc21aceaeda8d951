/* wc [FILE...]: lines, words and bytes of each file. */
#include "user.h"

static void count(int fd, const char *name)
{
    char buffer[512];
    uint64_t lines = 0, words = 0, bytes = 0;
    bool in_word = false;
    int64_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        bytes += (uint64_t)n;
        for (int64_t i = 0; i < n; i++) {
            bool is_space = buffer[i] == ' ' || buffer[i] == '\n' || buffer[i] == '\t';
            words += !is_space && !in_word;
            lines += buffer[i] == '\n';
            in_word = !is_space;
        }
    }
    printf("%lu %lu %lu%s%s\n", lines, words, bytes, *name ? " " : "", name);
}

int main(int argc, char *argv[])
{
    return each_file(argc - 1, argv + 1, count);
}
