/* wrong: nobody looks at whether the disk could.
 * fails: a disk that fails is reported, wherever it does
 * source: what students do */
static enum status read_sectors(struct platform *platform, struct disk_backend *disk,
                                uint64_t sector, struct request *request)
{
    uint8_t buffer[PIECE] = {0};
    uint64_t left = request->writable - 1;
    if (!is_inside(disk, sector, left))
        return STATUS_IOERR;
    for (size_t piece; left; left -= piece, sector += piece / SECTOR) {
        piece = piece_of(left);
        disk->transfer(disk, sector, buffer, piece, false);
        request_write(platform, request, buffer, piece);
    }
    return STATUS_OK;
}
