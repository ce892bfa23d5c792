// Files that a process can't reach any more, whoever it runs as: man 7 landlock. Absent from old kernels.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TESSERA_FILE_READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define TESSERA_FILE_ALL (TESSERA_FILE_READING | LANDLOCK_ACCESS_FS_WRITE_FILE)
// All rights of Landlock's first version.
#define TESSERA_TREE_ALL (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)

// Rules that allow nothing yet. A descriptor, or -1 with errno: ENOSYS or EOPNOTSUPP where there is no Landlock.
static inline int tessera_file_rules(void) {
    struct landlock_ruleset_attr rules;
    memset(&rules, 0, sizeof rules);
    rules.handled_access_fs = TESSERA_TREE_ALL;
    return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
}

// Allows what lies at or below a path that is no symbolic link: everything, or reading. Returns 0, or -1 with errno.
static inline int tessera_allow_files(int rules, const char *path, int only_reading) {
    int file = open(path, 010000000 /* O_PATH */ | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    int result = -1;
    if (file < 0) return -1;
    if (fstat(file, &status) == 0 && !S_ISLNK(status.st_mode)) {
        struct landlock_path_beneath_attr rule;
        memset(&rule, 0, sizeof rule);
        rule.parent_fd = file;
        if (S_ISDIR(status.st_mode))
            rule.allowed_access =
                only_reading ? TESSERA_FILE_READING | LANDLOCK_ACCESS_FS_READ_DIR : TESSERA_TREE_ALL;
        else
            rule.allowed_access = only_reading ? TESSERA_FILE_READING : TESSERA_FILE_ALL;
        result = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(file);
    return result;
}

// From now on this process, and all that it starts, reaches what the rules allow and nothing else. Needs no_new_privs.
static inline int tessera_keep_to_files(int rules) { return (int)syscall(SYS_landlock_restrict_self, rules, 0); }
