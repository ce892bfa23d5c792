/* A tile of 1.0 with an outcome of every kind, one kind a row, and rows that are never reported, reported twice or out of
 * range; an entry and an exit beside it. */
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

#define SCHEMA "{\"type\": \"object\", \"examples\": [{}]}"

static const tessera_str branch_names[] = {{"left", 4}, {"right", 5}};

static const tessera_tile_type step = {
    .size = sizeof step, .role = TESSERA_ROLE_STEP, .id = "com.example.v1-0.step", .title = "Step of 1.0",
    .config_schema = SCHEMA};
static const tessera_tile_type entry = {
    .size = sizeof entry, .role = TESSERA_ROLE_ENTRY, .id = "com.example.v1-0.entry", .title = "Entry of 1.0",
    .config_schema = SCHEMA};
static const tessera_tile_type leave = {
    .size = sizeof leave, .role = TESSERA_ROLE_EXIT, .id = "com.example.v1-0.exit", .title = "Exit of 1.0",
    .config_schema = SCHEMA};
static const tessera_tile_type *const types[] = {&step, &entry, &leave};

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)config, (void)schema, (void)call;
    *instance = (void *)type;
    return 0;
}

static void close_tile(const tessera_tile_type *type, void *instance) { (void)type, (void)instance; }

static size_t branches(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)instance;
    *names = type == &step ? branch_names : NULL;
    return type == &step ? 2 : 0;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)schema;
    if (instance != (void *)type) return 1;
    static const tessera_error error = {.size = sizeof error, .http_status = 503, .code = {"SERVICE_UNAVAILABLE", 19},
        .message = {"not now", 7}, .request = {"POST /", 6}, .response = {"busy", 4}};
    const tessera_outcome kinds[] = {
        {.row = 0, .kind = TESSERA_ADVANCE, .branch = 0},
        {.row = 1, .kind = TESSERA_ADVANCE, .branch = 1},
        {.row = 2, .kind = TESSERA_WAIT, .time_us = call->now_us + 5000000},
        {.row = 3, .kind = TESSERA_RETRY, .error = &error},
        {.row = 4, .kind = TESSERA_RETRY, .flags = TESSERA_OUTCOME_NOT_ATTEMPTED, .time_us = call->now_us + 7000000,
         .error = &error},
        {.row = 5, .kind = TESSERA_FAIL, .error = &error},
        {.row = 6, .kind = TESSERA_COMPLETE},
        {.row = 1, .kind = TESSERA_FAIL},                       /* reported before: the first wins */
        {.row = (uint32_t)batch->length, .kind = TESSERA_COMPLETE}, /* no such row */
        {.row = 7, .kind = TESSERA_ADVANCE, .branch = 2},       /* no such branch: row 7 stays unknown */
        {.row = 7, .kind = TESSERA_WAIT, .time_us = call->now_us}, /* not after now */
    };
    if (type == &step) {
        call->report(call, kinds, sizeof kinds / sizeof kinds[0]);
        return 0;
    }
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_outcome outcome = {.row = (uint32_t)row, .kind = type == &entry ? TESSERA_ADVANCE : TESSERA_COMPLETE};
        call->report(call, &outcome, 1);
    }
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 3, types, open_tile, close_tile, branches, NULL, run};
static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.v1-0.outcomes", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
