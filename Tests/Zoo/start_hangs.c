/* Never comes back from `start`. */
#define ZOO_NAME "start_hangs"
#define ZOO_START for (;;) pause()
#include <unistd.h>
#include "zoo.h"
