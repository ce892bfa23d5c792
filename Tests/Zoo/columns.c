/* Crashes in `columns` of a config that says {"sin": true}. */
#define ZOO_NAME "columns"
#define ZOO_COLUMNS if (sin) abort()
#include "zoo.h"
