/* right: by the first sector that the request does not touch, if that does not overflow. */
static bool is_inside(const struct disk_backend *disk, uint64_t sector, uint64_t bytes)
{
    uint64_t count = bytes / SECTOR, end = sector + count;
    return count * SECTOR == bytes && end >= sector && end <= disk->sectors;
}
