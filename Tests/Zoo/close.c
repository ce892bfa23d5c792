/* Crashes in `close` of an instance whose config says {"sin": true}. */
#define ZOO_NAME "close"
#define ZOO_CLOSE if (sin) abort()
#include "zoo.h"
