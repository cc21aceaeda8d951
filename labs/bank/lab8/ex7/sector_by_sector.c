/* right: one sector at a time. */
static enum status read_sectors(struct platform *platform, struct disk_backend *disk,
                                uint64_t sector, struct request *request)
{
    uint8_t buffer[SECTOR];
    uint64_t bytes = request->writable - 1;
    if (!is_inside(disk, sector, bytes))
        return STATUS_IOERR;
    for (uint64_t end = sector + bytes / SECTOR; sector < end; sector++) {
        if (!disk->transfer(disk, sector, buffer, sizeof buffer, false))
            return STATUS_IOERR;
        request_write(platform, request, buffer, sizeof buffer);
    }
    return STATUS_OK;
}
