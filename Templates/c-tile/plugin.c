/* @NAME@: a step of a journey. Members whose column is at or above a minimum leave by `high`, all others by `low`.
 *
 * Everything a tile is stands below, from the config to the exported symbol; the contract is in tessera/tessera.h. */
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>
#include <tessera/tessera_config.h>

/* ---- What the type says about itself */

static const tessera_tile_type type_@C@ = {
    .size = sizeof type_@C@,
    .role = TESSERA_ROLE_STEP,
    .flags = TESSERA_TILE_CONCURRENT, /* `run` changes nothing, so that several threads may be in it */
    .id = "@ID@",
    .title = "@NAME@",
    /* Forms are made from this, and the first example is opened when the plugin is loaded. */
    .config_schema =
        "{\"type\": \"object\", \"additionalProperties\": false,"
        " \"properties\": {"
        "   \"column\": {\"type\": \"string\", \"title\": \"Column\", \"x-tessera\": \"column\","
        "                \"description\": \"A column of integers or numbers.\"},"
        "   \"minimum\": {\"type\": \"number\", \"title\": \"Minimum\"}},"
        " \"required\": [\"column\", \"minimum\"],"
        " \"examples\": [{\"column\": \"spent\", \"minimum\": 100}]}",
};
static const tessera_tile_type *const types[] = {&type_@C@};

enum { LOW, HIGH };
static const tessera_str branch_names[] = {{"low", 3}, {"high", 4}};

/* ---- An instance: one config, opened. Nothing of a journey, a run or a member is kept in it. */

typedef struct instance {
    double minimum;
    char column[256];
    tessera_str columns[1];
} instance;

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **out) {
    (void)type;
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return 1;
    tessera_config c = tessera_config_begin(config, call);
    tessera_config_text(&c, "column", self->column, sizeof self->column);
    self->minimum = tessera_config_number(&c, "minimum", -1e15, 1e15);
    self->columns[0] = tessera_literal(self->column);
    /* The host refuses names that the model lacks; whether the type fits is ours to say. */
    int column = schema != NULL ? tessera_column(schema, self->column) : -1;
    if (column >= 0 && strcmp(tessera_format(schema, column), "l") != 0 && strcmp(tessera_format(schema, column), "g") != 0)
        tessera_config_problem(&c, "column", "column must name integers or numbers: choose another one");
    if (tessera_config_end(&c)) {
        free(self);
        return 1;
    }
    *out = self;
    return 0;
}

static void close_tile(const tessera_tile_type *type, void *self) {
    (void)type;
    free(self);
}

static size_t branches(const tessera_tile_type *type, void *self, const tessera_str **names) {
    (void)type, (void)self;
    *names = branch_names;
    return 2;
}

static size_t columns(const tessera_tile_type *type, void *self, const tessera_str **names) {
    (void)type;
    *names = ((instance *)self)->columns;
    return 1;
}

/* ---- The work: an outcome for each row. A row that is not reported is unknown and comes again. */

static int32_t run(const tessera_tile_type *type, void *self, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type;
    const instance *tile = self;
    if (schema->n_children != 1) return 1;
    /* The model may have changed since `open`, which may not have known it at all: look before reading. */
    int is_integer = strcmp(tessera_format(schema, 0), "l") == 0;
    if (!is_integer && strcmp(tessera_format(schema, 0), "g") != 0) return 1;
    tessera_outcome outcomes[512];
    size_t count = 0;
    for (int64_t row = 0; row < batch->length; row++) {
        double value = is_integer ? (double)tessera_int64(batch, 0, row) : tessera_double(batch, 0, row);
        int is_high = !tessera_is_null(batch, 0, row) && value >= tile->minimum;
        outcomes[count++] = (tessera_outcome){.row = (uint32_t)row, .kind = TESSERA_ADVANCE, .branch = is_high ? HIGH : LOW};
        if (count == 512) {
            call->report(call, outcomes, count);
            count = 0;
        }
    }
    call->report(call, outcomes, count);
    return 0;
}

/* ---- The tables, and the one symbol that the library exports */

static const tessera_tile_interface tiles = {
    .size = sizeof tiles, .type_count = 1, .types = types, .open = open_tile, .close = close_tile,
    .branches = branches, .columns = columns, .run = run};

static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

static const tessera_plugin plugin = {
    .size = sizeof plugin, .abi_minor = TESSERA_ABI_MINOR, .id = "@ID@", .version = "1.0.0", .toolchain = "",
    .start = start, .retire = retire, .interface = find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
