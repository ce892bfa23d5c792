/* Loops without end and burns a core. */
#define ZOO_NAME "loop"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    volatile uint64_t turns = 0;
    (void)r;
    for (;;) turns++;
    return 0;
}
