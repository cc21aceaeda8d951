/* The platform: what a virt board has besides harts and RAM, and what a machine and a VM share.
 *
 * Clock, events, devices, built-in firmware and the order in which harts run are one struct and
 * one set of functions. The board gives it the physical harts and a bus; the VMM gives each VM one
 * of its own, with vcpus and a trap in place of the bus. So a virtual device is the same model with
 * another way in, and time passes alike in both.
 *
 * Time is steps (design: an instruction that retired or took an exception is one). `struct
 * platform_state` is plain data without pointers: copying it saves the platform. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clint.h"
#include "hart.h"
#include "plic.h"
#include "port.h"
#include "rtc.h"
#include "sbi.h"
#include "uart.h"
#include "virtio.h"

enum { MAX_HARTS = 8 };

/* The memory map, of QEMU's virt board (hw/riscv/virt.c). Addresses and sizes in bytes. */
#define FINISHER_BASE 0x100000
#define FINISHER_SIZE 0x1000
#define RTC_BASE 0x101000
#define RTC_SIZE 0x1000
#define CLINT_BASE 0x2000000
#define CLINT_SIZE 0x10000
#define PLIC_BASE 0xc000000
#define PLIC_SIZE 0x600000
#define UART_BASE 0x10000000
#define UART_SIZE 0x100
#define VIRTIO_BASE 0x10001000
#define VIRTIO_STRIDE 0x1000
#define RAM_BASE 0x80000000
#define VIRTIO_IRQ 1 /* of slot 0, and so on */
#define UART_IRQ 10
#define RTC_IRQ 11

/* The timebase runs at 10 MHz, and a tick is ten steps: a machine of 100 million a second. */
#define TIMEBASE_HZ 10000000
#define STEPS_PER_TICK 10
#define NS_PER_STEP (1000000000 / ((uint64_t)TIMEBASE_HZ * STEPS_PER_TICK))
/* One byte on a line of 115,200 baud, ten bits, in steps. */
#define STEPS_PER_INPUT_BYTE ((uint64_t)TIMEBASE_HZ * STEPS_PER_TICK * 10 / 115200)
/* Interrupts that belong to the built-in firmware: the guest never sees these wires. */
#define MIP_FIRMWARE ((uint64_t)(MIP_MSIP | MIP_MTIP | MIP_MEIP))
#define NEVER (~(uint64_t)0)

/* Steps taken by all harts, and steps skipped while all of them waited. */
struct clock {
    uint64_t steps;
    uint64_t idle;
};

static inline uint64_t clock_now(const struct clock *clock)
{
    return clock->steps + clock->idle;
}

/* The one event queue: a slot a source, so what is due at one time comes in a fixed order. Each
 * holds the clock reading at which the source wants to be called, or NEVER. */
enum event {
    EVENT_INPUT,
    EVENT_MTIMER,
    EVENT_STIMER = EVENT_MTIMER + MAX_HARTS,
    EVENT_HTIF = EVENT_STIMER + MAX_HARTS,
    EVENT_RTC,
    EVENT_PACKET,
    EVENT_COUNT
};

/* Why the platform stands still. */
enum stop {
    STOP_NONE,
    STOP_LIMIT,    /* the step that the caller named is reached */
    STOP_POWEROFF, /* the guest turned itself off, with `status` */
    STOP_REBOOT,   /* the guest wants to start anew */
    STOP_IDLE,     /* every hart waits, and nothing is left that could wake one */
    STOP_HOST,     /* the caller's own callback asked for it */
};

struct platform_state {
    struct clock clock;
    uint64_t due[EVENT_COUNT];
    struct uart uart;
    struct clint clint;
    struct plic plic;
    struct sbi sbi;
    struct rtc rtc;
    struct virtio virtio[VIRTIO_SLOTS];

    /* Whose turn it is, and until which clock reading. */
    unsigned turn;
    uint64_t turn_end;

    /* Console input: how many bytes of the log were received, and when the next may be. */
    uint64_t input_cursor;
    uint64_t input_ready;
    bool htif_reads; /* a program has asked for a byte (htif.c) */

    /* Console output so far: how many bytes, and their hash (FNV-1a), so that two runs compare. */
    uint64_t output_count;
    uint64_t output_hash;

    /* The network: how many packets of the log were received; how many frames were sent, and the
     * hash of their bytes. */
    uint64_t packet_cursor;
    uint64_t sent_count;
    uint64_t sent_hash;

    uint64_t entropy_count; /* words of it that the guest drew */

    enum stop stop;
    int status;
};

/* What came from outside on the console, with the clock reading at which it did; for paced input,
 * 0. It only grows, and is no part of the state: a restored platform reads it again. What the guest
 * clears unread comes again. The bytes belong to whoever appends them, who calls platform_update
 * afterwards. */
struct input_byte {
    uint64_t at;
    uint8_t byte;
};
struct input_log {
    struct input_byte *bytes;
    size_t count;
    bool is_paced; /* each byte comes a line's time after the last was read */
};

/* What came from the network, in the order in which it did: packets number `first` to `count`, with
 * the clock reading of each. Older ones are forgotten, by whoever keeps the log: only he changes
 * it. As with input, a restored platform reads it again. */
enum { FRAME_SIZE = 1514 }; /* of Ethernet, without its checksum */
struct packet {
    uint64_t at;
    size_t size;
    uint8_t bytes[FRAME_SIZE];
};
struct packet_log {
    struct packet **packet; /* of number `first`, and so on */
    uint64_t first, count;
};

/* Who watches what the harts go through, for a log or a debugger. Unless it says otherwise, each is
 * told before it happens, with the hart as it stands at the instruction; NULL: not interested. */
struct observer {
    void *owner;
    void (*insn)(void *owner, const struct hart *hart);
    void (*trap)(void *owner, const struct hart *hart, struct trap trap);
    /* A vcpu comes back to its VMM: the trap that the hardware saw, and the exit reason. */
    void (*exit)(void *owner, const struct hart *hart, struct trap trap, const char *reason);
    /* It, or a bare machine's firmware, has answered, after the fact: `hart` is as it goes on. */
    void (*answer)(void *owner, const struct hart *hart);
    /* A device's register was read or written, after the fact. */
    void (*mmio)(void *owner, uint64_t pa, unsigned size, bool is_write, uint64_t value);
    /* A device or the firmware wrote to memory, after the fact. */
    void (*stored)(void *owner, uint64_t pa, size_t size);
};

struct platform {
    struct platform_state s;

    /* Fixed when it is built. */
    unsigned harts;
    struct hart *hart[MAX_HARTS];
    uint64_t quantum;        /* steps a hart runs before the next has its turn */
    bool has_firmware;       /* the platform answers SBI itself */
    uint64_t ram_size;       /* bytes at RAM_BASE */
    uint64_t seed;           /* of the entropy that the guest gets */
    bool has_virtio_console; /* the console is there, and not on the UART */
    uint64_t tohost;         /* where a program reports (htif.c); 0: it has no such place */
    uint64_t fromhost;       /* and is answered */
    struct input_log input;
    struct disk_backend *disk[VIRTIO_DISKS]; /* lent by the host; NULL: there is none */
    const struct packet_log *packets;        /* as well; NULL: there is no network */

    /* Callbacks of whoever built it; `owner` is handed back. */
    void *owner;
    /* Runs hart `index` until the clock's steps reach `until`, the hart waits, or the platform asks
     * to look again (platform_is_stirred). Advances s.clock.steps. */
    void (*run)(void *owner, unsigned index, uint64_t until);
    /* Copies `size` bytes of guest memory at `pa` out to or in from `buffer`. False: not RAM. */
    bool (*dma)(void *owner, uint64_t pa, void *buffer, size_t size, bool is_write);
    /* A remote fence for hart `index`: as port.fence. */
    void (*fence)(void *owner, unsigned index, bool all_va, uint64_t va);
    /* Answers a call of the SBI extension SBI_EXT_TRAPEZE, from the hart in turn: the hypercalls of
     * a VM. NULL: there is no such extension, and probing says so. */
    struct sbi_result (*hypercall)(void *owner, uint64_t function, const uint64_t *args);

    /* Callbacks of the host's end of console and network, lent for a run; `host` is handed back.
     * Any may be NULL. */
    void *host;
    /* A byte goes out. */
    void (*output)(void *host, uint8_t byte);
    /* A frame goes out. */
    void (*send)(void *host, const uint8_t *frame, size_t size);
    /* All harts wait until clock reading `until` (NEVER: until something comes). Returns the clock
     * reading to go on at, at most `until`. What comes is logged with that reading: the clock is
     * advanced (platform_pass) before it is. NULL: skip at once. */
    uint64_t (*idle)(void *host, struct platform *platform, uint64_t until);

    const struct observer *observer; /* lent; NULL: nobody watches */

    bool stirred; /* device state changed: run must return, so that deadlines are looked at anew */
};

/* Puts all devices and, with firmware, all harts into their state at power-on: hart 0 starts,
 * others are stopped, time goes on. The caller has filled the fixed part and the callbacks. */
void platform_reset(struct platform *platform);

/* Runs until `steps` steps are taken in all, or something else stops it. */
enum stop platform_run(struct platform *platform, uint64_t steps);

/* Carries out a load or store of `size` bytes at `pa` on a device. False: no device there, or the
 * device refuses that width or alignment: an access fault. */
bool platform_mmio(struct platform *platform, uint64_t pa, unsigned size, bool is_write,
                   uint64_t *value);

/* [pa, pa + size) was written by hart `by` (MAX_HARTS: by a device): the reservations of all others
 * in the doublewords that it meets are broken (ISA 8.2). */
void platform_breaks(struct platform *platform, unsigned by, uint64_t pa, uint64_t size);

/* True when a hart other than `by` has a reservation in the page of `pa`. */
bool platform_is_reserved(const struct platform *platform, unsigned by, uint64_t pa);

/* Told by whoever stores for the hart in turn, after each store to the page of `tohost` and to
 * pages that others have reserved. */
void platform_stored(struct platform *platform, uint64_t pa, unsigned size);

/* True when `pa` lies in the page of `tohost`: stores to it must be told. */
static inline bool platform_watches(const struct platform *platform, uint64_t pa)
{
    return platform->tohost && pa >> PAGE_SHIFT == platform->tohost >> PAGE_SHIFT;
}

/* htif.c: the program's word stands in tohost, and the host reads it. */
void platform_htif(struct platform *platform);

/* The same: gives the program the byte that it has asked for, if there is one. */
void platform_htif_input(struct platform *platform);

/* True when [pa, pa + size) is all RAM. */
static inline bool platform_is_ram(const struct platform *platform, uint64_t pa, uint64_t size)
{
    uint64_t offset = pa - RAM_BASE;
    return offset < platform->ram_size && size <= platform->ram_size - offset;
}

/* Writes guest memory for a device or the firmware. False: not RAM. */
bool platform_write(struct platform *platform, uint64_t pa, const void *bytes, size_t size);

/* True when `pa` belongs to a device. */
bool platform_is_device(uint64_t pa);

/* Ticks of the timebase, and nanoseconds, that the machine has been there. */
static inline uint64_t platform_ticks(const struct platform *platform)
{
    return clock_now(&platform->s.clock) / STEPS_PER_TICK;
}

static inline uint64_t platform_nanoseconds(const struct platform *platform)
{
    return clock_now(&platform->s.clock) * NS_PER_STEP;
}

/* The reading of mtime: ticks of the timebase. */
uint64_t platform_time(const struct platform *platform);

/* Brings interrupt wires and deadlines in line with the devices. Called after every change. */
void platform_update(struct platform *platform);

/* The guest took a received byte: the line may bring the next. For bus.c. */
void platform_input_taken(struct platform *platform);

/* Takes the oldest received byte, as firmware does. False: none. For sbi.c and htif.c. */
bool platform_take_input(struct platform *platform, uint8_t *byte);

/* `count` received bytes were cleared unread, and come again. For bus.c. */
void platform_input_again(struct platform *platform, unsigned count);

/* All harts wait, and time passes until clock reading `until`. */
void platform_pass(struct platform *platform, uint64_t until);

/* Sends a frame; counts and hashes it. For virtio_net.c. */
void platform_send(struct platform *platform, const uint8_t *frame, size_t size);

/* Writes a byte to the console; counts and hashes it. For uart.c and sbi.c. */
void platform_output(struct platform *platform, uint8_t byte);

/* The guest ends the run: power-off with a status, or reboot. For finisher and SBI. */
void platform_stop(struct platform *platform, enum stop stop, int status);

/* Tells the observer, if there is one, what `hart` is about to go through. Traps that
 * platform_takes handles, it tells itself. */
void platform_observe_insn(const struct platform *platform, const struct hart *hart);
void platform_observe_trap(const struct platform *platform, const struct hart *hart,
                           struct trap trap);
void platform_observe_exit(const struct platform *platform, const struct hart *hart,
                           struct trap trap, const char *reason);
void platform_observe_answer(const struct platform *platform, const struct hart *hart);

/* Handles `trap`, which a hart's instruction raised, where built-in firmware takes it: an
 * environment call that goes to M. False: it is the hart's own affair. */
bool platform_takes(struct platform *platform, struct hart *hart, struct trap trap);

#endif
