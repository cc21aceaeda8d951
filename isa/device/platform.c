/* The platform's loop: whose turn it is, until when, and what happens in between. */
#include "platform.h"

#include "csr.h"
#include "trap.h"

uint64_t platform_time(const struct platform *platform)
{
    return platform_ticks(platform) + platform->s.clint.mtime_offset;
}

/* The clock reading at which mtime reaches `time`; NEVER when it will not in this run. */
static uint64_t when(const struct platform *platform, uint64_t time)
{
    uint64_t now = platform_time(platform);
    if (time <= now)
        return NEVER; /* it has: the wire is high, and nothing is left to wait for */
    uint64_t wait = time - now;
    uint64_t tick = platform_ticks(platform);
    return wait > (NEVER / STEPS_PER_TICK - 1) - tick ? NEVER : (tick + wait) * STEPS_PER_TICK;
}

/* The timer of S: stimecmp where the hart has it (Sstc), else the built-in firmware's. */
static uint64_t update_stimer(struct platform *platform, unsigned index)
{
    struct platform_state *s = &platform->s;
    const struct hart *hart = platform->hart[index];
    bool is_own = csr_has_stimer(hart);
    uint64_t at = is_own ? hart->csr.stimecmp : s->sbi.timer[index];
    bool is_on = is_own || platform->has_firmware;
    s->due[EVENT_STIMER + index] = is_on ? when(platform, at) : NEVER;
    return is_on && platform_time(platform) >= at ? MIP_STIP : 0;
}

/* Timer wires of one hart, and when they will change. */
static uint64_t update_timers(struct platform *platform, unsigned index)
{
    struct platform_state *s = &platform->s;
    uint64_t now = platform_time(platform);
    uint64_t wires = now >= s->clint.mtimecmp[index] ? MIP_MTIP : 0;
    s->due[EVENT_MTIMER + index] = when(platform, s->clint.mtimecmp[index]);
    return wires | update_stimer(platform, index);
}

/* True when the console can receive a byte: a paced line waits until the last was read. */
static bool has_room(const struct platform *platform)
{
    const struct platform_state *s = &platform->s;
    if (platform->has_virtio_console)
        return !virtio_is_dry(&s->virtio[VIRTIO_CONSOLE_SLOT], VIRTIO_CONSOLE_RECEIVE);
    return platform->input.is_paced ? s->uart.count == 0 : uart_has_room(&s->uart);
}

/* When the next byte of console input can be received. */
static uint64_t input_due(const struct platform *platform)
{
    const struct platform_state *s = &platform->s;
    const struct input_log *log = &platform->input;
    if (s->input_cursor >= log->count || !has_room(platform))
        return NEVER;
    uint64_t at = log->bytes[s->input_cursor].at;
    return at > s->input_ready ? at : s->input_ready;
}

/* The next packet of the log; NULL: there is none. */
static const struct packet *next_packet(const struct platform *platform)
{
    const struct packet_log *log = platform->packets;
    uint64_t number = platform->s.packet_cursor;
    return log && number < log->count ? log->packet[number - log->first] : NULL;
}

/* When it can be received. */
static uint64_t packet_due(const struct platform *platform)
{
    const struct packet *packet = next_packet(platform);
    bool must_wait = virtio_is_dry(&platform->s.virtio[VIRTIO_NET_SLOT], VIRTIO_NET_RECEIVE);
    return packet && !must_wait ? packet->at : NEVER;
}

/* The clock reading at which the alarm of the RTC goes off. */
static uint64_t alarm_due(const struct platform *platform)
{
    uint64_t ns;
    bool is_armed = rtc_due(&platform->s.rtc, platform_nanoseconds(platform), &ns);
    return is_armed ? ns / NS_PER_STEP + (ns % NS_PER_STEP != 0) : NEVER;
}

void platform_update(struct platform *platform)
{
    struct platform_state *s = &platform->s;
    plic_set_level(&s->plic, UART_IRQ, uart_irq(&s->uart));
    plic_set_level(&s->plic, RTC_IRQ, rtc_irq(&s->rtc));
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        plic_set_level(&s->plic, VIRTIO_IRQ + i, virtio_irq(&s->virtio[i]));
    for (unsigned i = 0; i < platform->harts; i++) {
        uint64_t wires = update_timers(platform, i);
        wires |= s->clint.msip[i] ? MIP_MSIP : 0;
        wires |= plic_irq(&s->plic, 2 * i) ? MIP_MEIP : 0;
        wires |= plic_irq(&s->plic, 2 * i + 1) ? MIP_SEIP : 0;
        /* Firmware is M-mode: its own interrupts are not the guest's to see. */
        platform->hart[i]->wires = platform->has_firmware ? wires & ~MIP_FIRMWARE : wires;
    }
    s->due[EVENT_INPUT] = input_due(platform);
    s->due[EVENT_RTC] = alarm_due(platform);
    s->due[EVENT_PACKET] = packet_due(platform);
    platform->stirred = true;
}

/* Paced input counts its byte's time from the moment the line is free: from the start of the run,
 * and from each read that emptied the receiver. */
static void pace(struct platform *platform)
{
    platform->s.input_ready = clock_now(&platform->s.clock) + STEPS_PER_INPUT_BYTE;
}

/* A byte reaches the console. False: after all there is no room. */
static bool receive(struct platform *platform, uint8_t byte)
{
    if (!platform->has_virtio_console) {
        uart_receive(&platform->s.uart, byte);
        return true;
    }
    bool done = virtio_console_receive(platform, byte);
    if (done)
        platform_input_taken(platform); /* a driver's buffer has no line to wait for */
    return done;
}

static void receive_due(struct platform *platform)
{
    struct platform_state *s = &platform->s;
    while (input_due(platform) <= clock_now(&s->clock) &&
           receive(platform, platform->input.bytes[s->input_cursor].byte))
        s->input_cursor++;
    platform_htif_input(platform);
}

static void receive_packets(struct platform *platform)
{
    while (packet_due(platform) <= clock_now(&platform->s.clock)) {
        const struct packet *packet = next_packet(platform);
        if (!virtio_net_receive(platform, packet->bytes, packet->size))
            break;
        platform->s.packet_cursor++;
    }
}

static uint64_t next_event(const struct platform *platform)
{
    uint64_t next = NEVER;
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        if (platform->s.due[i] < next)
            next = platform->s.due[i];
    return next;
}

/* Every event is a change that the clock alone brings about: timers are levels, recomputed by
 * platform_update, and input is received. */
static void run_events(struct platform *platform)
{
    if (next_event(platform) > clock_now(&platform->s.clock))
        return;
    receive_due(platform);
    receive_packets(platform);
    rtc_run(&platform->s.rtc, platform_nanoseconds(platform));
    if (platform->s.due[EVENT_HTIF] <= clock_now(&platform->s.clock))
        platform_htif(platform);
    platform_update(platform);
}

static bool is_runnable(struct platform *platform, unsigned index)
{
    struct hart *hart = platform->hart[index];
    if (platform->has_firmware && platform->s.sbi.state[index] != SBI_HART_STARTED)
        return false;
    if (hart->waiting && trap_wakes(hart))
        hart->waiting = false;
    return !hart->waiting;
}

/* Chooses the hart to run: the one whose turn it is, for as long as its turn lasts and it can. */
static bool choose(struct platform *platform)
{
    struct platform_state *s = &platform->s;
    bool turn_is_over = platform->harts > 1 && s->clock.steps >= s->turn_end;
    if (!turn_is_over && is_runnable(platform, s->turn))
        return true;
    for (unsigned i = 1; i <= platform->harts; i++) {
        unsigned candidate = (s->turn + i) % platform->harts;
        if (!is_runnable(platform, candidate))
            continue;
        s->turn = candidate;
        s->turn_end = s->clock.steps + platform->quantum;
        return true;
    }
    return false;
}

void platform_pass(struct platform *platform, uint64_t until)
{
    struct clock *clock = &platform->s.clock;
    if (until > clock_now(clock))
        clock->idle = until - clock->steps;
}

/* No hart can run: time passes until something happens. */
static void pass_time(struct platform *platform)
{
    uint64_t next = next_event(platform);
    if (platform->idle)
        next = platform->idle(platform->host, platform, next);
    if (next == NEVER)
        platform->s.stop = platform->s.stop ? platform->s.stop : STOP_IDLE;
    else
        platform_pass(platform, next);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

enum stop platform_run(struct platform *platform, uint64_t steps)
{
    struct platform_state *s = &platform->s;
    if (s->stop == STOP_HOST || s->stop == STOP_LIMIT)
        s->stop = STOP_NONE;
    while (s->stop == STOP_NONE) {
        if (s->clock.steps >= steps)
            return STOP_LIMIT;
        run_events(platform);
        if (!choose(platform)) {
            pass_time(platform);
            continue;
        }
        uint64_t next = next_event(platform);
        uint64_t until = next == NEVER ? steps : least(steps, next - s->clock.idle);
        if (platform->harts > 1)
            until = least(until, s->turn_end);
        platform->stirred = false;
        platform->run(platform->owner, s->turn, until);
    }
    return s->stop;
}

void platform_breaks(struct platform *platform, unsigned by, uint64_t pa, uint64_t size)
{
    for (unsigned i = 0; i < platform->harts; i++) {
        struct reservation *reservation = &platform->hart[i]->reservation;
        uint64_t cell = reservation->pa & ~(uint64_t)7;
        if (i != by && pa < cell + 8 && cell < pa + size)
            reservation->valid = false;
    }
}

bool platform_is_reserved(const struct platform *platform, unsigned by, uint64_t pa)
{
    for (unsigned i = 0; i < platform->harts; i++) {
        const struct reservation *reservation = &platform->hart[i]->reservation;
        if (i != by && reservation->valid && reservation->pa >> PAGE_SHIFT == pa >> PAGE_SHIFT)
            return true;
    }
    return false;
}

/* Bytes that were received but cleared unread come again: a driver that resets its FIFOs, or a
 * reboot, must not cost the user the beginning of what was typed. */
void platform_input_again(struct platform *platform, unsigned count)
{
    struct platform_state *s = &platform->s;
    s->input_cursor -= count < s->input_cursor ? count : s->input_cursor;
}

void platform_input_taken(struct platform *platform)
{
    if (platform->input.is_paced && platform->s.uart.count == 0)
        pace(platform);
}

bool platform_take_input(struct platform *platform, uint8_t *byte)
{
    if (!uart_take(&platform->s.uart, byte))
        return false;
    platform_input_taken(platform);
    return true;
}

static uint64_t hash(uint64_t so_far, uint8_t byte)
{
    return (so_far ^ byte) * 0x100000001b3;
}

void platform_send(struct platform *platform, const uint8_t *frame, size_t size)
{
    struct platform_state *s = &platform->s;
    s->sent_count++;
    for (size_t i = 0; i < size; i++)
        s->sent_hash = hash(s->sent_hash, frame[i]);
    if (platform->send)
        platform->send(platform->host, frame, size);
}

void platform_output(struct platform *platform, uint8_t byte)
{
    struct platform_state *s = &platform->s;
    s->output_count++;
    s->output_hash = hash(s->output_hash, byte);
    if (platform->output)
        platform->output(platform->host, byte);
}

void platform_stop(struct platform *platform, enum stop stop, int status)
{
    platform->s.stop = stop;
    platform->s.status = status;
    platform->stirred = true;
}

void platform_observe_insn(const struct platform *platform, const struct hart *hart)
{
    const struct observer *observer = platform->observer;
    if (observer && observer->insn)
        observer->insn(observer->owner, hart);
}

void platform_observe_trap(const struct platform *platform, const struct hart *hart,
                           struct trap trap)
{
    const struct observer *observer = platform->observer;
    if (observer && observer->trap)
        observer->trap(observer->owner, hart, trap);
}

void platform_observe_exit(const struct platform *platform, const struct hart *hart,
                           struct trap trap, const char *reason)
{
    const struct observer *observer = platform->observer;
    if (observer && observer->exit)
        observer->exit(observer->owner, hart, trap, reason);
}

void platform_observe_answer(const struct platform *platform, const struct hart *hart)
{
    const struct observer *observer = platform->observer;
    if (observer && observer->answer)
        observer->answer(observer->owner, hart);
}

/* DMA copies in either direction and so has no const; a write leaves the buffer as it is. */
bool platform_write(struct platform *platform, uint64_t pa, const void *bytes, size_t size)
{
    const struct observer *observer = platform->observer;
    bool done = platform->dma(platform->owner, pa, (void *)bytes, size, true);
    if (done && observer && observer->stored)
        observer->stored(observer->owner, pa, size);
    return done;
}

bool platform_takes(struct platform *platform, struct hart *hart, struct trap trap)
{
    if (!platform->has_firmware || trap.cause != CAUSE_ECALL_S ||
        trap_target(hart, trap.cause) != MODE_M)
        return false;
    platform_observe_trap(platform, hart, trap);
    sbi_call(platform, hart);
    platform_update(platform);
    return true;
}

void platform_reset(struct platform *platform)
{
    struct platform_state *s = &platform->s;
    s->stop = STOP_NONE;
    s->status = 0;
    s->htif_reads = false;
    s->turn = 0;
    s->turn_end = s->clock.steps + platform->quantum;
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        s->due[i] = NEVER;
    platform_input_again(platform, s->uart.count);
    uart_reset(&s->uart);
    clint_reset(&s->clint);
    plic_reset(&s->plic);
    sbi_reset(&s->sbi);
    rtc_reset(&s->rtc);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        virtio_reset(&s->virtio[i]);
    if (platform->input.is_paced)
        pace(platform);
    platform_update(platform);
}
