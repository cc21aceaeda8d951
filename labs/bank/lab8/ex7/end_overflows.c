/* wrong: the end of the request is computed in bytes, which overflow.
 * fails: a sector number near 2^64 is not on the disk
 * source: pitfalls P37 */
static bool is_inside(const struct disk_backend *disk, uint64_t sector, uint64_t bytes)
{
    return bytes % SECTOR == 0 && sector * SECTOR + bytes <= disk->sectors * SECTOR;
}
