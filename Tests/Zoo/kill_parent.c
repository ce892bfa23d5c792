/* Kills the gateway, its process group and all else it may; then it goes on with its work. */
#define ZOO_NAME "kill_parent"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <signal.h>
#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    /* Only ever the parent: outside of a cage, a kill of everything would end the machine's session. */
    return kill(getppid(), SIGKILL);
}
