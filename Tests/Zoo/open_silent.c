/* Refuses the config {"sin": true} without telling why. */
#define ZOO_NAME "open_silent"
#define ZOO_OPEN if (sin) return 9
#include "zoo.h"
