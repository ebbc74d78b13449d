/*
 * The load client of the socket benchmarks: WebSockets as cheaply as a client can have them.
 *
 *   load echo      PORT PATH CONNECTIONS SIZE SECONDS         a message, its echo, the next message
 *   load broadcast PORT PATH CONNECTIONS SIZE SECONDS         one speaks, all hear; four rounds on their way
 *   load ticks     PORT PATH CONNECTIONS SIZE SECONDS RATE STALLED
 *                                                             the same at a rate, STALLED never read; what
 *                                                             the server is too slow for is offered, not said
 *   load connect   PORT PATH CONNECTIONS SIZE SECONDS         handshakes, 50 at a time, each closed at once
 *   load hold      PORT PATH CONNECTIONS SIZE SECONDS         nothing but answers to pings
 *
 * PORT may be several, with commas between: connections are shared evenly. It prints {"open": N} when all
 * are open, and in the end what it has measured: `all` counts the first second too, in which the
 * server warms up; for ticks it is what was offered. Messages are texts; a tick begins with the time
 * at which it was sent, in microseconds, so that what hears it knows how long it took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 20000, MOST_PORTS = 8, WARM_UP = 1000000, SAMPLES = 1 << 22, IN_FLIGHT = 4, AT_ONCE = 50 };

typedef struct {
    int fd;
    int64_t sent;     /* when the message was sent that is echoed now */
    size_t have;      /* bytes of a frame that have come */
    char frame[1024]; /* those bytes */
} Client;

static int ports[MOST_PORTS], port_count;
static Client *clients;
static uint32_t *samples;
static size_t sampled;
static char message[1100];
static size_t message_size, answer_size;
static const unsigned char MASK[4] = {0x12, 0x34, 0x56, 0x78};

static void die(const char *what) { perror(what); exit(1); }

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void sample(int64_t took) {
    if (sampled < SAMPLES) samples[sampled++] = (uint32_t)took;
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Say that all connections are open: from now on the server works for what is measured. */
static void begin(int count) {
    printf("{\"open\": %d}\n", count);
    fflush(stdout);
}

static void report(const char *what, double count, double seconds, double all) {
    qsort(samples, sampled, sizeof *samples, by_size);
    double p50 = sampled ? samples[sampled / 2] / 1000.0 : 0;
    double p99 = sampled ? samples[(size_t)(sampled * 0.99)] / 1000.0 : 0;
    printf("{\"%s\": %.0f, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_ms\": %.3f, "
           "\"p99_ms\": %.3f, \"all\": %.0f}\n",
           what, count, seconds, count / seconds, p50, p99, all);
    fflush(stdout);
}

/* Make the frame of a text: masked, as a client's must be. */
static void make_message(size_t size, int64_t stamp) {
    size_t head = 2;
    message[0] = (char)0x81;
    if (size < 126) {
        message[1] = (char)(0x80 | size);
    } else {
        message[1] = (char)(0x80 | 126);
        message[2] = (char)(size >> 8);
        message[3] = (char)size;
        head = 4;
    }
    memcpy(message + head, MASK, 4);
    char text[1024];
    memset(text, 'x', size);
    if (size >= 16) {
        char digits[17];
        snprintf(digits, sizeof digits, "%016lld", (long long)stamp);
        memcpy(text, digits, 16);
    }
    for (size_t i = 0; i < size; i++) message[head + 4 + i] = (char)(text[i] ^ MASK[i % 4]);
    message_size = head + 4 + size;
    answer_size = head + size;
}

static void read_ports(const char *list) {
    for (const char *at = list; at && port_count < MOST_PORTS; at = strchr(at, ',')) {
        if (*at == ',') at++;
        ports[port_count++] = atoi(at);
    }
}

static int dial(int port, int small) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, bytes = 4096;
    if (fd < 0) die("socket");
    if (small) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    return fd;
}

static void ask(int fd, int port, const char *path) {
    char request[512];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                        path, port);
    if (write(fd, request, (size_t)size) != size) die("handshake");
}

/* Read the answer to a handshake, byte by byte at its end, so that no frame is read with it. */
static void read_answer(int fd) {
    char head[4096];
    size_t have = 0;
    while (have < 4 || memcmp(head + have - 4, "\r\n\r\n", 4)) {
        if (have == sizeof head || read(fd, head + have, 1) != 1) die("no answer to the handshake");
        have++;
    }
    if (memcmp(head, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "%.*s\n", (int)have, head);
        exit(1);
    }
}

static void open_all(int count, int stalled, const char *path) {
    clients = calloc((size_t)count, sizeof *clients);
    for (int i = 0; i < count; i++) {
        int port = ports[i % port_count];
        clients[i].fd = dial(port, i >= count - stalled);
        ask(clients[i].fd, port, path);
        read_answer(clients[i].fd);
        fcntl(clients[i].fd, F_SETFL, O_NONBLOCK);
    }
}

static int watch(int count) {
    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }
    return poll;
}

static void speak(Client *client) {
    client->sent = now();
    if (write(client->fd, message, message_size) != (ssize_t)message_size) die("write");
}

/* Hand over so many bytes, as far as the system takes them; return how many that were. */
static size_t hand_over(Client *client, const char *data, size_t size) {
    ssize_t taken = write(client->fd, data, size);
    if (taken < 0 && errno != EAGAIN) die("write");
    return taken < 0 ? 0 : (size_t)taken;
}

/* Speak, unless the server has not even read what was said long ago. */
static void speak_if_read(Client *client) {
    static char rest[sizeof message];
    static size_t rest_size;
    size_t taken = rest_size ? hand_over(client, rest, rest_size) : 0;
    rest_size -= taken;
    memmove(rest, rest + taken, rest_size);
    if (rest_size) return;
    taken = hand_over(client, message, message_size);
    if (taken == 0) return;
    rest_size = message_size - taken;
    memcpy(rest, message + taken, rest_size);
}

/* Take what has come; return how many whole answers that ends. */
static int hear(Client *client, int stamped) {
    static char data[65536];
    ssize_t size = read(client->fd, data, sizeof data);
    if (size == 0) { fprintf(stderr, "the server closed a connection\n"); exit(1); }
    if (size < 0) { if (errno == EAGAIN) return 0; die("read"); }
    int whole = 0;
    for (size_t at = 0; at < (size_t)size;) {
        size_t part = answer_size - client->have;
        if (part > (size_t)size - at) part = (size_t)size - at;
        if (stamped) memcpy(client->frame + client->have, data + at, part);
        client->have += part;
        at += part;
        if (client->have == answer_size) {
            client->have = 0;
            whole++;
            if (stamped) {
                client->frame[answer_size] = 0;
                size_t head = answer_size < 128 ? 2 : 4;
                client->frame[head + 16] = 0;
                sample(now() - atoll(client->frame + head));
            }
        }
    }
    return whole;
}

static void echo(int count, double seconds) {
    struct epoll_event events[256];
    int poll = watch(count);
    int64_t warm = now() + WARM_UP, end = warm + (int64_t)(seconds * 1e6);
    double done = 0, all = 0;
    for (int i = 0; i < count; i++) speak(&clients[i]);
    for (int64_t time = 0; time < end;) {
        int ready = epoll_wait(poll, events, 256, 100);
        time = now();
        for (int i = 0; i < ready; i++) {
            Client *client = events[i].data.ptr;
            if (hear(client, 0)) {
                all++;
                if (time > warm) { done++; sample(now() - client->sent); }
                speak(client);
            }
        }
    }
    report("messages", done, seconds, all);
}

static void broadcast(int count, double seconds) {
    struct epoll_event events[256];
    int poll = watch(count);
    int64_t warm = now() + WARM_UP, end = warm + (int64_t)(seconds * 1e6);
    int64_t sent = 0, heard = 0;
    double done = 0;
    for (int64_t time = 0; time < end;) {
        while (sent * count - heard < (int64_t)IN_FLIGHT * count) { speak(&clients[0]); sent++; }
        int ready = epoll_wait(poll, events, 256, 100);
        time = now();
        for (int i = 0; i < ready; i++) {
            int whole = hear(events[i].data.ptr, 0);
            heard += whole;
            if (time > warm) done += whole;
        }
    }
    report("deliveries", done, seconds, (double)heard);
}

static void ticks(int count, int stalled, size_t size, double seconds, double rate) {
    struct epoll_event events[256];
    int poll = watch(count - stalled);
    int64_t next = now(), end = next + (int64_t)(seconds * 1e6);
    int64_t every = (int64_t)(1e6 / rate);
    double done = 0, offered = 0;
    for (int64_t time = next; time < end + 1000000; time = now()) {
        if (time >= next && time < end) {
            make_message(size, now());
            speak_if_read(&clients[0]);
            offered += count - stalled;
            next += every;
        }
        int64_t wait = time < end ? (next - now()) / 1000 : 100;
        int ready = epoll_wait(poll, events, 256, wait < 0 ? 0 : (int)wait);
        for (int i = 0; i < ready; i++) done += hear(events[i].data.ptr, 1);
    }
    report("deliveries", done, seconds, offered);
}

static void connect_all(int count, const char *path) {
    int fds[AT_ONCE];
    int port = ports[0];
    int64_t began = now();
    begin(count);
    for (int done = 0; done < count; done += AT_ONCE) {
        for (int i = 0; i < AT_ONCE; i++) { fds[i] = dial(port, 0); ask(fds[i], port, path); }
        for (int i = 0; i < AT_ONCE; i++) read_answer(fds[i]);
        for (int i = 0; i < AT_ONCE; i++) close(fds[i]);
    }
    report("handshakes", count, (double)(now() - began) / 1e6, count);
}

static void hold(int count, double seconds) {
    struct epoll_event events[256];
    int poll = watch(count);
    char data[256], pong[6] = {(char)0x8a, (char)0x80, 0, 0, 0, 0};
    double pings = 0;
    for (int64_t end = now() + (int64_t)(seconds * 1e6); now() < end;) {
        int ready = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            int fd = ((Client *)events[i].data.ptr)->fd;
            if (read(fd, data, sizeof data) <= 0) { fprintf(stderr, "a connection was lost\n"); exit(1); }
            if ((data[0] & 0x0f) == 9) { pings++; if (write(fd, pong, 6) != 6) die("pong"); }
        }
    }
    report("pings", pings, seconds, pings);
}

int main(int argc, char **argv) {
    if (argc < 7) { fprintf(stderr, "usage: load MODE PORT PATH CONNECTIONS SIZE SECONDS [RATE STALLED]\n"); return 2; }
    const char *mode = argv[1], *path = argv[3];
    int count = atoi(argv[4]);
    read_ports(argv[2]);
    size_t size = (size_t)atoi(argv[5]);
    double seconds = atof(argv[6]), rate = argc > 7 ? atof(argv[7]) : 8;
    int stalled = argc > 8 ? atoi(argv[8]) : 0;
    if (count > MOST || size > 1000) { fprintf(stderr, "too many, or too large\n"); return 2; }
    samples = calloc(SAMPLES, sizeof *samples);
    make_message(size, 0);
    if (!strcmp(mode, "connect")) { connect_all(count, path); return 0; }
    open_all(count, stalled, path);
    begin(count);
    if (!strcmp(mode, "echo")) echo(count, seconds);
    else if (!strcmp(mode, "broadcast")) broadcast(count, seconds);
    else if (!strcmp(mode, "ticks")) ticks(count, stalled, size, seconds, rate);
    else hold(count, seconds);
    return 0;
}
