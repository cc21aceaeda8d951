/* A fuzz target without a fuzzer: goes through the files that it is given, and that is all.
 *
 *     TARGET FILE... */
#include <stdio.h>

#include "target.h"

enum { LARGEST = 1 << 20 };

int main(int argc, char **argv)
{
    static uint8_t bytes[LARGEST];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    printf("%d files\n", argc - 1);
    return argc < 2;
}
