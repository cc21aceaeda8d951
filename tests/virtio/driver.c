#include "driver.h"

#define UART ((volatile uint8_t *)0x10000000)
#define PLIC(offset) ((volatile uint32_t *)(0xc000000 + (uint64_t)(offset)))
#define SLOT(n) ((volatile uint32_t *)(0x10001000 + 0x1000 * (uint64_t)(n)))
enum { SLOTS = 8, FIRST_IRQ = 1 };
enum {
    DEVICE_ID = 2,
    DRIVER_FEATURES = 8,
    DRIVER_FEATURES_SEL = 9,
    QUEUE_SEL = 12,
    QUEUE_NUM_MAX,
    QUEUE_NUM,
    QUEUE_READY = 17,
    QUEUE_NOTIFY = 20,
    INTERRUPT_STATUS = 24,
    INTERRUPT_ACK,
    STATUS = 28,
    QUEUE_DESC = 32,
    QUEUE_DRIVER = 36,
    QUEUE_DEVICE = 40,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, VERSION_1 = 1 };

static volatile struct queue queues[SLOTS][2];

void print(const char *text)
{
    for (; *text; text++)
        *UART = (uint8_t)*text;
}

void print_number(uint64_t number)
{
    char digits[21], *at = digits + 20;
    for (*at = 0; number || !*at; number /= 10)
        *--at = (char)('0' + number % 10);
    print(at);
}

static void set64(volatile uint32_t *base, unsigned reg, const volatile void *address)
{
    base[reg] = (uint32_t)(uint64_t)address;
    base[reg + 1] = (uint64_t)address >> 32;
}

static bool set_up_queue(struct device *device, unsigned slot, unsigned index)
{
    volatile struct queue *queue = device->queue[index] = &queues[slot][index];
    device->base[QUEUE_SEL] = index;
    if (device->base[QUEUE_NUM_MAX] < QUEUE_SIZE)
        return false;
    device->base[QUEUE_NUM] = QUEUE_SIZE;
    set64(device->base, QUEUE_DESC, queue->desc);
    set64(device->base, QUEUE_DRIVER, &queue->available);
    set64(device->base, QUEUE_DEVICE, &queue->used);
    device->base[QUEUE_READY] = 1;
    return device->base[QUEUE_READY];
}

/* The interrupt goes to M of hart 0, which looks for it with wfi and never takes it. */
static void listen(unsigned irq)
{
    *PLIC(4 * irq) = 1;
    *PLIC(0x2000) |= 1u << irq;
    *PLIC(0x200000) = 0;
    __asm__ volatile("csrs mie, %0" : : "r"(1 << 11));
}

static bool bring_up(struct device *device, unsigned slot, unsigned count)
{
    device->base[STATUS] = 0;
    device->base[STATUS] = ACKNOWLEDGE | DRIVER;
    device->base[DRIVER_FEATURES_SEL] = 1;
    device->base[DRIVER_FEATURES] = VERSION_1;
    device->base[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    bool is_up = device->base[STATUS] & FEATURES_OK;
    for (unsigned i = 0; i < count; i++)
        is_up = is_up && set_up_queue(device, slot, i);
    device->irq = FIRST_IRQ + slot;
    listen(device->irq);
    device->base[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
    return is_up;
}

bool device_find(struct device *device, uint32_t id, unsigned count)
{
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        device->base = SLOT(slot);
        if (device->base[DEVICE_ID] == id)
            return bring_up(device, slot, count);
    }
    return false;
}

void device_post(struct device *device, unsigned index, unsigned first, const struct piece *pieces,
                 unsigned count)
{
    volatile struct queue *queue = device->queue[index];
    for (unsigned i = 0; i < count; i++) {
        queue->desc[first + i].address = (uint64_t)pieces[i].at;
        queue->desc[first + i].size = pieces[i].size;
        queue->desc[first + i].flags =
            (uint16_t)((pieces[i].is_written ? WRITE : 0) | (i + 1 < count ? NEXT : 0));
        queue->desc[first + i].next = (uint16_t)(first + i + 1);
    }
    queue->available.ring[queue->available.index % QUEUE_SIZE] = (uint16_t)first;
    __asm__ volatile("fence" : : : "memory");
    queue->available.index++;
    __asm__ volatile("fence" : : : "memory");
    device->base[QUEUE_NOTIFY] = index;
}

/* Answers the interrupts that there are: else the next wfi would not wait. */
static void answer(struct device *device)
{
    device->base[INTERRUPT_ACK] = device->base[INTERRUPT_STATUS];
    for (uint32_t irq; (irq = *PLIC(0x200004));)
        *PLIC(0x200004) = irq;
}

uint32_t device_wait(struct device *device, unsigned index)
{
    volatile struct queue *queue = device->queue[index];
    while (queue->used.index == queue->seen) {
        __asm__ volatile("wfi");
        answer(device);
    }
    answer(device);
    __asm__ volatile("fence" : : : "memory");
    return queue->used.ring[queue->seen++ % QUEUE_SIZE].length;
}
