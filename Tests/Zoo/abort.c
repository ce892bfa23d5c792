/* Calls abort, as a failed assertion does. */
#define ZOO_NAME "abort"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    abort();
}
