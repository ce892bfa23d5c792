/* Says that all went well and reports no row at all. */
#define ZOO_NAME "never"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    return 0;
}
