/* Reports rows and branches that don't exist, kinds that nobody knows and waits in the past, among good ones. */
#define ZOO_NAME "range"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    tessera_outcome wrong[] = {
        {(uint32_t)r->batch->length, TESSERA_ADVANCE, 0, 0, 0, NULL},
        {UINT32_MAX, TESSERA_COMPLETE, 0, 0, 0, NULL},
        {0, TESSERA_ADVANCE, 0, 77, 0, NULL},
        {0, 99, 0, 0, 0, NULL},
        {0, TESSERA_WAIT, 0, 0, r->call->now_us - 1, NULL},
    };
    r->call->report(r->call, wrong, sizeof wrong / sizeof *wrong);
    r->call->report(r->call, NULL, 12);
    return 0;
}
