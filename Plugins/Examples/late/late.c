/* A tile in C that answers late: `run` copies what it needs and returns at once; a thread of the plugin's own reports
 * the rows and then calls `done`. Meanwhile the gateway goes on with other batches. A real one would wait for a slow
 * service there; this one looks at each member's key and sends the even ones (by their last byte) to `even`. */
#include <pthread.h>
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>
#include <tessera/tessera_config.h>

static const tessera_str branch_names[] = {{"even", 4}, {"odd", 3}};
static const tessera_str column_names[] = {{TESSERA_COLUMN_MEMBER, sizeof TESSERA_COLUMN_MEMBER - 1}};

static const tessera_tile_type late = {
    .size = sizeof late, .role = TESSERA_ROLE_STEP, .flags = TESSERA_TILE_ASYNC | TESSERA_TILE_CONCURRENT,
    .max_batch = 1000, .max_in_flight = 4, .timeout_us = 10000000,
    .id = "com.example.late", .title = "Answers late",
    .config_schema = "{\"type\": \"object\", \"additionalProperties\": false, \"examples\": [{}]}",
};
static const tessera_tile_type *const types[] = {&late};

/* What outlives `run`: the call itself, which the host keeps valid until `done`, and our copy of the rows. */
typedef struct job {
    const tessera_call *call;
    size_t count;
    tessera_outcome outcomes[];
} job;

static void *work(void *argument) {
    job *j = argument;
    if (!j->call->cancelled(j->call)) j->call->report(j->call, j->outcomes, j->count);
    j->call->done(j->call); /* after this the call is gone */
    free(j);
    return NULL;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type, (void)instance;
    int member = tessera_column(schema, TESSERA_COLUMN_MEMBER);
    if (member < 0) return 1;
    size_t count = (size_t)batch->length;
    job *j = calloc(1, sizeof *j + count * sizeof j->outcomes[0]);
    if (j == NULL) return 1;
    j->call = call;
    j->count = count;
    for (size_t row = 0; row < count; row++) {
        tessera_str key = tessera_text(batch, member, (int64_t)row);
        int odd = key.length > 0 && (key.data[key.length - 1] & 1);
        j->outcomes[row] = (tessera_outcome){.row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = (uint16_t)odd};
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, j) != 0) {
        free(j);
        return 1; /* not 0, so `done` is not owed; the rows are unknown and will come again */
    }
    pthread_detach(thread);
    return 0;
}

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type, (void)schema;
    *instance = NULL;
    tessera_config c = tessera_config_begin(config, call);
    return tessera_config_end(&c); /* takes {}: this tile has no fields */
}

static void close_tile(const tessera_tile_type *type, void *instance) { (void)type, (void)instance; }

static size_t branches(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    *names = branch_names;
    return 2;
}

static size_t columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    *names = column_names;
    return 1;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, branches, columns, run};

static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.late", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
