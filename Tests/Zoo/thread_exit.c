/* Ends the process from a thread of its own while `run` waits. */
#define ZOO_NAME "thread_exit"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <pthread.h>
#include <unistd.h>

static void *leave(void *unused) {
    (void)unused;
    _exit(0);
}

static int32_t zoo_sin(const zoo_run *r) {
    pthread_t thread;
    (void)r;
    if (pthread_create(&thread, NULL, leave, NULL) == 0) pthread_join(thread, NULL);
    return 1;
}
