/* sleep MS: waits for so many milliseconds. */
#include "user.h"

int main(int argc, char *argv[])
{
    int64_t ms;
    if (argc != 2 || !parse_number(argv[1], &ms) || ms < 0 || ms > UINT32_MAX) {
        fprintf(2, "usage: sleep MILLISECONDS\n");
        return 2;
    }
    return sleep((unsigned)ms) != 0;
}
