/* Crashes in `open` of a config that says {"sin": true}. */
#define ZOO_NAME "open"
#define ZOO_OPEN if (sin) abort()
#include "zoo.h"
