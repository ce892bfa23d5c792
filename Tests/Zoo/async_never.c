/* ASYNC, and never calls `done`. */
#define ZOO_NAME "async_never"
#define ZOO_FLAGS TESSERA_TILE_ASYNC
#define ZOO_SINS_IN_RUN
#define ZOO_DONE
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    return 0;
}
