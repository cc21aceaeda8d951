/* Entropy that is the same in every run: words of a sequence that a seed chooses, each computed on
 * its own (splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators"). */
#ifndef ENTROPY_H
#define ENTROPY_H

#include <stdint.h>

/* Who draws from where in the sequence, so that nobody gets another's words. */
#define ENTROPY_DEVICE_TREE 1
#define ENTROPY_VIRTIO ((uint64_t)1 << 32)

static inline uint64_t entropy_word(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + index * 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

#endif
