/* A tile that behaves well until it is told to sin: what all tiles of the zoo are but for their sin.
 *
 * A file of the zoo defines ZOO_NAME ("abort"), includes this, and defines what it needs of:
 *   static int32_t zoo_sin(const zoo_run *r)  with ZOO_SINS_IN_RUN: called in `run` in place of the good work when the
 *                                             config says {"sin": true} or a member's key in the batch starts with
 *                                             "poison". ZOO_GOES_ON: then do the good work after all.
 *                                             ZOO_SINS_ALWAYS 1: called for every batch
 *   a macro ZOO_OPEN, ZOO_CLOSE, ZOO_START, ZOO_RETIRE, ZOO_BRANCHES, ZOO_COLUMNS: a statement run there first;
 *                                             `sin` is the config's (not in start and retire)
 *   ZOO_FLAGS, ZOO_TIMEOUT_US, ZOO_SCHEMA, ZOO_ENTRY, ZOO_PLUGIN_SIZE: other values in the tables
 *
 * The type's id is "com.example.zoo.NAME", and so is the plugin's. Branches: `good` and `odd` (by the last byte of the
 * member's key), so that a test can tell whether each member took its own way. */
#ifndef ZOO_H
#define ZOO_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdlib.h>
#include <tessera/tessera_columns.h>

#ifndef ZOO_FLAGS
#define ZOO_FLAGS 0
#endif
#ifndef ZOO_TIMEOUT_US
#define ZOO_TIMEOUT_US 0
#endif
#ifndef ZOO_SCHEMA
#define ZOO_SCHEMA                                                                                                      \
    "{\"type\":\"object\",\"properties\":{\"sin\":{\"type\":\"boolean\"}},\"additionalProperties\":false,"              \
    "\"examples\":[{}]}"
#endif
#ifndef ZOO_ENTRY
#define ZOO_ENTRY tessera_plugin_v1
#endif
#ifndef ZOO_PLUGIN_SIZE
#define ZOO_PLUGIN_SIZE sizeof(tessera_plugin)
#endif
#ifndef ZOO_SINS_ALWAYS
#define ZOO_SINS_ALWAYS 0
#endif
#ifndef ZOO_GOES_ON
#define ZOO_GOES_ON 0
#endif
#define ZOO_ID "com.example.zoo." ZOO_NAME

#ifdef __cplusplus
extern "C" {
#endif

/* What a sin in `run` may work with. */
typedef struct zoo_run {
    const struct ArrowSchema *schema;
    const struct ArrowArray *batch;
    const tessera_call *call;
} zoo_run;

#ifdef ZOO_SINS_IN_RUN
static int32_t zoo_sin(const zoo_run *r);
#endif

/* The good work on one row. */
static inline tessera_outcome zoo_good(const zoo_run *r, int64_t row) {
    tessera_str key = tessera_text(r->batch, tessera_column(r->schema, TESSERA_COLUMN_MEMBER), row);
    tessera_outcome outcome = {0, 0, 0, 0, 0, NULL};
    outcome.row = (uint32_t)row;
    outcome.kind = TESSERA_ADVANCE;
    outcome.branch = key.length > 0 && (key.data[key.length - 1] & 1);
    return outcome;
}

static inline int zoo_is_poison(tessera_str key) { return key.length >= 6 && memcmp(key.data, "poison", 6) == 0; }

static inline int zoo_has_poison(const zoo_run *r) {
    int member = tessera_column(r->schema, TESSERA_COLUMN_MEMBER);
    for (int64_t row = 0; row < r->batch->length; row++)
        if (zoo_is_poison(tessera_text(r->batch, member, row))) return 1;
    return 0;
}

/* Whether a config says {"sin": true}: a real plugin parses its JSON. */
static inline int zoo_wants_sin(tessera_str config) {
    int named = 0;
    for (size_t i = 0; i < config.length; i++) {
        if (config.length - i >= 5 && memcmp(config.data + i, "\"sin\"", 5) == 0) named = 1;
        if (named && config.length - i >= 4 && memcmp(config.data + i, "true", 4) == 0) return 1;
    }
    return 0;
}

static int32_t zoo_run_tile(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                            const struct ArrowArray *batch, const tessera_call *call) {
    const zoo_run r = {schema, batch, call};
    (void)type, (void)instance;
#ifdef ZOO_SINS_IN_RUN
    if (ZOO_SINS_ALWAYS || (instance != NULL && *(const int *)instance) || zoo_has_poison(&r)) {
        int32_t status = zoo_sin(&r);
        if (!ZOO_GOES_ON) return status;
    }
#endif
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_outcome outcome = zoo_good(&r, row);
        call->report(call, &outcome, 1);
    }
#ifdef ZOO_DONE
    call->done(call);
#endif
    return 0;
}

static int32_t zoo_open(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                        const tessera_open_call *call, void **instance) {
    int sin = zoo_wants_sin(config);
    (void)type, (void)schema, (void)call;
#ifdef ZOO_OPEN
    ZOO_OPEN;
#endif
    int *made = (int *)malloc(sizeof *made);
    if (made == NULL) return 1;
    *made = sin;
    *instance = made;
    return 0;
}

static void zoo_close(const tessera_tile_type *type, void *instance) {
    int sin = *(const int *)instance;
    (void)type, (void)sin;
#ifdef ZOO_CLOSE
    ZOO_CLOSE;
#endif
    free(instance);
}

static size_t zoo_branches(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"good", 4}, {"odd", 3}};
    int sin = *(const int *)instance;
    (void)type, (void)sin;
#ifdef ZOO_BRANCHES
    ZOO_BRANCHES;
#endif
    *names = list;
    return 2;
}

static size_t zoo_columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{TESSERA_COLUMN_MEMBER, sizeof TESSERA_COLUMN_MEMBER - 1}};
    int sin = *(const int *)instance;
    (void)type, (void)sin;
#ifdef ZOO_COLUMNS
    ZOO_COLUMNS;
#endif
    *names = list;
    return 1;
}

static int32_t zoo_start(const tessera_host *host) {
    (void)host;
#ifdef ZOO_START
    ZOO_START;
#endif
    return 0;
}

static void zoo_retire(void) {
#ifdef ZOO_RETIRE
    ZOO_RETIRE;
#endif
}

static const tessera_tile_type zoo_type = {
    sizeof(tessera_tile_type), TESSERA_ROLE_STEP, ZOO_FLAGS, 0, 0, 0, ZOO_TIMEOUT_US, ZOO_ID, "Zoo: " ZOO_NAME, ZOO_SCHEMA};
static const tessera_tile_type *const zoo_types[] = {&zoo_type};
static const tessera_tile_interface zoo_tiles = {sizeof(tessera_tile_interface), 1, zoo_types, zoo_open, zoo_close,
                                                 zoo_branches, zoo_columns, zoo_run_tile};

static const void *zoo_interface(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &zoo_tiles : NULL; }

static const tessera_plugin zoo_plugin = {
    ZOO_PLUGIN_SIZE, TESSERA_ABI_MINOR, ZOO_ID, "1.0.0", "", zoo_start, zoo_retire, zoo_interface};

TESSERA_EXPORT const tessera_plugin *ZOO_ENTRY(void);
const tessera_plugin *ZOO_ENTRY(void) { return &zoo_plugin; }

#ifdef __cplusplus
}
#endif
#endif /* ZOO_H */
