/* Closes every file descriptor, the host's too, and goes on with its work. */
#define ZOO_NAME "close_all"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    for (int descriptor = 0; descriptor < 1024; descriptor++) close(descriptor);
    return 0;
}
