/* wrong: the disk is asked to write although it said that it is read-only.
 * fails: a read-only disk is not written
 * source: what students do */
static enum status write_sectors(struct platform *platform, struct disk_backend *disk,
                                 uint64_t sector, struct request *request)
{
    uint8_t buffer[PIECE];
    uint64_t left = request->readable;
    if (!is_inside(disk, sector, left))
        return STATUS_IOERR;
    for (size_t piece; left; left -= piece, sector += piece / SECTOR) {
        piece = piece_of(left);
        request_read(platform, request, buffer, piece);
        if (!disk->transfer(disk, sector, buffer, piece, true))
            return STATUS_IOERR;
    }
    return STATUS_OK;
}
