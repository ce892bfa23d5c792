/* Attaches to the gateway as a debugger and writes into its memory; then it goes on with its work. */
#define ZOO_NAME "ptrace"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    static char garbage[4096];
    struct iovec mine = {garbage, sizeof garbage};
    struct iovec theirs = {(void *)(uintptr_t)r->call, sizeof garbage}; /* where ours is, theirs may be */
    ssize_t written = process_vm_writev(getppid(), &mine, 1, &theirs, 1, 0);
    long attached = ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
    return written > 0 || attached == 0;
}
