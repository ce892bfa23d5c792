/* Lets a C++ exception out of `run`. */
#define ZOO_NAME "exception"
#define ZOO_SINS_IN_RUN
#include "zoo.h"

#include <stdexcept>

static int32_t zoo_sin(const zoo_run *r) {
    (void)r;
    throw std::runtime_error("out of the plugin");
}
