/* right: a division by what an entry maps */
uint64_t sv39_index(uint64_t va, int level)
{
    uint64_t entries = PAGE_SIZE / sizeof(uint64_t);
    return va / level_size(level) % entries;
}
