/* Speaks another major version of the ABI: it exports tessera_plugin_v2 only. */
#define ZOO_NAME "major"
#define ZOO_ENTRY tessera_plugin_v2
#include "zoo.h"
