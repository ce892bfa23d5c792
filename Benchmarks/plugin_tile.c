/* The work that the bench of plugins measures: one column is read and each row sent to one of two branches. As a tile that
 * reports all rows of a batch in one call, and as the plain loop that it is compared with. Built twice, with another ID,
 * for the tile in the gateway's process and the one in its own. */
#include <tessera/tessera_columns.h>

#define MAX_ROWS 8192

__attribute__((noinline)) static void decide(const int64_t *ages, const uint8_t *valid, int64_t rows, tessera_outcome *outcomes) {
    for (int64_t row = 0; row < rows; row++) {
        int is_null = valid != NULL && ((valid[row >> 3] >> (row & 7)) & 1) == 0;
        outcomes[row] = (tessera_outcome){
            .row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = (uint16_t)(!is_null && ages[row] >= 18)};
    }
}

/* The plain loop: no plugin, no report. */
TESSERA_EXPORT void bench_plain(const int64_t *ages, const uint8_t *valid, int64_t rows, tessera_outcome *outcomes);
void bench_plain(const int64_t *ages, const uint8_t *valid, int64_t rows, tessera_outcome *outcomes) {
    decide(ages, valid, rows, outcomes);
}

static const tessera_str branch_names[] = {{"minor", 5}, {"adult", 5}};
static const tessera_str column_names[] = {{"age", 3}};

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    static tessera_outcome outcomes[MAX_ROWS]; /* one batch at a time: the type is not CONCURRENT */
    (void)type, (void)instance, (void)schema;
    if (batch->length > MAX_ROWS) return 1;
    decide(batch->children[0]->buffers[1], batch->children[0]->buffers[0], batch->length, outcomes);
    call->report(call, outcomes, (size_t)batch->length);
    return 0;
}

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type, (void)config, (void)schema, (void)call;
    *instance = NULL;
    return 0;
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

static const tessera_tile_type tile = {
    .size = sizeof tile, .role = TESSERA_ROLE_STEP, .max_batch = MAX_ROWS, .id = ID, .title = "Bench",
    .config_schema = "{\"type\": \"object\"}"};
static const tessera_tile_type *const types[] = {&tile};
static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, branches, columns, run};

static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }
static const tessera_plugin plugin = {sizeof plugin, TESSERA_ABI_MINOR, ID, "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
