/* Says that it has more branches than there is memory, when the config says {"sin": true}. */
#define ZOO_NAME "huge_list"
#define ZOO_BRANCHES                                                                                                    \
    if (sin) {                                                                                                          \
        *names = list;                                                                                                  \
        return SIZE_MAX / 2;                                                                                            \
    }
#include "zoo.h"
