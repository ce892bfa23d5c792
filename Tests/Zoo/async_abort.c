/* ASYNC: works in a thread of its own after `run` has returned, and crashes there over a poisoned member. */
#define ZOO_NAME "async_abort"
#define ZOO_FLAGS (TESSERA_TILE_ASYNC | TESSERA_TILE_CONCURRENT)
#define ZOO_SINS_IN_RUN
#define ZOO_SINS_ALWAYS 1
#include "zoo.h"

#include <pthread.h>

typedef struct job {
    const tessera_call *call;
    uint32_t count;
    int poison;
    uint16_t branches[];
} job;

static void *work(void *argument) {
    job *work = argument;
    if (work->poison) abort();
    for (uint32_t row = 0; row < work->count; row++) {
        tessera_outcome outcome = {row, TESSERA_ADVANCE, 0, work->branches[row], 0, NULL};
        work->call->report(work->call, &outcome, 1);
    }
    work->call->done(work->call);
    free(work);
    return NULL;
}

static int32_t zoo_sin(const zoo_run *r) {
    job *made = malloc(sizeof *made + (size_t)r->batch->length * sizeof *made->branches);
    pthread_t thread;
    if (made == NULL) return 1;
    made->call = r->call;
    made->count = (uint32_t)r->batch->length;
    made->poison = zoo_has_poison(r);
    for (uint32_t row = 0; row < made->count; row++) made->branches[row] = zoo_good(r, row).branch;
    if (pthread_create(&thread, NULL, work, made) != 0) return 1;
    pthread_detach(thread);
    return 0;
}
