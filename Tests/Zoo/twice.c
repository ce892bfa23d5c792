/* Reports each row once well and once more with another outcome: the first report wins. */
#define ZOO_NAME "twice"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    for (int64_t row = 0; row < r->batch->length; row++) {
        tessera_outcome outcome = zoo_good(r, row);
        r->call->report(r->call, &outcome, 1);
        outcome.kind = TESSERA_COMPLETE;
        outcome.branch = 0;
        r->call->report(r->call, &outcome, 1);
    }
    return 0;
}
