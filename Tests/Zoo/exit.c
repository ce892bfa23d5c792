/* Ends the process in good order, with status 0. */
#define ZOO_NAME "exit"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    exit(0);
}
