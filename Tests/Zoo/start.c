/* Crashes in `start`. */
#define ZOO_NAME "start"
#define ZOO_START abort()
#include "zoo.h"
