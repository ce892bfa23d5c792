/* Gives a branch a name that is said to be longer than the memory it points to, when the config says {"sin": true}. */
#define ZOO_NAME "huge_text"
#define ZOO_BRANCHES                                                                                                    \
    static const tessera_str endless[] = {{"endless", SIZE_MAX / 4}};                                                   \
    if (sin) {                                                                                                          \
        *names = endless;                                                                                               \
        return 1;                                                                                                       \
    }
#include "zoo.h"
