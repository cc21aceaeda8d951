/* The network on the host: what the guest and the router say to each other is logged. */
#include "net.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

/* Who has 10.0.2.2? says 10.0.2.15 (RFC 826). */
static const uint8_t question[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0x12, 0x34,
                                     0x56, 8,    6,    0,    1,    8,    0,    6,    4, 0,    1,
                                     0x52, 0x54, 0,    0x12, 0x34, 0x56, 10,   0,    2, 15,   0,
                                     0,    0,    0,    0,    0,    10,   0,    2,    2};

static struct net *net;
static struct platform platform;
static char error[256];

static struct net *open_with(uint16_t host)
{
    struct net_forward forward = {.host = host, .guest = 80};
    return net_open(&forward, host ? 1 : 0, error, sizeof error);
}

static void given_a_network(void)
{
    net = open_with(0);
    cr_assert_not_null(net, "%s", error);
    platform = (struct platform){.packets = net_log(net), .s.clock.steps = 1000};
}

static void close_it(void)
{
    net_close(net);
}

static void ask(void)
{
    struct source *source = net_source(net);
    source->send(source, &platform, question, sizeof question);
}

TestSuite(net, .init = given_a_network, .fini = close_it);

Test(net, an_answer_is_logged_at_the_end_of_the_step_that_asked)
{
    ask();
    const struct packet_log *log = net_log(net);
    cr_assert_eq(log->count, 1);
    const struct packet *answer = log->packet[0];
    cr_expect_eq(answer->at, 1001);
    cr_expect_eq(answer->bytes[12] << 8 | answer->bytes[13], 0x0806);
    cr_expect_eq(answer->bytes[21], 2, "an ARP reply");
    cr_expect_arr_eq(answer->bytes + 28, "\x0a\x00\x02\x02", 4);
}

Test(net, packets_that_were_received_are_forgotten)
{
    for (int i = 0; i < 40; i++)
        ask();
    platform.s.packet_cursor = 30;
    const struct packet *next = net_log(net)->packet[30];
    net_poll(net, &platform);
    cr_expect_eq(net_log(net)->first, 30);
    cr_expect_eq(net_log(net)->count, 40);
    cr_expect_eq(net_log(net)->packet[0], next);
}

Test(net, packets_are_kept_for_who_goes_back)
{
    net_keep(net);
    for (int i = 0; i < 40; i++)
        ask();
    platform.s.packet_cursor = 30;
    net_poll(net, &platform);
    cr_expect_eq(net_log(net)->first, 0);
    net_forget(net, 10);
    cr_expect_eq(net_log(net)->first, 10);
    net_forget(net, 5);
    cr_expect_eq(net_log(net)->first, 10);
}

Test(net, packets_that_nobody_receives_are_lost_after_a_while)
{
    for (int i = 0; i < 3000; i++)
        ask();
    cr_expect_eq(net_log(net)->count, 1024);
}

Test(net, p37_a_guest_may_say_anything)
{
    struct source *source = net_source(net);
    uint8_t frame[FRAME_SIZE];
    uint32_t state = 1;
    for (int i = 0; i < 3000; i++) {
        for (size_t at = 0; at < sizeof frame; at++)
            frame[at] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
        memcpy(frame, question, state & 0xff ? 14 : 0);
        frame[13] = state & 0x100 ? 6 : 0;
        source->send(source, &platform, frame, state % sizeof frame + 1);
        net_poll(net, &platform);
    }
}

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof any;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&any, size) == 0 && listen(fd, 1) == 0);
    getsockname(fd, (struct sockaddr *)&any, &size);
    *port = ntohs(any.sin_port);
    return fd;
}

Test(net, a_port_that_is_taken_is_an_error)
{
    uint16_t port;
    char name[16];
    int fd = listen_somewhere(&port);
    cr_expect_null(open_with(port));
    snprintf(name, sizeof name, "port %u", port);
    cr_expect_not_null(strstr(error, name), "%s", error);
    cr_expect_not_null(strstr(error, "Address already in use"), "%s", error);
    close(fd);
}

Test(net, a_forwarded_port_leads_to_the_guest)
{
    uint16_t port;
    close(listen_somewhere(&port));
    struct net *forwarding = open_with(port);
    cr_assert_not_null(forwarding, "%s", error);
    struct sockaddr_in host = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&host, sizeof host), 0);
    platform.packets = net_log(forwarding);
    for (int i = 0; i < 100 && net_log(forwarding)->count == 0; i++, usleep(1000))
        net_poll(forwarding, &platform);
    cr_expect_gt(net_log(forwarding)->count, 0, "a packet looks for the guest");
    close(fd);
    net_close(forwarding);
}
