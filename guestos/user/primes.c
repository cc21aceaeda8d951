/* primes N: how many primes are below N. Plain work for the processor: trial division. */
#include "user.h"

static bool is_prime(uint64_t n)
{
    if (n < 4)
        return n > 1;
    if (n % 2 == 0)
        return false;
    for (uint64_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return false;
    return true;
}

int main(int argc, char *argv[])
{
    int64_t limit = 1000;
    if (argc > 2 || (argc == 2 && (!parse_number(argv[1], &limit) || limit < 0))) {
        fprintf(2, "usage: primes [N]\n");
        return 2;
    }
    uint64_t count = 0;
    for (uint64_t n = 2; n < (uint64_t)limit; n++)
        count += is_prime(n);
    printf("%lu primes below %ld\n", count, limit);
    return 0;
}
