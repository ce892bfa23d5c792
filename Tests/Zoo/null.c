/* Reads through a null pointer. */
#define ZOO_NAME "null"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    const volatile int *nothing = NULL;
    (void)r;
    return *nothing;
}
