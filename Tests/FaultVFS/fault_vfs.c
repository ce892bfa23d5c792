#define _GNU_SOURCE
#include "fault_vfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A change of a file since its last sync: what was there, and what was put in its place.
typedef struct change {
    sqlite3_int64 offset, size_before;
    int old_bytes, new_bytes; // of a truncation: the bytes cut off, and none
    int is_truncation;
    unsigned char *old, *new;
} change;

typedef struct tracked {
    struct tracked *next;
    char *path;
    int was_synced;
    int count, room;
    change *changes;
} tracked;

typedef struct {
    sqlite3_file base;
    tracked *file;
    sqlite3_file *real; // behind this struct
} fault_file;

static sqlite3_vfs *below;
static char *root;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static tracked *files;
static char armed_part[256];
static int64_t armed_at, operations;
static int armed_kind, is_dead, has_struck;

static tracked *find(const char *path) {
    for (tracked *file = files; file; file = file->next)
        if (!strcmp(file->path, path)) return file;
    tracked *file = calloc(1, sizeof *file);
    file->path = strdup(path);
    // What is there already was put there before.
    file->was_synced = access(path, F_OK) == 0;
    file->next = files;
    return files = file;
}

static void forget(tracked *file) {
    for (int i = 0; i < file->count; i++) free(file->changes[i].old), free(file->changes[i].new);
    file->count = 0;
}

// Whether the file lies on a disk that may only be read now.
static int is_read_only(const char *path) {
    return (armed_kind & ~FAULT_STAYS) == FAULT_READ_ONLY && operations + 1 >= armed_at && strstr(path, armed_part) != NULL;
}

// Counts an operation and says what is to become of it.
static int strike(tracked *file, int error) {
    if (is_dead) return error;
    if (armed_kind == FAULT_NONE || !strstr(file->path, armed_part)) return SQLITE_OK;
    operations++;
    int stays = armed_kind & FAULT_STAYS, kind = armed_kind & ~FAULT_STAYS;
    if (stays ? operations < armed_at : operations != armed_at) return SQLITE_OK;
    has_struck = 1;
    if (kind == FAULT_POWER) is_dead = 1;
    return kind == FAULT_FULL && error != SQLITE_IOERR_FSYNC ? SQLITE_FULL : error;
}

static change *note(fault_file *file) {
    tracked *of = file->file;
    if (of->count == of->room) {
        of->room = of->room ? 2 * of->room : 64;
        of->changes = realloc(of->changes, (size_t)of->room * sizeof(change));
    }
    change *new = &of->changes[of->count++];
    memset(new, 0, sizeof *new);
    file->real->pMethods->xFileSize(file->real, &new->size_before);
    return new;
}

// Bytes of the real file, as many as there are.
static void keep(fault_file *file, change *of, sqlite3_int64 offset, sqlite3_int64 bytes) {
    if (offset >= of->size_before) return;
    if (offset + bytes > of->size_before) bytes = of->size_before - offset;
    of->old = malloc((size_t)bytes);
    of->old_bytes = (int)bytes;
    file->real->pMethods->xRead(file->real, of->old, (int)bytes, offset);
}

static int file_write(sqlite3_file *base, const void *data, int bytes, sqlite3_int64 offset) {
    fault_file *file = (fault_file *)base;
    pthread_mutex_lock(&lock);
    int status = strike(file->file, SQLITE_IOERR_WRITE);
    if (status == SQLITE_OK) {
        change *new = note(file);
        new->offset = offset;
        keep(file, new, offset, bytes);
        new->new = malloc((size_t)bytes);
        new->new_bytes = bytes;
        memcpy(new->new, data, (size_t)bytes);
        status = file->real->pMethods->xWrite(file->real, data, bytes, offset);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size) {
    fault_file *file = (fault_file *)base;
    pthread_mutex_lock(&lock);
    int status = strike(file->file, SQLITE_IOERR_TRUNCATE);
    if (status == SQLITE_OK) {
        change *new = note(file);
        new->is_truncation = 1;
        new->offset = size;
        keep(file, new, size, new->size_before - size);
        status = file->real->pMethods->xTruncate(file->real, size);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

static int file_sync(sqlite3_file *base, int flags) {
    (void)flags;
    fault_file *file = (fault_file *)base;
    pthread_mutex_lock(&lock);
    int status = strike(file->file, SQLITE_IOERR_FSYNC);
    if (status == SQLITE_OK) {
        forget(file->file);
        file->file->was_synced = 1;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

#define REAL(base) ((fault_file *)(base))->real
static int file_close(sqlite3_file *base) { return REAL(base)->pMethods->xClose(REAL(base)); }
static int file_read(sqlite3_file *base, void *data, int bytes, sqlite3_int64 offset) {
    return REAL(base)->pMethods->xRead(REAL(base), data, bytes, offset);
}
static int file_size(sqlite3_file *base, sqlite3_int64 *size) { return REAL(base)->pMethods->xFileSize(REAL(base), size); }
static int file_lock(sqlite3_file *base, int level) { return REAL(base)->pMethods->xLock(REAL(base), level); }
static int file_unlock(sqlite3_file *base, int level) { return REAL(base)->pMethods->xUnlock(REAL(base), level); }
static int file_reserved(sqlite3_file *base, int *out) { return REAL(base)->pMethods->xCheckReservedLock(REAL(base), out); }
static int file_control(sqlite3_file *base, int op, void *argument) {
    // A file that grows by this would grow behind the VFS's back.
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return REAL(base)->pMethods->xFileControl(REAL(base), op, argument);
}
static int file_sector(sqlite3_file *base) { return REAL(base)->pMethods->xSectorSize(REAL(base)); }
static int file_device(sqlite3_file *base) { return REAL(base)->pMethods->xDeviceCharacteristics(REAL(base)); }
static int file_shm_map(sqlite3_file *base, int page, int bytes, int extend, void volatile **out) {
    return REAL(base)->pMethods->xShmMap(REAL(base), page, bytes, extend, out);
}
static int file_shm_lock(sqlite3_file *base, int offset, int n, int flags) {
    return REAL(base)->pMethods->xShmLock(REAL(base), offset, n, flags);
}
static void file_shm_barrier(sqlite3_file *base) { REAL(base)->pMethods->xShmBarrier(REAL(base)); }
static int file_shm_unmap(sqlite3_file *base, int delete) { return REAL(base)->pMethods->xShmUnmap(REAL(base), delete); }
static int file_fetch(sqlite3_file *base, sqlite3_int64 offset, int bytes, void **out) {
    return REAL(base)->pMethods->xFetch(REAL(base), offset, bytes, out);
}
static int file_unfetch(sqlite3_file *base, sqlite3_int64 offset, void *page) {
    return REAL(base)->pMethods->xUnfetch(REAL(base), offset, page);
}

static const sqlite3_io_methods methods = {
    3, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock, file_reserved,
    file_control, file_sector, file_device, file_shm_map, file_shm_lock, file_shm_barrier, file_shm_unmap, file_fetch,
    file_unfetch};

static int is_ours(const char *path) { return path && !strncmp(path, root, strlen(root)); }

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags) {
    (void)vfs;
    if (!is_ours(path)) return below->xOpen(below, path, base, flags, out_flags);
    fault_file *file = (fault_file *)base;
    memset(file, 0, sizeof *file);
    file->real = (sqlite3_file *)(file + 1);
    pthread_mutex_lock(&lock);
    int may_only_be_read = is_read_only(path);
    int refused = (is_dead || may_only_be_read) && (flags & SQLITE_OPEN_CREATE) && access(path, F_OK) != 0;
    // Who wanted to write has met it, without an operation.
    if (may_only_be_read && flags & SQLITE_OPEN_READWRITE) has_struck = 1;
    if (may_only_be_read) flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    if (!refused) file->file = find(path);
    pthread_mutex_unlock(&lock);
    int status = refused ? SQLITE_CANTOPEN : below->xOpen(below, path, file->real, flags, out_flags);
    // SQLite closes what has methods, also after an error.
    if (status == SQLITE_OK) file->base.pMethods = &methods;
    return status;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    if (!is_ours(path)) return below->xDelete(below, path, sync);
    pthread_mutex_lock(&lock);
    int status = is_dead || is_read_only(path) ? SQLITE_IOERR_DELETE : below->xDelete(below, path, 0);
    if (status == SQLITE_OK) {
        tracked *file = find(path);
        forget(file);
        file->was_synced = 0;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

int fault_install(const char *directory) {
    below = sqlite3_vfs_find(0);
    if (!below) return SQLITE_ERROR;
    root = strdup(directory);
    static sqlite3_vfs vfs;
    vfs = *below;
    vfs.zName = "tessera-fault";
    vfs.szOsFile = (int)sizeof(fault_file) + below->szOsFile;
    vfs.pNext = 0;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    return sqlite3_vfs_register(&vfs, 1);
}

void fault_arm(const char *part, int64_t at, int kind) {
    pthread_mutex_lock(&lock);
    strncpy(armed_part, part, sizeof armed_part - 1);
    armed_at = at, armed_kind = kind, operations = 0, has_struck = 0, is_dead = 0;
    pthread_mutex_unlock(&lock);
}

int64_t fault_operations(void) {
    pthread_mutex_lock(&lock);
    int64_t count = operations;
    pthread_mutex_unlock(&lock);
    return count;
}

int fault_has_struck(void) {
    pthread_mutex_lock(&lock);
    int struck = has_struck;
    pthread_mutex_unlock(&lock);
    return struck;
}

void fault_heal(void) {
    pthread_mutex_lock(&lock);
    armed_kind = FAULT_NONE, is_dead = 0;
    pthread_mutex_unlock(&lock);
}

static int is_kept(uint64_t *seed) {
    if (!*seed) return 0;
    *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
    return (int)(*seed >> 40 & 1);
}

int64_t fault_cut(uint64_t seed) {
    int64_t lost = 0;
    int has_failed = 0;
    pthread_mutex_lock(&lock);
    while (files) {
        tracked *file = files;
        files = file->next;
        if (!file->was_synced && file->count) unlink(file->path);
        int out = file->count && file->was_synced ? open(file->path, O_RDWR) : -1;
        for (int i = file->count - 1; out >= 0 && i >= 0; i--) {
            change *of = &file->changes[i];
            if (of->old_bytes && pwrite(out, of->old, (size_t)of->old_bytes, of->offset) != of->old_bytes) has_failed = 1;
            if (ftruncate(out, of->size_before)) has_failed = 1;
        }
        for (int i = 0; out >= 0 && i < file->count; i++) {
            change *of = &file->changes[i];
            if (!is_kept(&seed)) {
                lost++;
            } else if (of->is_truncation ? ftruncate(out, of->offset) : pwrite(out, of->new, (size_t)of->new_bytes, of->offset) != of->new_bytes) {
                has_failed = 1;
            }
        }
        if (out >= 0) close(out);
        size_t length = strlen(file->path);
        char *index = malloc(length + 5);
        memcpy(index, file->path, length), memcpy(index + length, "-shm", 5);
        unlink(index);
        free(index);
        forget(file);
        free(file->changes), free(file->path), free(file);
    }
    armed_kind = FAULT_NONE, is_dead = 0;
    pthread_mutex_unlock(&lock);
    return has_failed ? -1 : lost;
}
