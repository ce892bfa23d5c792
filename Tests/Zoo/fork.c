/* Forks a process that stays behind for good, then crashes itself: who ends the orphan? */
#define ZOO_NAME "fork"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    if (fork() == 0)
        for (;;) pause();
    abort();
}
