/* A shared object that is no plugin: it has no entry. */
#define ZOO_NAME "symbol"
#define ZOO_ENTRY somebody_elses_library
#include "zoo.h"
