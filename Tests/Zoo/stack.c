/* Recurses until the stack is used up. */
#define ZOO_NAME "stack"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int deeper(volatile char *above, int depth) {
    volatile char here[4096];
    here[0] = above[0];
    return depth < 0 ? here[0] : deeper(here, depth + 1) + here[0]; /* used after the call, so that it is no loop */
}

static int32_t zoo_sin(const zoo_run *r) {
    volatile char first[1] = {1};
    (void)r;
    return deeper(first, 1);
}
