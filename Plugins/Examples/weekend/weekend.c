/* A tile in C: members that arrive on a Saturday or Sunday (UTC) leave by `weekend`, the others by `weekday`.
 * Written from the installed headers alone. Build it with `make`, put weekend.so into a plugin directory. */
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>
#include <tessera/tessera_config.h>

#define DAY_US INT64_C(86400000000)

static const tessera_str branch_names[] = {{"weekday", 7}, {"weekend", 7}};
static const tessera_str column_names[] = {{TESSERA_COLUMN_ARRIVED_AT, sizeof TESSERA_COLUMN_ARRIVED_AT - 1}};

static const tessera_tile_type weekend = {
    .size = sizeof weekend, .role = TESSERA_ROLE_STEP, .flags = TESSERA_TILE_CONCURRENT,
    .id = "com.example.weekend", .title = "Weekend?",
    .config_schema = "{\"type\": \"object\", \"additionalProperties\": false, \"examples\": [{}]}",
};
static const tessera_tile_type *const types[] = {&weekend};

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type, (void)schema;
    *instance = NULL; /* nothing to remember */
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

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type, (void)instance;
    int arrived_at = tessera_column(schema, TESSERA_COLUMN_ARRIVED_AT);
    if (arrived_at < 0) return 1;
    for (int64_t row = 0; row < batch->length; row++) {
        int64_t time = tessera_int64(batch, arrived_at, row);
        int64_t day = time / DAY_US - (time % DAY_US < 0);  /* since Thursday, 1970-01-01 */
        int64_t weekday = ((day + 3) % 7 + 7) % 7;           /* 0 is Monday */
        tessera_outcome outcome = {.row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = weekday >= 5};
        call->report(call, &outcome, 1);
    }
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, branches, columns, run};

static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.weekend", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
