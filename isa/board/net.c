/* libslirp, its sockets, and the log of what it sends. */
#include "net.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    AHEAD = 1024, /* packets that wait for the guest; more are lost, as on any wire */
    TIMERS = 4,
};
#define NS_PER_MS 1000000

struct timer {
    void (*run)(void *opaque); /* NULL: free */
    void *opaque;
    int64_t at; /* ms */
};

struct net {
    struct source source; /* first */
    Slirp *slirp;
    struct packet_log log;
    size_t room; /* of the log */
    bool keeps;
    struct timer timer[TIMERS];

    /* Of the moment: whose clock it is that stamps, and by how much later than it reads. */
    struct platform *platform;
    uint64_t delay;
    /* What slirp adds to be polled. */
    struct pollfd *fds;
    unsigned fd_count, fd_room;
};

/* ---- the log ------------------------------------------------------------------------------ */

static void *must(void *memory)
{
    if (!memory) { /* a log with a hole in it would be a lie */
        perror("trapeze: network");
        abort();
    }
    return memory;
}

static void append(struct net *net, struct packet *packet)
{
    struct packet_log *log = &net->log;
    size_t used = (size_t)(log->count - log->first);
    if (used == net->room) {
        net->room = net->room ? 2 * net->room : 16;
        log->packet = must(realloc(log->packet, net->room * sizeof *log->packet));
    }
    log->packet[used] = packet;
    log->count++;
}

void net_forget(struct net *net, uint64_t number)
{
    struct packet_log *log = &net->log;
    size_t gone = number > log->first ? (size_t)(number - log->first) : 0;
    size_t used = (size_t)(log->count - log->first);
    assert(gone <= used);
    for (size_t i = 0; i < gone; i++)
        free(log->packet[i]);
    if (gone)
        memmove(log->packet, log->packet + gone, (used - gone) * sizeof *log->packet);
    log->first += gone;
}

/* Slirp's frame for the guest. */
static ssize_t send_packet(const void *bytes, size_t size, void *opaque)
{
    struct net *net = opaque;
    const struct platform *platform = net->platform;
    if (!platform || size > FRAME_SIZE || net->log.count - platform->s.packet_cursor >= AHEAD)
        return (ssize_t)size;
    struct packet *packet = must(malloc(sizeof *packet));
    packet->at = clock_now(&platform->s.clock) + net->delay;
    packet->size = size;
    memcpy(packet->bytes, bytes, size);
    append(net, packet);
    return (ssize_t)size;
}

/* ---- what else slirp asks for -------------------------------------------------------------- */

static int64_t now_ns(void *opaque)
{
    struct timespec now;
    (void)opaque;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

static int64_t now_ms(void)
{
    return now_ns(NULL) / NS_PER_MS;
}

static void guest_error(const char *message, void *opaque)
{
    (void)message, (void)opaque; /* the guest's affair */
}

static void *timer_new(SlirpTimerCb run, void *run_opaque, void *opaque)
{
    struct net *net = opaque;
    for (unsigned i = 0; i < TIMERS; i++)
        if (!net->timer[i].run) {
            net->timer[i] = (struct timer){.run = run, .opaque = run_opaque, .at = INT64_MAX};
            return &net->timer[i];
        }
    return NULL;
}

static void timer_free(void *timer, void *opaque)
{
    (void)opaque;
    if (timer)
        *(struct timer *)timer = (struct timer){0};
}

static void timer_mod(void *timer, int64_t at, void *opaque)
{
    (void)opaque;
    if (timer)
        ((struct timer *)timer)->at = at;
}

static void run_timers(struct net *net)
{
    for (unsigned i = 0; i < TIMERS; i++) {
        struct timer *timer = &net->timer[i];
        if (!timer->run || timer->at > now_ms())
            continue;
        timer->at = INT64_MAX;
        timer->run(timer->opaque);
    }
}

/* Descriptors are gathered anew before each wait, and the run looks at them often. */
static void ignore_fd(int fd, void *opaque)
{
    (void)fd, (void)opaque;
}

static void ignore(void *opaque)
{
    (void)opaque;
}

/* ---- waiting ------------------------------------------------------------------------------ */

/* Slirp's flags are poll's, under names of their own. */
static const struct {
    int slirp;
    short poll;
} flags[] = {
    {SLIRP_POLL_IN, POLLIN},   {SLIRP_POLL_OUT, POLLOUT}, {SLIRP_POLL_PRI, POLLPRI},
    {SLIRP_POLL_ERR, POLLERR}, {SLIRP_POLL_HUP, POLLHUP},
};
enum { FLAGS = sizeof flags / sizeof *flags };

static int add_poll(int fd, int events, void *opaque)
{
    struct net *net = opaque;
    if (net->fd_count == net->fd_room)
        return -1;
    struct pollfd *added = &net->fds[net->fd_count];
    *added = (struct pollfd){.fd = fd};
    for (unsigned i = 0; i < FLAGS; i++)
        if (events & flags[i].slirp & (SLIRP_POLL_IN | SLIRP_POLL_OUT | SLIRP_POLL_PRI))
            added->events = (short)(added->events | flags[i].poll);
    return (int)net->fd_count++;
}

static int get_events(int index, void *opaque)
{
    struct net *net = opaque;
    int events = 0;
    for (unsigned i = 0; index >= 0 && i < FLAGS; i++)
        if (net->fds[index].revents & flags[i].poll)
            events |= flags[i].slirp;
    return events;
}

static unsigned prepare(struct source *source, struct pollfd *fds, unsigned room, uint64_t *wait_ns)
{
    struct net *net = (struct net *)source;
    uint32_t most =
        *wait_ns / NS_PER_MS < INT32_MAX ? (uint32_t)(*wait_ns / NS_PER_MS + 1) : UINT32_MAX;
    uint32_t timeout = most;
    net->fds = fds;
    net->fd_count = 0;
    net->fd_room = room;
    slirp_pollfds_fill(net->slirp, &timeout, add_poll, net);
    if (timeout < most)
        *wait_ns = timeout * (uint64_t)NS_PER_MS;
    return net->fd_count;
}

static void take(struct source *source, struct pollfd *fds, struct platform *platform)
{
    struct net *net = (struct net *)source;
    if (!net->keeps)
        net_forget(net, platform->s.packet_cursor);
    net->fds = fds;
    net->platform = platform;
    net->delay = 0;
    slirp_pollfds_poll(net->slirp, 0, get_events, net);
    run_timers(net);
    platform_update(platform);
}

void net_poll(struct net *net, struct platform *platform)
{
    struct pollfd fds[256];
    uint64_t at_once = 0;
    unsigned count = prepare(&net->source, fds, 256, &at_once);
    if (poll(fds, count, 0) >= 0)
        take(&net->source, fds, platform);
}

void net_keep(struct net *net)
{
    net->keeps = true;
}

/* The guest's frame. An answer that comes in the middle of the guest's step is there after it. */
static void send_frame(struct source *source, struct platform *platform, const uint8_t *frame,
                       size_t size)
{
    struct net *net = (struct net *)source;
    net->platform = platform;
    net->delay = 1;
    slirp_input(net->slirp, frame, (int)size);
}

/* ---- opening and closing ------------------------------------------------------------------ */

static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = now_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = ignore_fd,
    .unregister_poll_fd = ignore_fd,
    .notify = ignore,
};

static struct in_addr address(uint32_t bits)
{
    return (struct in_addr){.s_addr = htonl(bits)};
}

/* The addresses of QEMU's user network. */
static SlirpConfig configuration(void)
{
    return (SlirpConfig){
        .version = 1,
        .in_enabled = true,
        .vnetwork = address(0x0a000200),
        .vnetmask = address(0xffffff00),
        .vhost = address(0x0a000202),
        .vdhcp_start = address(0x0a00020f),
        .vnameserver = address(0x0a000203),
    };
}

static bool forward_ports(struct net *net, const struct net_forward *forward, unsigned count,
                          char *error, size_t error_size)
{
    for (unsigned i = 0; i < count; i++)
        if (slirp_add_hostfwd(net->slirp, 0, address(INADDR_LOOPBACK), forward[i].host,
                              address(0x0a00020f), forward[i].guest) < 0) {
            snprintf(error, error_size, "port %u of the host: %s", forward[i].host,
                     strerror(errno));
            return false;
        }
    return true;
}

struct net *net_open(const struct net_forward *forward, unsigned forwards, char *error,
                     size_t error_size)
{
    SlirpConfig config = configuration();
    struct net *net = must(calloc(1, sizeof *net));
    net->source = (struct source){.prepare = prepare, .take = take, .send = send_frame};
    net->slirp = must(slirp_new(&config, &callbacks, net));
    if (forward_ports(net, forward, forwards, error, error_size))
        return net;
    net_close(net);
    return NULL;
}

void net_close(struct net *net)
{
    if (!net)
        return;
    slirp_cleanup(net->slirp);
    net_forget(net, net->log.count);
    free(net->log.packet);
    free(net);
}

const struct packet_log *net_log(const struct net *net)
{
    return &net->log;
}

struct source *net_source(struct net *net)
{
    return &net->source;
}
