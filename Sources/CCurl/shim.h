// libcurl, with the C variadics that Swift cannot import as plain functions. Only the sync plugin links it.
#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

// _GNU_SOURCE would change system structs that Swift's Glibc module has without it, so its one function stands here.
extern void *memmem(const void *text, size_t text_length, const void *part, size_t part_length);

static inline CURLcode tessera_curl_setopt_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode tessera_curl_setopt_off(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode tessera_curl_setopt_ptr(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode tessera_curl_setopt_str(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode tessera_curl_getinfo_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode tessera_curl_getinfo_off(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode tessera_curl_getinfo_ptr(CURL *h, CURLINFO i, void *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode tessera_curl_multi_setopt_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode tessera_curl_multi_setopt_ptr(CURLM *m, CURLMoption o, void *v) { return curl_multi_setopt(m, o, v); }

// Callbacks: Swift hands over C function pointers, which the variadic calls would take as anything.
static inline void tessera_curl_on_data(CURL *h, curl_write_callback header, curl_write_callback body, void *context) {
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, context);
}
static inline void tessera_curl_on_socket(CURL *h, curl_opensocket_callback open, void *opener,
                                          curl_closesocket_callback close, void *closer) {
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, opener);
    curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, close);
    curl_easy_setopt(h, CURLOPT_CLOSESOCKETDATA, closer);
}
static inline void tessera_curl_on_connected(CURL *h, curl_prereq_callback connected, void *context) {
    curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, connected);
    curl_easy_setopt(h, CURLOPT_PREREQDATA, context);
}
static inline void tessera_curl_multi_on_change(CURLM *m, curl_socket_callback socket, curl_multi_timer_callback timer,
                                                void *context) {
    curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, socket);
    curl_multi_setopt(m, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, timer);
    curl_multi_setopt(m, CURLMOPT_TIMERDATA, context);
}
static inline CURLcode tessera_curl_message_result(const CURLMsg *m) { return m->data.result; }
static inline const struct sockaddr *tessera_curl_address(const struct curl_sockaddr *a) { return &a->addr; }
static inline int tessera_curl_open(const struct curl_sockaddr *a) {
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

// epoll and eventfd: enums and unions that import awkwardly.
static inline int tessera_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int tessera_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline int tessera_epoll_set(int epoll, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events};
    event.data.fd = fd;
    return epoll_ctl(epoll, operation, fd, &event);
}
static inline int tessera_epoll_fd(const struct epoll_event *event) { return event->data.fd; }
static inline uint32_t tessera_epoll_events(const struct epoll_event *event) { return event->events; }
