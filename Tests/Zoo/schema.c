/* Its config schema is no JSON. */
#define ZOO_NAME "schema"
#define ZOO_SCHEMA "{\"type\":\"object\",\"properties\":"
#include "zoo.h"
