// Columns in memory as a table: SELECT c0, c1 … FROM tessera_rows(?) reads arrays that the caller lends for the statement.
//
// An eponymous virtual table: one INSERT … SELECT writes thousands of rows with no bind, step and reset for each. It is C
// because SQLite's virtual-table structs are embedded in ours, and Swift promises no layout for its own.
//
//   tessera_rows_register(db)              once for each connection
//   tessera_rows_bind(stmt, index, rows)   for the parameter of tessera_rows(?); `rows` and all it points to stay unchanged
//                                          until the statement is reset
#pragma once
#include <sqlite3.h>
#include <stdint.h>

#define TESSERA_ROWS_MAX_COLUMNS 16

#define TESSERA_ROWS_UTF8 0 // int32 offsets (count + 1) into `bytes`
#define TESSERA_ROWS_UINT8 1
#define TESSERA_ROWS_INT32 2
#define TESSERA_ROWS_INT64 3 // INT64_MIN reads as null
#define TESSERA_ROWS_BLOB 4  // as UTF8

typedef struct tessera_rows_column {
    int32_t kind;
    const void *values;
    const char *bytes;
} tessera_rows_column;

typedef struct tessera_rows {
    int64_t count;
    int32_t column_count; // columns beyond it read as null
    tessera_rows_column columns[TESSERA_ROWS_MAX_COLUMNS];
} tessera_rows;

typedef struct tessera_rows_cursor {
    sqlite3_vtab_cursor base;
    const tessera_rows *rows;
    int64_t row;
} tessera_rows_cursor;

static inline int tessera_rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error) {
    (void)aux, (void)argc, (void)argv, (void)error;
    int status = sqlite3_declare_vtab(db, "CREATE TABLE x(c0,c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15,rows HIDDEN)");
    if (status != SQLITE_OK) return status;
    sqlite3_vtab *table = (sqlite3_vtab *)sqlite3_malloc(sizeof(sqlite3_vtab));
    if (!table) return SQLITE_NOMEM;
    *table = (sqlite3_vtab){0};
    *out = table;
    return SQLITE_OK;
}

static inline int tessera_rows_disconnect(sqlite3_vtab *table) {
    sqlite3_free(table);
    return SQLITE_OK;
}

// The parameter must be known when the scan starts; without it there is no plan.
static inline int tessera_rows_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != TESSERA_ROWS_MAX_COLUMNS) continue;
        if (info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ || !info->aConstraint[i].usable) continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->estimatedCost = 1000;
        info->estimatedRows = 1000;
        return SQLITE_OK;
    }
    return SQLITE_CONSTRAINT;
}

static inline int tessera_rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
    (void)table;
    tessera_rows_cursor *cursor = (tessera_rows_cursor *)sqlite3_malloc(sizeof(tessera_rows_cursor));
    if (!cursor) return SQLITE_NOMEM;
    *cursor = (tessera_rows_cursor){0};
    *out = &cursor->base;
    return SQLITE_OK;
}

static inline int tessera_rows_close(sqlite3_vtab_cursor *base) {
    sqlite3_free(base);
    return SQLITE_OK;
}

static inline int tessera_rows_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc, sqlite3_value **argv) {
    (void)number, (void)text;
    tessera_rows_cursor *cursor = (tessera_rows_cursor *)base;
    cursor->rows = argc == 1 ? (const tessera_rows *)sqlite3_value_pointer(argv[0], "tessera_rows") : 0;
    cursor->row = 0;
    return SQLITE_OK;
}

static inline int tessera_rows_next(sqlite3_vtab_cursor *base) {
    ((tessera_rows_cursor *)base)->row++;
    return SQLITE_OK;
}

static inline int tessera_rows_eof(sqlite3_vtab_cursor *base) {
    tessera_rows_cursor *cursor = (tessera_rows_cursor *)base;
    return !cursor->rows || cursor->row >= cursor->rows->count;
}

static inline int tessera_rows_column_value(sqlite3_vtab_cursor *base, sqlite3_context *context, int index) {
    tessera_rows_cursor *cursor = (tessera_rows_cursor *)base;
    if (index >= cursor->rows->column_count) return SQLITE_OK; // null
    const tessera_rows_column *column = &cursor->rows->columns[index];
    int64_t row = cursor->row;
    switch (column->kind) {
    case TESSERA_ROWS_UTF8: {
        const int32_t *offsets = (const int32_t *)column->values;
        sqlite3_result_text(context, column->bytes + offsets[row], offsets[row + 1] - offsets[row], SQLITE_STATIC);
        break;
    }
    case TESSERA_ROWS_BLOB: {
        const int32_t *offsets = (const int32_t *)column->values;
        sqlite3_result_blob(context, column->bytes + offsets[row], offsets[row + 1] - offsets[row], SQLITE_STATIC);
        break;
    }
    case TESSERA_ROWS_UINT8: sqlite3_result_int(context, ((const uint8_t *)column->values)[row]); break;
    case TESSERA_ROWS_INT32: sqlite3_result_int(context, ((const int32_t *)column->values)[row]); break;
    case TESSERA_ROWS_INT64: {
        int64_t value = ((const int64_t *)column->values)[row];
        if (value != INT64_MIN) sqlite3_result_int64(context, value);
        break;
    }
    }
    return SQLITE_OK;
}

static inline int tessera_rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
    *out = ((tessera_rows_cursor *)base)->row;
    return SQLITE_OK;
}

static inline int tessera_rows_register(sqlite3 *db) {
    static sqlite3_module module = {
        .iVersion = 0,
        .xConnect = tessera_rows_connect,
        .xBestIndex = tessera_rows_best_index,
        .xDisconnect = tessera_rows_disconnect,
        .xDestroy = tessera_rows_disconnect,
        .xOpen = tessera_rows_open,
        .xClose = tessera_rows_close,
        .xFilter = tessera_rows_filter,
        .xNext = tessera_rows_next,
        .xEof = tessera_rows_eof,
        .xColumn = tessera_rows_column_value,
        .xRowid = tessera_rows_rowid,
    };
    return sqlite3_create_module(db, "tessera_rows", &module, (void *)0);
}

static inline int tessera_rows_bind(sqlite3_stmt *statement, int index, const tessera_rows *rows) {
    return sqlite3_bind_pointer(statement, index, (void *)rows, "tessera_rows", (void (*)(void *))0);
}
