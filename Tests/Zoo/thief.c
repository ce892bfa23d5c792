/* Reads the gateway's files, if it may: the key of the secrets beside the store that it was loaded from. A success is an
 * abort, so that it shows. Then it goes on with its work. */
#define ZOO_NAME "thief"
#define ZOO_SINS_IN_RUN
#define ZOO_GOES_ON 1
#include "zoo.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int32_t zoo_sin(const zoo_run *r) {
    static const char *const files[] = {"secret.key", "control.db"};
    Dl_info self;
    (void)r;
    if (dladdr((void *)(uintptr_t)&zoo_plugin, &self) == 0) return 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s", self.dli_fname);
        for (int up = 0; up < 2; up++) *strrchr(path, '/') = 0;
        snprintf(path + strlen(path), sizeof path - strlen(path), "/%s", files[i]);
        if (fopen(path, "r") != NULL || fopen(path, "w") != NULL) abort();
        if (truncate(path, 0) == 0 || chmod(path, 0666) == 0) abort();
    }
    return 0;
}
