/* A tile of 1.0 that reports before it returns, and reads a cell of every format. A row goes to `values` when its cells are
 * those that its number gives, to `nulls` when it has none at all, to `other` otherwise. */
#include <stdio.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

static const tessera_str branch_names[] = {{"values", 6}, {"nulls", 5}, {"other", 5}};
static const tessera_str column_names[] = {
    {"$member", 7}, {"$key", 4}, {"$attempt", 8}, {"$arrived_at", 11}, {"text", 4}, {"integer", 7}, {"number", 6},
    {"boolean", 7}, {"date", 4}, {"timestamp", 9}, {"json", 4}};
enum { column_count = sizeof column_names / sizeof column_names[0] };
static const char *const formats[column_count] = {"u", "u", "l", "tsu:UTC", "u", "l", "g", "b", "tdD", "tsu:UTC", "u"};

static const tessera_tile_type reader = {
    .size = sizeof reader, .role = TESSERA_ROLE_STEP, .flags = TESSERA_TILE_CONCURRENT, .max_batch = 1000,
    .id = "com.example.v1-0.reader", .title = "Reader of 1.0",
    .config_schema = "{\"type\": \"object\", \"additionalProperties\": false, \"examples\": [{}]}",
};
static const tessera_tile_type *const types[] = {&reader};
static const tessera_host *host;
static int opened;

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type;
    if (config.length != 2 || memcmp(config.data, "{}", 2) != 0) {
        call->problem(call, tessera_literal("/unwanted"), tessera_literal("no fields are taken: remove them"));
        call->problem(call, tessera_literal(""), tessera_literal("give {}"));
        return 1;
    }
    for (int64_t i = 0; schema != NULL && i < schema->n_children; i++)
        for (int c = 4; c < column_count; c++)
            if (strcmp(schema->children[i]->name, column_names[c].data) == 0
                && strcmp(schema->children[i]->format, formats[c]) != 0) {
                call->problem(call, tessera_literal(""), tessera_literal("a column has another type"));
                return 1;
            }
    opened++;
    *instance = &opened;
    return 0;
}

static void close_tile(const tessera_tile_type *type, void *instance) {
    (void)type;
    if (instance == &opened) opened--;
}

static size_t branches(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    *names = branch_names;
    return 3;
}

static size_t columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    *names = column_names;
    return column_count;
}

static int is(tessera_str text, const char *format, int64_t row) {
    char wanted[64];
    int length = snprintf(wanted, sizeof wanted, format, (long long)row);
    return text.length == (size_t)length && memcmp(text.data, wanted, text.length) == 0;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type;
    int c[column_count];
    if (instance != &opened) return 2;
    for (int i = 0; i < column_count; i++) {
        c[i] = tessera_column(schema, column_names[i].data);
        if (c[i] != i || strcmp(tessera_format(schema, i), formats[i]) != 0) return 3;
    }
    if (call->workspace_id.length == 0 || call->journey_id.length == 0 || call->run_id.length == 0) return 4;
    if (call->tile_id.length == 0 || call->now_us > call->deadline_us || call->run_at_us > call->now_us) return 5;
    for (int64_t row = 0; row < batch->length; row++) {
        int nulls = 0;
        for (int i = 4; i < column_count; i++) nulls += tessera_is_null(batch, c[i], row);
        uint16_t branch = 2;
        if (nulls == column_count - 4) branch = 1;
        else if (nulls == 0 && is(tessera_text(batch, c[0], row), "m%lld", row)
                 && tessera_text(batch, c[1], row).length == 32 && tessera_int64(batch, c[2], row) == 1
                 && tessera_int64(batch, c[3], row) <= call->now_us && is(tessera_text(batch, c[4], row), "t%lld", row)
                 && tessera_int64(batch, c[5], row) == row && tessera_double(batch, c[6], row) == (double)row / 2
                 && tessera_bool(batch, c[7], row) == row % 2 && tessera_date(batch, c[8], row) == row
                 && tessera_int64(batch, c[9], row) == row * 1000 && is(tessera_text(batch, c[10], row), "[%lld]", row))
            branch = 0;
        tessera_outcome outcome = {.row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = branch};
        call->report(call, &outcome, 1);
    }
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, branches, columns, run};

static int32_t start(const tessera_host *lent) {
    if (!TESSERA_HAS(lent, service) || lent->now_us(lent) <= 0 || lent->version == NULL) return 1;
    if (lent->service(lent, "com.example.nothing/1") != NULL) return 2;
    const tessera_settings_service *settings = lent->service(lent, TESSERA_SERVICE_SETTINGS);
    if (settings == NULL || settings->get(settings, tessera_literal("com.example.nothing")).length != 0) return 3;
    host = lent;
    host->log(host, TESSERA_LOG_INFO, tessera_literal("the reader of 1.0 has started"));
    return 0;
}

static void retire(void) { host->log(host, TESSERA_LOG_INFO, tessera_literal("the reader of 1.0 has retired")); }
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.v1-0.reader", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
