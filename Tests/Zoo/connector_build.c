/* A connector that crashes in `build` when a row's key starts with "poison". */
#define ZOO_NAME "connector_build"
#define ZOO_BUILD abort()
#include "zoo_connector.h"
