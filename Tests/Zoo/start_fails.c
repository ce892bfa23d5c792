/* Refuses to start, and says nothing. */
#define ZOO_NAME "start_fails"
#define ZOO_START return 5
#include "zoo.h"
