/* Lies about the size of its own table. */
#define ZOO_NAME "sizes"
#define ZOO_PLUGIN_SIZE 16
#include "zoo.h"
