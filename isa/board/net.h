/* The network on the host: a router of libslirp's that lives in this process. The guest gets
 * 10.0.2.15 of it by DHCP, and reaches the world, and the host as 10.0.2.2, as QEMU's user network
 * lets it.
 *
 * Frames of the router are logged with the clock reading at which they came; those of the guest
 * reach it at once. */
#ifndef NET_H
#define NET_H

#include "console.h"
#include "platform.h"

enum { NET_FORWARDS = 16 };

/* A TCP port of the host's loopback that leads to one of the guest. */
struct net_forward {
    uint16_t host, guest;
};

struct net;

/* Makes a network. NULL: one line about what is wrong is in `error`. */
struct net *net_open(const struct net_forward *forward, unsigned forwards, char *error,
                     size_t error_size);
void net_close(struct net *net);

/* The log, for the platforms that are to have the network. */
const struct packet_log *net_log(const struct net *net);

/* What the console waits for as well. */
struct source *net_source(struct net *net);

/* Logs what has come, without waiting, as the console would. */
void net_poll(struct net *net, struct platform *platform);

/* Keeps what was received, for platforms that go back in time or follow another; until it is told
 * that all of them are past the packets before `number`. Else the log is what waits to be received.
 */
void net_keep(struct net *net);
void net_forget(struct net *net, uint64_t number);

#endif
