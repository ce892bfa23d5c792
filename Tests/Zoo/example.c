/* Refuses the example that its own schema gives. */
#define ZOO_NAME "example"
#define ZOO_OPEN                                                                                                        \
    if (sin) {                                                                                                          \
        call->problem(call, tessera_literal("/sin"), tessera_literal("this tile does not sin: remove the field"));      \
        return 1;                                                                                                       \
    }
#define ZOO_SCHEMA                                                                                                      \
    "{\"type\":\"object\",\"properties\":{\"sin\":{\"type\":\"boolean\"}},\"examples\":[{\"sin\":true}]}"
#include "zoo.h"
