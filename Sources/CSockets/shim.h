// Sockets, epoll and eventfd for the HTTP server: what Swift's Glibc module lacks or shows with awkward types.
#pragma once
// No _GNU_SOURCE here: with it fd_set differs from the one in Swift's Glibc module. accept4 is declared by hand.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int accept4(int listener, struct sockaddr *peer, socklen_t *length, int flags);

static inline int tessera_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// operation: EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL. The token comes back with each event.
static inline int tessera_epoll_change(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline uint64_t tessera_epoll_token(const struct epoll_event *events, int index) {
    return events[index].data.u64;
}
static inline uint32_t tessera_epoll_events(const struct epoll_event *events, int index) {
    return events[index].events;
}

enum { TESSERA_EPOLL_IN = EPOLLIN, TESSERA_EPOLL_OUT = EPOLLOUT, TESSERA_EPOLL_BROKEN = EPOLLERR | EPOLLHUP };

static inline int tessera_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int tessera_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static inline int tessera_accept(int listener, struct sockaddr_storage *peer, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)peer, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static inline int tessera_set_option(int descriptor, int level, int option, int value) {
    return setsockopt(descriptor, level, option, &value, sizeof value);
}

// One write of several pieces; never raises SIGPIPE.
static inline ssize_t tessera_send_pieces(int descriptor, struct iovec *pieces, int count) {
    struct msghdr message = {0};
    message.msg_iov = pieces;
    message.msg_iovlen = (size_t)count;
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}
