/* wrong: each piece is read from the first sector again.
 * fails: a long read goes on, piece by piece
 * source: what students do */
static enum status read_sectors(struct platform *platform, struct disk_backend *disk,
                                uint64_t sector, struct request *request)
{
    uint8_t buffer[PIECE];
    uint64_t left = request->writable - 1;
    if (!is_inside(disk, sector, left))
        return STATUS_IOERR;
    for (size_t piece; left; left -= piece) {
        piece = piece_of(left);
        if (!disk->transfer(disk, sector, buffer, piece, false))
            return STATUS_IOERR;
        request_write(platform, request, buffer, piece);
    }
    return STATUS_OK;
}
