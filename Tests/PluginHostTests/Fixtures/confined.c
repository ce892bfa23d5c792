/* Starts only where it is confined: OUTSIDE can be read, SECRET can't, and no rules for files are left open to be changed. */
#define ZOO_NAME NAME
#define ZOO_START                                                                                                       \
    if (!is_confined()) return 9
static int is_confined(void);
#include "../../Zoo/zoo.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_confined(void) {
    /* Of a kind that does not exist: refused as such by rules, as no rules by anything else. */
    for (int descriptor = 3; descriptor < 32; descriptor++)
        if (syscall(445 /* landlock_add_rule */, descriptor, 0, NULL, 0) == -1 && errno == EINVAL) return 0;
    return access(OUTSIDE, R_OK) == 0 && fopen(OUTSIDE, "r") != NULL && fopen(SECRET, "r") == NULL;
}
