/* Takes memory, and uses it, until there is none; then uses what it did not get. */
#define ZOO_NAME "leak"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    for (;;) {
        volatile char *piece = malloc(1 << 20);
        for (size_t i = 0; i < 1 << 20; i += 4096) piece[i] = 1;
    }
    return 0;
}
