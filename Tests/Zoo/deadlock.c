/* Waits for a lock that it holds itself: no CPU time is used, nothing ever happens. */
#define ZOO_NAME "deadlock"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <pthread.h>

static int32_t zoo_sin(const zoo_run *r) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)r;
    pthread_mutex_lock(&lock);
    pthread_mutex_lock(&lock);
    return 0;
}
