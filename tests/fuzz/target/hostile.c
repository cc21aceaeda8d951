/* Hostile guests beside a quiet one (../hostile.h): a byte for the kind of guest, four for its
 * seed, and changes to its image, six bytes each. */
#include "../hostile.h"

#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 5 };
    struct hostile_counts counts = {0};
    if (size < HEAD)
        return 0;
    struct profile profile = profile_of(data[0] % PROFILES);
    uint64_t seed = data[1] | data[2] << 8 | data[3] << 16 | (uint64_t)data[4] << 24;
    const char *wrong = hostile_world(&profile, seed, data + HEAD, size - HEAD, NULL, &counts);
    check(!wrong, wrong);
    return 0;
}
