/* The tile that the proof `swaps` swaps: members leave by `even` or `odd` of their `score`. Macros make the files that a
 * gateway must refuse. */
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

#ifndef PLUGIN_ID
#define PLUGIN_ID "com.example.hot"
#endif
#ifndef TYPE_ID
#define TYPE_ID "com.example.hot"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef ODD
#define ODD "odd"
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(tessera_plugin)
#endif
#ifndef ENTRY
#define ENTRY tessera_plugin_v1
#endif

static const tessera_str branch_names[] = {{"even", 4}, {ODD, sizeof ODD - 1}};
static const tessera_str column_names[] = {{"score", 5}};

static const tessera_tile_type type = {
    .size = sizeof type, .role = TESSERA_ROLE_STEP, .flags = TESSERA_TILE_CONCURRENT, .id = TYPE_ID, .title = "Even or odd",
    .config_schema = "{\"type\": \"object\", \"properties\": {\"salt\": {\"type\": \"integer\"},"
                     "\"live\": {\"type\": \"boolean\"}}, \"examples\": [{\"salt\": 1}]}",
};
static const tessera_tile_type *const types[] = {&type};

static int32_t open_tile(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)t, (void)config, (void)schema, (void)call;
    *instance = NULL;
#ifdef REFUSE_LIVE
    /* The sample that the probe opens does not say so; every journey does. */
    for (size_t i = 0; i + 4 <= config.length; i++)
        if (memcmp(config.data + i, "live", 4) == 0) {
            call->problem(call, tessera_literal("/live"), tessera_literal("this version takes no live journeys"));
            return 1;
        }
#endif
    return 0;
}

static void close_tile(const tessera_tile_type *t, void *instance) { (void)t, (void)instance; }

static size_t branches(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    (void)t, (void)instance;
    *names = branch_names;
    return 2;
}

static size_t columns(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    (void)t, (void)instance;
    *names = column_names;
    return 1;
}

static int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)t, (void)instance;
    int score = tessera_column(schema, "score");
    /* A probe's sample has texts for all. */
    if (score >= 0 && strcmp(schema->children[score]->format, "l") != 0) score = -1;
    tessera_outcome outcomes[256];
    size_t count = 0;
    for (int64_t row = 0; row < batch->length; row++) {
        int64_t value = score < 0 ? 0 : tessera_int64(batch, score, row);
        outcomes[count++] = (tessera_outcome){.row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = (uint16_t)(value & 1)};
        if (count == 256) call->report(call, outcomes, count), count = 0;
    }
    if (count > 0) call->report(call, outcomes, count);
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, branches, columns, run};

static int32_t start(const tessera_host *host) {
    (void)host;
#ifdef CRASH_IN_START
    *(volatile int *)8 = 1;
#endif
#ifdef START_STATUS
    return START_STATUS;
#endif
    return 0;
}
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {PLUGIN_SIZE, TESSERA_ABI_MINOR, PLUGIN_ID, VERSION, "", start, retire, find};
const tessera_plugin *ENTRY(void);
const tessera_plugin *ENTRY(void) {
#ifdef NULL_TABLE
    return NULL;
#endif
    return &plugin;
}
