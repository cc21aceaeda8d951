/* Drivers for a bare-metal program: UART, PLIC, and a virtio-mmio device with split queues, written
 * from VIRTIO 1.2 for whatever machine has the memory map of QEMU's virt board. */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stdint.h>

enum { NET = 1, BLOCK = 2, CONSOLE = 3, ENTROPY = 4 };
enum { QUEUE_SIZE = 8, NEXT = 1, WRITE = 2 };

struct piece {
    const volatile void *at;
    uint32_t size;
    bool is_written; /* by the device */
};

struct queue {
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } desc[QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[QUEUE_SIZE];
    } available;
    _Alignas(16) struct {
        uint16_t flags, index;
        struct {
            uint32_t id, length;
        } ring[QUEUE_SIZE];
    } used;
    uint16_t seen; /* of the used ring */
};

struct device {
    volatile uint32_t *base;
    unsigned irq;
    volatile struct queue *queue[2];
};

void print(const char *text);
void print_number(uint64_t number);

/* Looks for a device of type `id` in all slots and brings it up, with `queues` queues. False: there
 * is none, or it does not want to. */
bool device_find(struct device *device, uint32_t id, unsigned queues);

/* Makes a chain of pieces, from descriptor `first` on, available in a queue, and notifies. */
void device_post(struct device *device, unsigned queue, unsigned first, const struct piece *pieces,
                 unsigned count);

/* Waits, by interrupt, until a request of the queue is used; gives the length that was written. */
uint32_t device_wait(struct device *device, unsigned queue);

#endif
