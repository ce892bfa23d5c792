/* Stops its own process: it lives, and never answers. */
#define ZOO_NAME "stop"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <signal.h>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    return raise(SIGSTOP);
}
