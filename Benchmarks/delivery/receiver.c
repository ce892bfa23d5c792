/* A receiver for benchmarks: HTTP/1.1 on 127.0.0.1, keep-alive, 200 with an empty body to every request, one thread on epoll.
 * usage: receiver [mute]; prints its port, and once standard input ends "REQUESTS BYTES". With mute it never answers. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (1 << 20)
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

typedef struct peer {
    int fd;
    size_t used;      /* bytes in `buffer` */
    size_t body_left; /* of the request whose header was read */
    char buffer[BUFFER];
} peer;

static unsigned long long requests, bytes;

/* Takes as many requests as are whole; returns how many, -1 for what is no request. */
static int take(peer *p) {
    int count = 0;
    size_t start = 0;
    for (;;) {
        size_t left = p->used - start;
        if (p->body_left > 0) {
            size_t part = left < p->body_left ? left : p->body_left;
            start += part;
            p->body_left -= part;
            if (p->body_left > 0) break;
            count++;
            continue;
        }
        char *end = left >= 4 ? memmem(p->buffer + start, left, "\r\n\r\n", 4) : NULL;
        if (end == NULL) {
            if (left == BUFFER) return -1;
            break;
        }
        char *at = memmem(p->buffer + start, (size_t)(end + 2 - p->buffer) - start, "Content-Length: ", 16);
        p->body_left = at ? strtoul(at + 16, NULL, 10) : 0;
        start = (size_t)(end + 4 - p->buffer);
        if (p->body_left == 0) count++;
    }
    memmove(p->buffer, p->buffer + start, p->used - start);
    p->used -= start;
    return count;
}

int main(int argc, char **argv) {
    const int is_mute = argc > 1 && strcmp(argv[1], "mute") == 0;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096) ||
        getsockname(listener, (struct sockaddr *)&address, &length))
        return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    peer input = {.fd = 0};
    event.data.ptr = &input;
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            peer *p = events[i].data.ptr;
            if (p == NULL) {
                int fd;
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    int one = 1;
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    peer *made = malloc(sizeof *made);
                    if (made == NULL) return 1;
                    made->fd = fd, made->used = 0, made->body_left = 0;
                    event.data.ptr = made;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
                }
                continue;
            }
            if (p->fd == 0) {
                printf("%llu %llu\n", requests, bytes);
                return 0;
            }
            ssize_t got = read(p->fd, p->buffer + p->used, BUFFER - p->used);
            if (got < 0 && errno == EAGAIN) continue;
            int whole = -1;
            if (got > 0) {
                bytes += (unsigned long long)got;
                p->used += (size_t)got;
                whole = take(p);
            }
            if (whole < 0) {
                close(p->fd);
                free(p);
                continue;
            }
            requests += (unsigned long long)whole;
            for (; whole > 0 && !is_mute; whole--)
                if (write(p->fd, answer, sizeof answer - 1) < 0) break;
        }
    }
}
