/* The block device (VIRTIO 1.2, 5.2). A request is done on the step that notifies it, piece by
 * piece through a page of our own. */
#include "virtqueue.h"

#include <string.h>

enum { SECTOR = 512, HEADER = 16, ID_SIZE = 20, PIECE = PAGE_SIZE };
enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_GET_ID = 8 };
enum status { STATUS_OK = 0, STATUS_IOERR = 1, STATUS_UNSUPP = 2 };
#define F_SEG_MAX ((uint64_t)1 << 2)
#define F_RO ((uint64_t)1 << 5)
#define F_BLK_SIZE ((uint64_t)1 << 6)
#define F_FLUSH ((uint64_t)1 << 9)
/* Offsets into the configuration (5.2.4). */
enum { CONFIG_CAPACITY = 0, CONFIG_SEG_MAX = 12, CONFIG_BLK_SIZE = 20 };

static uint64_t features(const struct platform *platform, unsigned slot)
{
    return F_SEG_MAX | F_BLK_SIZE | F_FLUSH | (platform->disk[slot]->is_read_only ? F_RO : 0);
}

static void config(const struct platform *platform, unsigned slot, uint8_t *bytes)
{
    /* A chain is as long as the queue: the rest of it are header and status. */
    static const uint32_t seg_max = VIRTIO_QUEUE_SIZE - 2, blk_size = SECTOR;
    memcpy(bytes + CONFIG_CAPACITY, &platform->disk[slot]->sectors, 8);
    memcpy(bytes + CONFIG_SEG_MAX, &seg_max, 4);
    memcpy(bytes + CONFIG_BLK_SIZE, &blk_size, 4);
}

/* True when `bytes` bytes from `sector` on are whole sectors, and all of them are on the disk.
 * Lab 8, exercise 7. Both are the driver's numbers, up to 2^64 - 1, so the test itself must not
 * overflow. */
static bool is_inside(const struct disk_backend *disk, uint64_t sector, uint64_t bytes)
{
    return bytes % SECTOR == 0 && sector <= disk->sectors &&
           bytes / SECTOR <= disk->sectors - sector;
}

static size_t piece_of(uint64_t left)
{
    return left < PIECE ? left : PIECE;
}

/* Reads from `sector` on into the request, as many bytes as it has room for, but for its last one,
 * which is for the status. Lab 8, exercise 7.
 *
 * STATUS_IOERR where they are not whole sectors on the disk (is_inside), and then nothing is moved;
 * or when the disk fails (its transfer() says so). They go through a buffer of PIECE bytes:
 * transfer() fills it from the disk, request_write() puts it into the next of the request's
 * bytes, wherever these are in the guest's memory. */
static enum status read_sectors(struct platform *platform, struct disk_backend *disk,
                                uint64_t sector, struct request *request)
{
    uint8_t buffer[PIECE];
    uint64_t left = request->writable - 1; /* the last byte is the status */
    if (!is_inside(disk, sector, left))
        return STATUS_IOERR;
    for (size_t piece; left; left -= piece, sector += piece / SECTOR) {
        piece = piece_of(left);
        if (!disk->transfer(disk, sector, buffer, piece, false))
            return STATUS_IOERR;
        request_write(platform, request, buffer, piece);
    }
    return STATUS_OK;
}

/* Writes what is left to be read in the request (its header was) from `sector` on.
 * Lab 8, exercise 7. STATUS_IOERR as above, and for a disk that is read-only. Piece by piece, too:
 * request_read(), then transfer(). */
static enum status write_sectors(struct platform *platform, struct disk_backend *disk,
                                 uint64_t sector, struct request *request)
{
    uint8_t buffer[PIECE];
    uint64_t left = request->readable;
    if (disk->is_read_only || !is_inside(disk, sector, left))
        return STATUS_IOERR;
    for (size_t piece; left; left -= piece, sector += piece / SECTOR) {
        piece = piece_of(left);
        request_read(platform, request, buffer, piece);
        if (!disk->transfer(disk, sector, buffer, piece, true))
            return STATUS_IOERR;
    }
    return STATUS_OK;
}

static enum status flush(struct disk_backend *disk)
{
    return disk->flush(disk) ? STATUS_OK : STATUS_IOERR;
}

/* A driver that cannot flush must find what it wrote on the medium (5.2.6.2). */
static enum status write_and_keep(struct platform *platform, unsigned slot, uint64_t sector,
                                  struct request *request)
{
    struct disk_backend *disk = platform->disk[slot];
    enum status status = write_sectors(platform, disk, sector, request);
    if (status == STATUS_OK && !virtio_has(&platform->s.virtio[slot], F_FLUSH))
        status = flush(disk);
    return status;
}

static enum status get_id(struct platform *platform, unsigned slot, struct request *request)
{
    char id[ID_SIZE] = "trapeze-disk-";
    id[sizeof "trapeze-disk-" - 1] = "0123456789"[slot];
    uint64_t room = request->writable - 1;
    request_write(platform, request, id, room < ID_SIZE ? room : ID_SIZE);
    return STATUS_OK;
}

static enum status carry_out(struct platform *platform, unsigned slot, const uint8_t *header,
                             struct request *request)
{
    struct disk_backend *disk = platform->disk[slot];
    uint32_t type;
    uint64_t sector;
    memcpy(&type, header, 4);
    memcpy(&sector, header + 8, 8);
    switch (type) {
    case TYPE_IN:
        return read_sectors(platform, disk, sector, request);
    case TYPE_OUT:
        return write_and_keep(platform, slot, sector, request);
    case TYPE_FLUSH:
        return flush(disk);
    case TYPE_GET_ID:
        return get_id(platform, slot, request);
    default:
        return STATUS_UNSUPP;
    }
}

/* A request without room for its header or its status is none (5.2.6.4). */
static uint32_t serve(struct platform *platform, unsigned slot, struct request *request)
{
    uint8_t header[HEADER];
    uint64_t written = request->writable;
    if (!written || request_read(platform, request, header, HEADER) < HEADER) {
        virtio_break(&platform->s.virtio[slot]);
        return 0;
    }
    uint8_t status = (uint8_t)carry_out(platform, slot, header, request);
    request_skip(request, request->writable - 1);
    request_write(platform, request, &status, 1);
    return (uint32_t)written;
}

static void notify(struct platform *platform, unsigned slot, unsigned queue)
{
    virtqueue_serve(platform, slot, queue, serve);
}

const struct virtio_model virtio_block = {
    .id = VIRTIO_ID_BLOCK, .queues = 1, .features = features, .config = config, .notify = notify};
