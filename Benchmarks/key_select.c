// The bare limit of an entry scan: steps through a SELECT of one text column and touches each value. Prints seconds.
// key_select FILE SQL
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    sqlite3 *database;
    sqlite3_stmt *statement;
    if (argc != 3 || sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return 2;
    if (sqlite3_prepare_v2(database, argv[2], -1, &statement, NULL) != SQLITE_OK) return 2;
    double began = now();
    unsigned long long bytes = 0;
    int status;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        bytes += (unsigned)sqlite3_column_bytes(statement, 0) + text[0];
    }
    if (status != SQLITE_DONE || bytes == 0) return 1;
    printf("%f\n", now() - began);
    sqlite3_finalize(statement);
    return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
