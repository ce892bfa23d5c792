// instr(), replace(), trim(), ltrim() and rtrim() as SQLite has them, in time linear in the text: SQLite's own compare the whole pattern at each place,
// so that one call over two megabytes takes half a minute, which no progress handler can end.
//
//   tessera_bounded_text_register(db)                once for each connection
//
// https://www.sqlite.org/lang_corefunc.html says what they do; ModelFunctionTests hold both equal.
#pragma once
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// glibc's, of two-way search: linear. Declared here since Swift's importer does not define _GNU_SOURCE.
extern void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);

static inline int tessera_continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// The place of `needle` in `text`, in characters from 1, of bytes when `is_bytes`; 0 when it is not there.
static inline int64_t tessera_place(const unsigned char *text, int64_t length, const unsigned char *needle, int64_t needle_length, int is_bytes) {
    if (needle_length == 0) return 1;
    if (needle_length > length) return 0;
    // Characters are compared whole: what begins inside of one can only be found at the start.
    int64_t room = !is_bytes && tessera_continues(needle[0]) ? needle_length : length;
    const unsigned char *found = memmem(text, (size_t)room, needle, (size_t)needle_length);
    if (!found) return 0;
    if (is_bytes) return found - text + 1;
    int64_t characters = 1;
    for (const unsigned char *at = text + 1; at <= found; at++) characters += !tessera_continues(*at);
    return characters;
}

static inline void tessera_instr(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    int types[] = {sqlite3_value_type(argv[0]), sqlite3_value_type(argv[1])};
    if (types[0] == SQLITE_NULL || types[1] == SQLITE_NULL) return;
    int is_bytes = types[0] == SQLITE_BLOB && types[1] == SQLITE_BLOB;
    int is_mixed = !is_bytes && (types[0] == SQLITE_BLOB || types[1] == SQLITE_BLOB);
    // Reading a blob as text changes it, and it may be a constant of the statement.
    sqlite3_value *values[] = {is_mixed ? sqlite3_value_dup(argv[0]) : argv[0], is_mixed ? sqlite3_value_dup(argv[1]) : argv[1]};
    const unsigned char *texts[2];
    int64_t lengths[2];
    for (int i = 0; i < 2; i++) {
        texts[i] = is_bytes ? sqlite3_value_blob(values[i]) : sqlite3_value_text(values[i]);
        lengths[i] = sqlite3_value_bytes(values[i]);
    }
    if ((lengths[0] && !texts[0]) || (lengths[1] && !texts[1])) {
        sqlite3_result_error_nomem(context);
    } else {
        sqlite3_result_int64(context, tessera_place(texts[0], lengths[0], texts[1], lengths[1], is_bytes));
    }
    if (is_mixed) {
        sqlite3_value_free(values[0]);
        sqlite3_value_free(values[1]);
    }
}

static inline void tessera_replace(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL) return;
    const unsigned char *text = sqlite3_value_text(argv[0]), *pattern = sqlite3_value_text(argv[1]);
    int64_t length = sqlite3_value_bytes(argv[0]), pattern_length = sqlite3_value_bytes(argv[1]);
    if (!text || !pattern) return sqlite3_result_error_nomem(context);
    if (!pattern[0]) return sqlite3_result_value(context, argv[0]);
    if (sqlite3_value_type(argv[2]) == SQLITE_NULL) return;
    const unsigned char *other = sqlite3_value_text(argv[2]);
    int64_t other_length = sqlite3_value_bytes(argv[2]);
    if (!other) return sqlite3_result_error_nomem(context);
    int64_t count = 0;
    const unsigned char *end = text + length, *at = text, *found;
    while ((found = memmem(at, (size_t)(end - at), pattern, (size_t)pattern_length))) {
        count++;
        at = found + pattern_length;
    }
    int64_t size = length + count * (other_length - pattern_length);
    if (size > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1)) {
        return sqlite3_result_error_toobig(context);
    }
    unsigned char *result = sqlite3_malloc64((sqlite3_uint64)size + 1), *to = result;
    if (!result) return sqlite3_result_error_nomem(context);
    for (at = text; (found = memmem(at, (size_t)(end - at), pattern, (size_t)pattern_length)); at = found + pattern_length) {
        memcpy(to, at, (size_t)(found - at));
        to += found - at;
        memcpy(to, other, (size_t)other_length);
        to += other_length;
    }
    memcpy(to, at, (size_t)(end - at));
    result[size] = 0;
    sqlite3_result_text64(context, (const char *)result, (sqlite3_uint64)size, sqlite3_free, SQLITE_UTF8);
}

// Each place of the text is compared with each of these.
enum { tessera_trim_characters = 256 };

static inline void tessera_trim(sqlite3_context *context, int argc, sqlite3_value **argv) {
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || (argc == 2 && sqlite3_value_type(argv[1]) == SQLITE_NULL)) return;
    const unsigned char *text = sqlite3_value_text(argv[0]);
    const unsigned char *set = argc == 2 ? sqlite3_value_text(argv[1]) : (const unsigned char *)" ";
    int64_t length = sqlite3_value_bytes(argv[0]);
    if (!text || !set) return sqlite3_result_error_nomem(context);
    const unsigned char *characters[tessera_trim_characters + 1];
    int count = 0;
    while (*set) {
        if (count == tessera_trim_characters) return sqlite3_result_error(context, "trim() takes at most 256 characters to remove", -1);
        characters[count++] = set;
        if (*set++ >= 0xc0) {
            while (tessera_continues(*set)) set++;
        }
    }
    characters[count] = set;
    intptr_t sides = (intptr_t)sqlite3_user_data(context);
    for (int side = 1; side <= 2; side++) {
        int goes_on = (sides & side) != 0;
        while (goes_on && length > 0) {
            goes_on = 0;
            for (int i = 0; i < count && !goes_on; i++) {
                int64_t size = characters[i + 1] - characters[i];
                if (size > length || memcmp(side == 1 ? text : text + length - size, characters[i], (size_t)size) != 0) continue;
                if (side == 1) text += size;
                length -= size;
                goes_on = 1;
            }
        }
    }
    sqlite3_result_text64(context, (const char *)text, (sqlite3_uint64)length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int tessera_bounded_text_register(sqlite3 *db) {
    const struct {
        const char *name;
        int arguments;
        intptr_t sides;
        void (*body)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"instr", 2, 0, tessera_instr}, {"replace", 3, 0, tessera_replace}, {"trim", 1, 3, tessera_trim}, {"trim", 2, 3, tessera_trim},
        {"ltrim", 1, 1, tessera_trim}, {"ltrim", 2, 1, tessera_trim}, {"rtrim", 1, 2, tessera_trim}, {"rtrim", 2, 2, tessera_trim},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int status = sqlite3_create_function(
            db, functions[i].name, functions[i].arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
            (void *)functions[i].sides, functions[i].body, 0, 0);
        if (status != SQLITE_OK) return status;
    }
    return SQLITE_OK;
}
