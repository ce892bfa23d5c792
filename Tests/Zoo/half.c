/* Writes the beginning of a message to every descriptor in `open`, and never comes back. */
#define ZOO_NAME "half"
#define ZOO_OPEN if (sin) zoo_half()
static void zoo_half(void);
#include "zoo.h"

#include <sys/socket.h>
#include <unistd.h>

static void zoo_half(void) {
    static const unsigned char beginning[] = {0x54, 0x46, 0x31, 0x54};
    for (int descriptor = 3; descriptor < 64; descriptor++) send(descriptor, beginning, sizeof beginning, MSG_DONTWAIT | MSG_NOSIGNAL);
    for (;;) pause();
}
