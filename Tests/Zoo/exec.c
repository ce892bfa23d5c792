/* Becomes a shell. When that is refused it goes on with its work. */
#define ZOO_NAME "exec"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    return execl("/bin/sh", "sh", "-c", "sleep 600", (char *)NULL);
}
