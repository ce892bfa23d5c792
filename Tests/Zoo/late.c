/* Is not ASYNC, yet reports from a thread of its own after `run` has returned. */
#define ZOO_NAME "late"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <pthread.h>
#include <unistd.h>

static void *report_late(void *call) {
    tessera_outcome outcome = {0, TESSERA_COMPLETE, 0, 0, 0, NULL};
    usleep(100000);
    for (int i = 0; i < 100; i++) ((const tessera_call *)call)->report(call, &outcome, 1);
    ((const tessera_call *)call)->done(call);
    return NULL;
}

static int32_t zoo_sin(const zoo_run *r) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, report_late, (void *)(uintptr_t)r->call) == 0) pthread_detach(thread);
    return 0;
}
