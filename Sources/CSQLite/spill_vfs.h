// A file system for one connection: the default one, but that what is written into temporary files (of sorts, of queries that are read
// into tables first) is counted, and a statement ends with SQLITE_FULL at a limit. SQLite itself has none: a sort without an
// end writes gigabytes within seconds.
//
//   tessera_spill_make()         registered under its name, for sqlite3_open_v2; 0 when out of memory
// It is never freed: a connection that is closed may live on in a statement (sqlite3_close_v2). Use it for another one.
#pragma once
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

typedef struct tessera_spill {
    sqlite3_vfs vfs;
    sqlite3_vfs *parent;
    int64_t left;        // bytes that may be written still; negative: any
    int32_t is_exceeded; // a write was refused since the caller last set it to 0
    char name[40];
} tessera_spill;

typedef struct tessera_spill_file {
    sqlite3_file base;
    tessera_spill *spill;
    sqlite3_file file[]; // the parent's, of its own size
} tessera_spill_file;

static inline sqlite3_file *tessera_spilled(sqlite3_file *file) { return ((tessera_spill_file *)file)->file; }

static inline int tessera_spill_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    tessera_spill *spill = ((tessera_spill_file *)file)->spill;
    if (spill->left >= 0) {
        if (spill->left < count) {
            spill->is_exceeded = 1;
            return SQLITE_FULL;
        }
        spill->left -= count;
    }
    file = tessera_spilled(file);
    return file->pMethods->xWrite(file, bytes, count, offset);
}
static inline int tessera_spill_close(sqlite3_file *file) { return tessera_spilled(file)->pMethods->xClose(tessera_spilled(file)); }
static inline int tessera_spill_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return tessera_spilled(file)->pMethods->xRead(tessera_spilled(file), bytes, count, offset);
}
static inline int tessera_spill_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return tessera_spilled(file)->pMethods->xTruncate(tessera_spilled(file), size);
}
static inline int tessera_spill_sync(sqlite3_file *file, int flags) { return tessera_spilled(file)->pMethods->xSync(tessera_spilled(file), flags); }
static inline int tessera_spill_size(sqlite3_file *file, sqlite3_int64 *size) {
    return tessera_spilled(file)->pMethods->xFileSize(tessera_spilled(file), size);
}
static inline int tessera_spill_lock(sqlite3_file *file, int lock) { return tessera_spilled(file)->pMethods->xLock(tessera_spilled(file), lock); }
static inline int tessera_spill_unlock(sqlite3_file *file, int lock) { return tessera_spilled(file)->pMethods->xUnlock(tessera_spilled(file), lock); }
static inline int tessera_spill_reserved(sqlite3_file *file, int *is_reserved) {
    return tessera_spilled(file)->pMethods->xCheckReservedLock(tessera_spilled(file), is_reserved);
}
static inline int tessera_spill_control(sqlite3_file *file, int op, void *argument) {
    return tessera_spilled(file)->pMethods->xFileControl(tessera_spilled(file), op, argument);
}
static inline int tessera_spill_sector(sqlite3_file *file) { return tessera_spilled(file)->pMethods->xSectorSize(tessera_spilled(file)); }
static inline int tessera_spill_device(sqlite3_file *file) {
    return tessera_spilled(file)->pMethods->xDeviceCharacteristics(tessera_spilled(file));
}

static inline int tessera_spill_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened) {
    // Version 1: neither shared memory nor mapping, which temporary files have no use for.
    static const sqlite3_io_methods methods = {
        1,
        tessera_spill_close,
        tessera_spill_read,
        tessera_spill_write,
        tessera_spill_truncate,
        tessera_spill_sync,
        tessera_spill_size,
        tessera_spill_lock,
        tessera_spill_unlock,
        tessera_spill_reserved,
        tessera_spill_control,
        tessera_spill_sector,
        tessera_spill_device,
        0,
        0,
        0,
        0,
        0,
        0,
    };
    tessera_spill *spill = vfs->pAppData;
    sqlite3_vfs *parent = spill->parent;
    if (!(flags & SQLITE_OPEN_DELETEONCLOSE)) return parent->xOpen(parent, path, file, flags, opened);
    tessera_spill_file *counted = (tessera_spill_file *)file;
    file->pMethods = 0;
    counted->spill = spill;
    int status = parent->xOpen(parent, path, counted->file, flags, opened);
    if (counted->file->pMethods) file->pMethods = &methods;
    return status;
}
static inline int tessera_spill_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    sqlite3_vfs *parent = ((tessera_spill *)vfs->pAppData)->parent;
    return parent->xDelete(parent, path, sync);
}
static inline int tessera_spill_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    sqlite3_vfs *parent = ((tessera_spill *)vfs->pAppData)->parent;
    return parent->xAccess(parent, path, flags, result);
}
static inline int tessera_spill_path(sqlite3_vfs *vfs, const char *path, int count, char *result) {
    sqlite3_vfs *parent = ((tessera_spill *)vfs->pAppData)->parent;
    return parent->xFullPathname(parent, path, count, result);
}

static inline tessera_spill *tessera_spill_make(void) {
    sqlite3_vfs *parent = sqlite3_vfs_find(0);
    tessera_spill *spill = parent ? sqlite3_malloc64(sizeof *spill) : 0;
    if (!spill) return 0;
    // What is not replaced (random bytes, sleep, time, libraries) does not look at which file system it is called for.
    spill->vfs = *parent;
    spill->parent = parent;
    spill->left = -1;
    spill->is_exceeded = 0;
    snprintf(spill->name, sizeof spill->name, "tessera-spill-%p", (void *)spill);
    spill->vfs.zName = spill->name;
    spill->vfs.pNext = 0;
    spill->vfs.pAppData = spill;
    spill->vfs.szOsFile = (int)sizeof(tessera_spill_file) + parent->szOsFile;
    spill->vfs.xOpen = tessera_spill_open;
    spill->vfs.xDelete = tessera_spill_delete;
    spill->vfs.xAccess = tessera_spill_access;
    spill->vfs.xFullPathname = tessera_spill_path;
    if (sqlite3_vfs_register(&spill->vfs, 0) == SQLITE_OK) return spill;
    sqlite3_free(spill);
    return 0;
}
