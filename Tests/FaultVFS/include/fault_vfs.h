// A SQLite VFS for tests over the system's own: databases below one directory lie on a disk that can lose its power or fail.
//
// Every write, truncation and sync of a database or its log below the directory counts as an operation. What was written
// since a file's last sync is remembered, so that a power cut can take it back. Nothing is really synced: tests that cut the
// power a thousand times need not wear out a disk.
#pragma once
#include <stdint.h>

enum {
    FAULT_NONE = 0,
    FAULT_POWER = 1, // the operation does not happen, and no other one after it
    FAULT_ERROR = 2, // SQLITE_IOERR_WRITE, _TRUNCATE or _FSYNC, once
    FAULT_FULL = 3,  // SQLITE_FULL once; a sync fails with an error
    FAULT_READ_ONLY = 4, // SQLITE_IOERR_WRITE, _TRUNCATE or _FSYNC; meanwhile files are opened for reading only, and none is made
    FAULT_STAYS = 16, // added: every operation from there on, until `fault_heal`
};

// Makes this VFS the default one for what lies below `directory`, for the rest of the process. Once.
// Returns an SQLite result code.
int fault_install(const char *directory);

// Arms a fault at the `at`th operation (from 1) on files whose path contains `part`. The count begins anew.
void fault_arm(const char *part, int64_t at, int kind);

// Operations since `fault_arm` on the files that it names.
int64_t fault_operations(void);

// Whether the fault has come to pass.
int fault_has_struck(void);

// Ends the fault: everything works from here on.
void fault_heal(void);

// After a power cut, with all connections closed: gives the files back what they had when they were last synced, and of
// what was written later a part chosen by `seed` (0: nothing). Files that were never synced are gone. Returns the number of
// writes lost; -1 when the files could not be put back.
int64_t fault_cut(uint64_t seed);
