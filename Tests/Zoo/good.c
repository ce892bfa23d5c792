/* No sin: the tile that all others of the zoo are but for theirs. Half of its file is the truncated one. */
#define ZOO_NAME "good"
#include "zoo.h"
