/* Crashes as soon as it is mapped, before its entry function is known. */
#define ZOO_NAME "constructor"
#include "zoo.h"

__attribute__((constructor)) static void crash(void) { abort(); }
