/* Crashes in `retire`, always. */
#define ZOO_NAME "retire"
#define ZOO_RETIRE abort()
#include "zoo.h"
