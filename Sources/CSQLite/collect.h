// SELECT tessera_collect(?, key) FROM …: an aggregate that appends each row's text to arrays of the caller, in the order of the
// scan, and ends the statement with SQLITE_ABORT once it has enough.
//
// A row costs a third less than by sqlite3_step: the statement is not left and entered for each.
//
//   tessera_collect_register(db)                     once for each connection
//   tessera_collect_bind(stmt, index, collector)     for the first argument; all it points to lives until the reset
#pragma once
#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

typedef struct tessera_collector {
    int64_t count;
    int64_t limit;      // rows at most
    int32_t is_done;    // ended by `limit`: the statement's SQLITE_ABORT is no error
    // The caller's arrays and their room. `offsets` has one element more than there are rows; offsets[0] is set.
    int64_t capacity;
    int64_t byte_capacity;
    char *bytes;
    int32_t *offsets;
    // Makes room for one more row of that many bytes by changing the fields above.
    void (*grow)(struct tessera_collector *collector, int32_t bytes);
    void *owner;
} tessera_collector;

static inline void tessera_collect_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    tessera_collector *collector = (tessera_collector *)sqlite3_value_pointer(argv[0], "tessera_collector");
    if (!collector) {
        sqlite3_result_error(context, "tessera_collect() needs a collector", -1);
        return;
    }
    const char *text = (const char *)sqlite3_value_text(argv[1]);
    int32_t length = sqlite3_value_bytes(argv[1]);
    int64_t row = collector->count;
    if (row == collector->limit) {
        collector->is_done = 1;
        sqlite3_result_error_code(context, SQLITE_ABORT);
        return;
    }
    int32_t start = collector->offsets[row];
    if (row == collector->capacity || (int64_t)start + length > collector->byte_capacity) collector->grow(collector, length);
    if (length) memcpy(collector->bytes + start, text, (size_t)length);
    collector->offsets[row + 1] = start + length;
    collector->count = row + 1;
}

static inline void tessera_collect_final(sqlite3_context *context) { (void)context; }

static inline int tessera_collect_register(sqlite3 *db) {
    return sqlite3_create_function(
        db, "tessera_collect", 2, SQLITE_UTF8, (void *)0, 0, tessera_collect_step, tessera_collect_final);
}

static inline int tessera_collect_bind(sqlite3_stmt *statement, int index, tessera_collector *collector) {
    return sqlite3_bind_pointer(statement, index, collector, "tessera_collector", (void (*)(void *))0);
}
