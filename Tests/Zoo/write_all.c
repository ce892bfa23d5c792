/* Writes garbage to every file descriptor that is not its own: all of them. Then it goes on with its work. */
#define ZOO_NAME "write_all"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    static const char garbage[] = "\xff\xff\xff\x7fgarbage from a plugin of the zoo";
    (void)r;
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFL);
        if (flags < 0) continue;
        fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
        for (int i = 0; i < 4; i++)
            if (write(descriptor, garbage, sizeof garbage) < 0) break;
        if (ftruncate(descriptor, 0) == 0) continue; /* a sealed memfd refuses that */
    }
    return 0;
}
