/* Writes into the batch that it was lent, and beyond its end; then it goes on with its work. */
#define ZOO_NAME "scribble"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    for (int64_t row = 0; row < r->batch->length; row++) {
        tessera_outcome outcome = zoo_good(r, row);
        r->call->report(r->call, &outcome, 1);
    }
    int member = tessera_column(r->schema, TESSERA_COLUMN_MEMBER);
    int32_t *offsets = (int32_t *)(uintptr_t)r->batch->children[member]->buffers[1];
    for (int64_t row = 0; row <= r->batch->length; row++) offsets[row] = INT32_MAX;
    char *text = (char *)(uintptr_t)r->batch->children[member]->buffers[2];
    if (text != NULL) memset(text, 'x', 64);
    return 0;
}
