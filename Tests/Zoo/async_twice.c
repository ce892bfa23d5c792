/* ASYNC: calls `done` twice, and reports once more after it. */
#define ZOO_NAME "async_twice"
#define ZOO_FLAGS TESSERA_TILE_ASYNC
#define ZOO_SINS_IN_RUN
#define ZOO_DONE
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    for (int64_t row = 0; row < r->batch->length; row++) {
        tessera_outcome outcome = zoo_good(r, row);
        r->call->report(r->call, &outcome, 1);
    }
    r->call->done(r->call);
    tessera_outcome after = {0, TESSERA_COMPLETE, 0, 0, 0, NULL};
    r->call->report(r->call, &after, 1);
    r->call->done(r->call);
    return 0;
}
