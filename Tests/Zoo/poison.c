/* Crashes over one member only: the row whose key starts with "poison". The rows before it are reported already. */
#define ZOO_NAME "poison"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    for (int64_t row = 0; row < r->batch->length; row++) {
        tessera_outcome outcome = zoo_good(r, row);
        if (zoo_is_poison(tessera_text(r->batch, tessera_column(r->schema, TESSERA_COLUMN_MEMBER), row))) abort();
        r->call->report(r->call, &outcome, 1);
    }
    return 0;
}
