/* A tile of 1.0 with side effects that reports late, from a thread of its own, and keeps the promise of a dry run. Rows of
 * an even number are delivered, the others fail. What it would send is {"key": KEY}. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

static const tessera_str column_names[] = {{TESSERA_COLUMN_KEY, sizeof TESSERA_COLUMN_KEY - 1}};

static const tessera_tile_type effects = {
    .size = sizeof effects, .role = TESSERA_ROLE_STEP,
    .flags = TESSERA_TILE_SIDE_EFFECTS | TESSERA_TILE_ASYNC | TESSERA_TILE_CONCURRENT | TESSERA_TILE_DRY_RUN,
    .max_in_flight = 2, .timeout_us = 30000000, .id = "com.example.v1-0.effects", .title = "Effects of 1.0",
    .config_schema = "{\"type\": \"object\", \"examples\": [{}]}",
};
static const tessera_tile_type *const types[] = {&effects};

typedef struct job {
    const tessera_call *call;
    size_t count;
    char (*keys)[33];
} job;

static void *work(void *argument) {
    job *j = argument;
    static const tessera_error error = {.size = sizeof error, .http_status = 400, .code = {"BAD_REQUEST", 11},
        .message = {"odd", 3}, .request = {"POST", 4}, .response = {"no", 2}};
    for (size_t row = 0; row < j->count && !j->call->cancelled(j->call); row++) {
        tessera_outcome outcome = {.row = (uint32_t)row, .kind = row % 2 ? TESSERA_FAIL : TESSERA_ADVANCE,
                                   .error = row % 2 ? &error : NULL};
        if (j->call->flags & TESSERA_CALL_DRY_RUN) {
            char json[64];
            snprintf(json, sizeof json, "{\"key\":\"%s\"}", j->keys[row]);
            j->call->record(j->call, (uint32_t)row, tessera_literal(json));
        }
        j->call->report(j->call, &outcome, 1);
    }
    j->call->done(j->call);
    free(j->keys);
    free(j);
    return NULL;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type, (void)instance, (void)schema;
    job *j = malloc(sizeof *j);
    char (*keys)[33] = calloc((size_t)batch->length + 1, sizeof *keys);
    if (j == NULL || keys == NULL) return 1;
    *j = (job){call, (size_t)batch->length, keys};
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_str key = tessera_text(batch, 0, row);
        memcpy(keys[row], key.data, key.length < 32 ? key.length : 32);
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, j) != 0) return 1;
    pthread_detach(thread);
    return 0;
}

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type, (void)config, (void)schema, (void)call;
    *instance = NULL;
    return 0;
}
static void close_tile(const tessera_tile_type *type, void *instance) { (void)type, (void)instance; }
static size_t columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    *names = column_names;
    return 1;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, NULL, columns, run};
static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.v1-0.effects", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
