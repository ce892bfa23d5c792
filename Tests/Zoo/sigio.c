/* Has the kernel signal the gateway on its behalf: makes it the owner of a socket whose input sends SIGKILL. Then it goes on
 * with its work. */
#define ZOO_NAME "sigio"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    int ends[2], owner = getppid();
    (void)r;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
    fcntl(ends[0], F_SETSIG, SIGKILL);
    fcntl(ends[0], F_SETOWN, owner);
    ioctl(ends[0], 0x8901 /* FIOSETOWN */, &owner);
    ioctl(ends[0], 0x8902 /* SIOCSPGRP */, &owner);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    return write(ends[1], "x", 1) == 1 ? 0 : 0;
}
