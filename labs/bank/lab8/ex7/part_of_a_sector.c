/* wrong: a piece of a sector is rounded down to none, and reported as done.
 * fails: half a sector cannot be moved
 * source: what students do */
static bool is_inside(const struct disk_backend *disk, uint64_t sector, uint64_t bytes)
{
    return sector <= disk->sectors && bytes / SECTOR <= disk->sectors - sector;
}
