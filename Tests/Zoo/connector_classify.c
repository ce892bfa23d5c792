/* A connector that crashes in `classify` of the answer for a row whose key starts with "poison": it was sent already. */
#define ZOO_NAME "connector_classify"
#define ZOO_CLASSIFY abort()
#include "zoo_connector.h"
