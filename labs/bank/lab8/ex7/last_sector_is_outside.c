/* wrong: the last sector is taken for the end.
 * fails: the last sector is there, and none behind it
 * source: what students do */
static bool is_inside(const struct disk_backend *disk, uint64_t sector, uint64_t bytes)
{
    return bytes % SECTOR == 0 && sector < disk->sectors && bytes / SECTOR < disk->sectors - sector;
}
