// SQLite, with the C variadics that Swift cannot import as plain functions.
#pragma once
#include <sqlite3.h>
#include "rows_vtab.h"
#include "collect.h"
#include "bounded_text.h"
#include "spill_vfs.h"

static inline int tessera_sqlite3_config_int(int op, int value) { return sqlite3_config(op, value); }
static inline int tessera_sqlite3_config_int2(int op, int a, int b) { return sqlite3_config(op, a, b); }
static inline int tessera_sqlite3_db_config_int(sqlite3 *db, int op, int value) { return sqlite3_db_config(db, op, value, (int *)0); }
static inline int tessera_sqlite3_db_config_lookaside(sqlite3 *db, int size, int count) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_LOOKASIDE, (void *)0, size, count);
}
