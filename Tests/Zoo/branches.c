/* Crashes in `branches` of a config that says {"sin": true}. */
#define ZOO_NAME "branches"
#define ZOO_BRANCHES if (sin) abort()
#include "zoo.h"
