/* hello: the smallest program. */
#include "user.h"

int main(void)
{
    printf("hello, world\n");
    return 0;
}
