// instr(), replace(), LIKE, GLOB and the trims as SQLite has them, for statements with a deadline. SQLite's own compare a whole pattern at each place,
// so that one call over two megabytes takes half a minute; and nothing asks whether to go on but loops over rows. These take
// a time in proportion to their text (LIKE and GLOB: to 200 times it), and ask before they begin with a large one.
//
//   tessera_bounded_text_register(db, is_over, owner)    once for each connection. is_over(owner): whether the statement is to end
//
// https://www.sqlite.org/lang_corefunc.html says what they do; ModelFunctionTests hold both equal.
#pragma once
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// glibc's: in time linear in the text for needles of more than 256 bytes, which it searches two ways: man 3 memmem. Declared here since
// Swift's importer does not define _GNU_SOURCE.
extern void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);

typedef struct tessera_text_function {
    int (*is_over)(void *owner);
    void *owner;
    int sides;        // of a trim: 1 the start, 2 the end
    int skips_blobs;  // how this SQLite was built: LIKE and GLOB match no blobs
} tessera_text_function;

// Whether the statement is to end: asked for texts that take longer than the question. The result says so then.
static inline int tessera_text_is_over(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const tessera_text_function *function = (const tessera_text_function *)sqlite3_user_data(context);
    int64_t size = 0;
    for (int i = 0; i < argc; i++) size += sqlite3_value_bytes(argv[i]);
    if (size < 4096 || !function->is_over(function->owner)) return 0;
    sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    return 1;
}

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
    if (tessera_text_is_over(context, argc, argv)) return;
    int types[] = {sqlite3_value_type(argv[0]), sqlite3_value_type(argv[1])};
    if (types[0] == SQLITE_NULL || types[1] == SQLITE_NULL) return;
    int is_bytes = types[0] == SQLITE_BLOB && types[1] == SQLITE_BLOB;
    int is_mixed = !is_bytes && (types[0] == SQLITE_BLOB || types[1] == SQLITE_BLOB);
    // Reading a blob as text changes it, and it may be a constant of the statement.
    sqlite3_value *values[] = {is_mixed ? sqlite3_value_dup(argv[0]) : argv[0], is_mixed ? sqlite3_value_dup(argv[1]) : argv[1]};
    const unsigned char *texts[2];
    int64_t lengths[2];
    int is_complete = values[0] && values[1];
    for (int i = 0; is_complete && i < 2; i++) {
        texts[i] = is_bytes ? sqlite3_value_blob(values[i]) : sqlite3_value_text(values[i]);
        lengths[i] = sqlite3_value_bytes(values[i]);
        if (lengths[i] && !texts[i]) is_complete = 0;
    }
    if (!is_complete) {
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
    if (tessera_text_is_over(context, argc, argv)) return;
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

// The pattern comes first. A nought ends both.
static inline void tessera_match(sqlite3_context *context, int argc, sqlite3_value **argv, int is_like) {
    if (tessera_text_is_over(context, argc, argv)) return;
    if (((const tessera_text_function *)sqlite3_user_data(context))->skips_blobs
        && (sqlite3_value_type(argv[0]) == SQLITE_BLOB || sqlite3_value_type(argv[1]) == SQLITE_BLOB)) {
        return sqlite3_result_int(context, 0);
    }
    if (sqlite3_value_bytes(argv[0]) > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1)) {
        return sqlite3_result_error(context, "LIKE or GLOB pattern too complex", -1);
    }
    unsigned int escape = 0;
    if (argc == 3) {
        const unsigned char *text = sqlite3_value_text(argv[2]);
        if (!text) return;
        // One character: what begins a longer one is followed by its rest.
        int size = 1;
        if (text[0] >= 0xc0) {
            while (tessera_continues(text[size])) size++;
        }
        if (!text[0] || text[size]) return sqlite3_result_error(context, "ESCAPE expression must be a single character", -1);
        escape = text[0] >= 0xf0 ? text[0] & 0x07 : text[0] >= 0xe0 ? text[0] & 0x0f : text[0] >= 0xc0 ? text[0] & 0x1f : text[0];
        for (int i = 1; i < size; i++) escape = escape << 6 | (text[i] & 0x3f);
        if (escape == '%' || escape == '_') return sqlite3_result_error(context, "ESCAPE can't be % or _ in a model", -1);
    }
    const char *pattern = (const char *)sqlite3_value_text(argv[0]), *text = (const char *)sqlite3_value_text(argv[1]);
    if (!pattern || !text) return;
    sqlite3_result_int(context, (is_like ? sqlite3_strlike(pattern, text, escape) : sqlite3_strglob(pattern, text)) == 0);
}
static inline void tessera_like(sqlite3_context *context, int argc, sqlite3_value **argv) { tessera_match(context, argc, argv, 1); }
static inline void tessera_glob(sqlite3_context *context, int argc, sqlite3_value **argv) { tessera_match(context, argc, argv, 0); }

// Its time grows with the product of its arguments; SQLite has it from 3.41 on.
static inline void tessera_unhex(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc, (void)argv;
    sqlite3_result_error(context, "unhex() takes one argument in a model", -1);
}

// Each place of the text may be compared with each of these.
enum { tessera_trim_characters = 64 };

static inline void tessera_trim(sqlite3_context *context, int argc, sqlite3_value **argv) {
    if (tessera_text_is_over(context, argc, argv)) return;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || (argc == 2 && sqlite3_value_type(argv[1]) == SQLITE_NULL)) return;
    const unsigned char *text = sqlite3_value_text(argv[0]);
    const unsigned char *set = argc == 2 ? sqlite3_value_text(argv[1]) : (const unsigned char *)" ";
    int64_t length = sqlite3_value_bytes(argv[0]);
    if (!text || !set) return sqlite3_result_error_nomem(context);
    const unsigned char *characters[tessera_trim_characters + 1];
    int count = 0;
    while (*set) {
        if (count == tessera_trim_characters) return sqlite3_result_error(context, "trim() takes at most 64 characters to remove", -1);
        characters[count++] = set;
        if (*set++ >= 0xc0) {
            while (tessera_continues(*set)) set++;
        }
    }
    characters[count] = set;
    int sides = ((const tessera_text_function *)sqlite3_user_data(context))->sides;
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

static inline int tessera_bounded_text_register(sqlite3 *db, int (*is_over)(void *owner), void *owner) {
    const struct {
        const char *name;
        int arguments, sides;
        void (*body)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"instr", 2, 0, tessera_instr}, {"replace", 3, 0, tessera_replace}, {"like", 2, 0, tessera_like}, {"like", 3, 0, tessera_like},
        {"glob", 2, 0, tessera_glob}, {"unhex", 2, 0, tessera_unhex}, {"trim", 1, 3, tessera_trim}, {"trim", 2, 3, tessera_trim},
        {"ltrim", 1, 1, tessera_trim}, {"ltrim", 2, 1, tessera_trim}, {"rtrim", 1, 2, tessera_trim}, {"rtrim", 2, 2, tessera_trim},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        tessera_text_function *function = (tessera_text_function *)sqlite3_malloc64(sizeof *function);
        if (!function) return SQLITE_NOMEM;
        function->is_over = is_over;
        function->owner = owner;
        function->sides = functions[i].sides;
        function->skips_blobs = sqlite3_compileoption_used("LIKE_DOESNT_MATCH_BLOBS");
        int status = sqlite3_create_function_v2(
            db, functions[i].name, functions[i].arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, function,
            functions[i].body, 0, 0, sqlite3_free);
        if (status != SQLITE_OK) return status;
    }
    return SQLITE_OK;
}
