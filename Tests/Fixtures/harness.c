/* The harness for authors, tested: with two example tiles, and a plugin of its own for what no good plugin does. Compiled as
 * C11 and as C++17, with sanitizers. Arguments: weekend.so late.so effects.so (of the museum). */
#include <tessera/tessera_config.h>
#include <tessera/tessera_test.h>

static void batches(void) {
    tessera_test_batch *batch = tessera_test_batch_new();
    tessera_test_reserved(batch);
    static const char *const formats[] = {"b", "l", "g", "u", "json", "tdD", "tsu:UTC"};
    int c[7];
    for (int i = 0; i < 7; i++) c[i] = tessera_test_column(batch, formats[i], formats[i]);
    TESSERA_CHECK(tessera_test_array(batch)->length == 0);
    for (int row = 0; row < 100; row++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", row);
        tessera_test_member(batch, name, 1000 + row);
        if (row % 3 == 1) continue;
        tessera_test_set_bool(batch, c[0], row % 2);
        tessera_test_set_int64(batch, c[1], -row);
        tessera_test_set_double(batch, c[2], row / 4.0);
        tessera_test_set_text(batch, c[3], tessera_literal(row % 2 ? "" : name));
        tessera_test_set_text(batch, c[4], tessera_literal("[1]"));
        tessera_test_set_date(batch, c[5], row);
        tessera_test_set_int64(batch, c[6], row * INT64_C(1000000));
        if (row == 3) tessera_test_set_null(batch, c[1]);
    }
    const struct ArrowSchema *schema = tessera_test_schema(batch);
    const struct ArrowArray *rows = tessera_test_array(batch);
    TESSERA_CHECK(rows->length == 100 && rows->n_children == 11 && rows->children[c[0]]->null_count == 33);
    TESSERA_CHECK(rows->children[0]->buffers[0] == NULL && rows->children[c[0]]->buffers[0] != NULL);
    TESSERA_CHECK(tessera_column(schema, "tdD") == c[5] && strcmp(tessera_format(schema, c[4]), "u") == 0);
    TESSERA_CHECK(schema->children[c[4]]->metadata != NULL && schema->children[c[3]]->metadata == NULL);
    for (int row = 0; row < 100; row++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", row);
        TESSERA_CHECK(tessera_test_is(tessera_text(rows, 0, row), name) && tessera_text(rows, 1, row).length == 32);
        TESSERA_CHECK(tessera_int64(rows, 2, row) == 1 && tessera_int64(rows, 3, row) == 1000 + row);
        int null = row % 3 == 1;
        TESSERA_CHECK(tessera_is_null(rows, c[0], row) == null && tessera_is_null(rows, c[1], row) == (null || row == 3));
        TESSERA_CHECK(tessera_bool(rows, c[0], row) == (null ? 0 : row % 2));
        TESSERA_CHECK(tessera_double(rows, c[2], row) == (null ? 0 : row / 4.0));
        TESSERA_CHECK(tessera_test_is(tessera_text(rows, c[3], row), null || row % 2 ? "" : name));
        TESSERA_CHECK(tessera_test_is(tessera_text(rows, c[4], row), null ? "" : "[1]"));
        TESSERA_CHECK(tessera_date(rows, c[5], row) == (null ? 0 : row));
        TESSERA_CHECK(tessera_int64(rows, c[6], row) == (null ? 0 : row * INT64_C(1000000)));
    }
    tessera_test_batch_free(batch);
}

static int config_faults;
static tessera_test_problems problems_of(const char *json, int64_t *integer, double *number, char *text, size_t size) {
    tessera_test_problems problems;
    tessera_test_problems_init(&problems);
    tessera_str bytes = {json, strlen(json)};
    tessera_config c = tessera_config_begin(bytes, &problems.call);
    /* `begin` keeps the address of the call, which stays where it is until `end`. */
    *integer = tessera_config_has(&c, "i") ? tessera_config_integer(&c, "i", -5, 100) : 10;
    *number = tessera_config_number(&c, "n", 0, 1);
    tessera_config_text(&c, "t", text, size);
    if (tessera_config_has(&c, "b")) *integer += tessera_config_bool(&c, "b") ? 1000 : 2000;
    config_faults = tessera_config_end(&c);
    return problems;
}

static void config(void) {
    int64_t i;
    double n;
    char t[16];
    tessera_test_problems p = problems_of(" {\"t\":\"a\\u00e9\\ud83d\\ude00\\n\",\"n\":2.5e-1,\"i\":-5} ", &i, &n, t, sizeof t);
    TESSERA_CHECK(!config_faults && p.count == 0 && i == -5 && n == 0.25);
    TESSERA_CHECK(strcmp(t, "a\xC3\xA9\xF0\x9F\x98\x80\n") == 0);
    p = problems_of("{\"i\":null,\"n\":1,\"t\":\"x\",\"b\":false}", &i, &n, t, sizeof t);
    TESSERA_CHECK(!config_faults && i == 2010);
    p = problems_of("{\"i\":1e3,\"n\":\"1\",\"t\":[],\"b\":1,\"a/~b\":{\"x\":[1,{}]}}", &i, &n, t, sizeof t);
    TESSERA_CHECK(config_faults && p.count == 5 && tessera_test_has_problem(&p, "/a~1~0b"));
    TESSERA_CHECK(tessera_test_has_problem(&p, "/i") && tessera_test_has_problem(&p, "/b"));
    TESSERA_CHECK(tessera_test_is(p.list[1].message, "n must be a number from 0 to 1"));
    tessera_test_problems_free(&p);
    p = problems_of("{}", &i, &n, t, sizeof t);
    TESSERA_CHECK(p.count == 2 && tessera_test_is(p.list[1].message, "t is required: give a text of 1 to 15 bytes"));
    tessera_test_problems_free(&p);
    static const char *const bad[] = {"[]", "3", "{", "{\"a\"}", "{\"a\":}", "{\"n\":01}", "{\"t\":\"\\x\"}", "{} x", "\1", "[[",
                                      "{\"a\":1,}", "{\"a\":tru}", "{\"a\":\"\n\"}", "\"", "-", "{\"n\":1.}", "{\"n\":1e}"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        p = problems_of(bad[k], &i, &n, t, sizeof t);
        TESSERA_CHECK(config_faults && p.count == 1 && p.list[0].pointer.length == 0);
        tessera_test_problems_free(&p);
    }
    char deep[20001];
    memset(deep, '[', 20000), deep[20000] = 0;
    p = problems_of(deep, &i, &n, t, sizeof t);
    TESSERA_CHECK(p.count == 1);
    tessera_test_problems_free(&p);
}

/* ---- A plugin that does what none should, in this program itself. */

static const tessera_tile_type clumsy_types[] = {
    {sizeof(tessera_tile_type), TESSERA_ROLE_STEP, 0, 0, 0, 0, 0, "clumsy", "", "{}"},
    {sizeof(tessera_tile_type), TESSERA_ROLE_STEP, 0, 0, 0, 0, 0, "refuses", "", "{}"},
    {sizeof(tessera_tile_type), TESSERA_ROLE_STEP, 0, 0, 0, 0, 0, "two-minded", "", "{}"}};
static const tessera_tile_type *const clumsy_list[] = {&clumsy_types[0], &clumsy_types[1], &clumsy_types[2]};

static int32_t clumsy_open(const tessera_tile_type *type, tessera_str text, const struct ArrowSchema *schema,
                           const tessera_open_call *call, void **instance) {
    (void)text, (void)schema, (void)instance;
    if (type == &clumsy_types[2]) call->problem(call, tessera_literal("/x"), tessera_literal("no"));
    return type == &clumsy_types[1];
}
static void clumsy_close(const tessera_tile_type *type, void *instance) { (void)type, (void)instance; }
static int32_t clumsy_run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                          const struct ArrowArray *batch, const tessera_call *call) {
    (void)type, (void)instance, (void)schema;
    static const tessera_error error = {sizeof(tessera_error), 0, {"X", 1}, {"first", 5}, {NULL, 0}, {NULL, 0}};
    const tessera_outcome outcomes[] = {{0, TESSERA_FAIL, 0, 0, 0, &error},
                                        {0, TESSERA_ADVANCE, 0, 0, 0, NULL},                        /* again: the first wins */
                                        {(uint32_t)batch->length, TESSERA_ADVANCE, 0, 0, 0, NULL}, /* no such row */
                                        {1, TESSERA_ADVANCE, 0, 1, 0, NULL},                        /* no such branch */
                                        {1, TESSERA_WAIT, 0, 0, call->now_us, NULL},                /* not later */
                                        {1, 9, 0, 0, 0, NULL}};                                     /* no such kind */
    call->report(call, outcomes, 6);
    call->record(call, 0, tessera_literal("{}")); /* no dry run */
    call->done(call);                             /* not ASYNC */
    return 0;
}
static const tessera_tile_interface clumsy_tiles = {
    sizeof(tessera_tile_interface), 3, clumsy_list, clumsy_open, clumsy_close, NULL, NULL, clumsy_run};
static int32_t clumsy_start(const tessera_host *host) { return host == NULL; }
static void clumsy_retire(void) {}
static const void *clumsy_find(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) ? NULL : &clumsy_tiles; }
static const tessera_plugin clumsy = {sizeof(tessera_plugin), 0, "a.b", "1", "", clumsy_start, clumsy_retire, clumsy_find};
const tessera_plugin *tessera_plugin_v1(void) { return &clumsy; }

static void mistakes(void) {
    tessera_test_host *host = tessera_test_host_new();
    tessera_test_tile tile;
    TESSERA_CHECK(!tessera_test_open(&tile, &clumsy, "refuses", "{}", NULL) && tile.problems.count == 1);
    tessera_test_problems_free(&tile.problems);
    TESSERA_CHECK(!tessera_test_open(&tile, &clumsy, "two-minded", "{}", NULL) && tile.problems.count == 2);
    tessera_test_problems_free(&tile.problems);
    TESSERA_CHECK(!tessera_test_open(&tile, &clumsy, "absent", "{}", NULL) && tile.problems.count == 1);
    tessera_test_problems_free(&tile.problems);
    TESSERA_CHECK(tessera_test_open(&tile, &clumsy, "clumsy", "{}", NULL));
    TESSERA_CHECK(tessera_test_branch(&tile, "next") == 0 && tessera_test_branch(&tile, "failed") == -1);
    tessera_test_batch *batch = tessera_test_batch_new();
    tessera_test_row(batch), tessera_test_row(batch);
    tessera_test_call *call = tessera_test_call_new(host, 0);
    TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0);
    TESSERA_CHECK(tessera_test_mistakes(call) == 6);
    TESSERA_CHECK(tessera_test_outcome_count(call) == 1 && tessera_test_outcome(call, 1) == NULL);
    TESSERA_CHECK(tessera_test_is(tessera_test_outcome(call, 0)->error->message, "first"));
    tessera_test_call_free(call);
    call = tessera_test_call_new(host, 0);
    tessera_test_set_now(host, call->call.deadline_us);
    tessera_test_run(&tile, batch, call);
    TESSERA_CHECK(tessera_test_outcome_count(call) == 0 && tessera_test_mistakes(call) == 8);
    tessera_test_call_free(call);
    tessera_test_batch_free(batch);
    tessera_test_close(&tile);
}

static void tiles(char **files) {
    tessera_test_host *host = tessera_test_host_new();
    char why[256];
    TESSERA_CHECK(tessera_test_map("/nothing.so", why, sizeof why) == NULL && strstr(why, "nothing.so") != NULL);
    const tessera_plugin *weekend = tessera_test_load(files[1], host), *late = tessera_test_load(files[2], host);
    const tessera_plugin *effects = tessera_test_load(files[3], host);
    if (weekend == NULL || late == NULL || effects == NULL) return;
    tessera_test_tile tile;
    TESSERA_CHECK(!tessera_test_open(&tile, weekend, "com.example.weekend", "{\"a\":1}", NULL));
    TESSERA_CHECK(tessera_test_has_problem(&tile.problems, "/a"));
    tessera_test_problems_free(&tile.problems);

    TESSERA_CHECK(tessera_test_open(&tile, late, "com.example.late", "{}", NULL));
    const tessera_str *names;
    TESSERA_CHECK(tessera_test_columns(&tile, &names) == 1 && tessera_test_is(names[0], "$member"));
    tessera_test_batch *batch = tessera_test_batch_new();
    tessera_test_column(batch, "$member", "u");
    for (int row = 0; row < 1000; row++) {
        tessera_test_row(batch);
        tessera_test_set_text(batch, 0, tessera_literal(row % 2 ? "m1" : "m2"));
    }
    for (int round = 0; round < 20; round++) {
        tessera_test_call *call = tessera_test_call_new(host, 0);
        TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0 && tessera_test_wait(call, 60));
        TESSERA_CHECK(tessera_test_outcome_count(call) == 1000 && tessera_test_mistakes(call) == 0);
        TESSERA_CHECK(tessera_test_outcome(call, 999)->branch == tessera_test_branch(&tile, "odd"));
        tessera_test_call_free(call);
    }
    tessera_test_call *call = tessera_test_call_new(host, 0);
    tessera_test_cancel(call);
    TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0 && tessera_test_wait(call, 60));
    TESSERA_CHECK(tessera_test_outcome_count(call) == 0);
    tessera_test_call_free(call);
    tessera_test_batch_free(batch);
    tessera_test_close(&tile);

    TESSERA_CHECK(tessera_test_open(&tile, effects, "com.example.v1-0.effects", "{}", NULL));
    batch = tessera_test_batch_new();
    tessera_test_column(batch, "$key", "u");
    tessera_test_row(batch), tessera_test_set_text(batch, 0, tessera_literal("k"));
    call = tessera_test_call_new(host, TESSERA_CALL_DRY_RUN);
    TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0 && tessera_test_wait(call, 60));
    TESSERA_CHECK(tessera_test_is(tessera_test_record_of(call, 0), "{\"key\":\"k\"}"));
    TESSERA_CHECK(tessera_test_mistakes(call) == 0);
    tessera_test_call_free(call);
    tessera_test_batch_free(batch);
    tessera_test_close(&tile);
}

static void hosts(void) {
    tessera_test_host *host = tessera_test_host_new();
    const tessera_host *table = &host->table;
    table->log(table, TESSERA_LOG_WARNING, tessera_literal("careful"));
    TESSERA_CHECK(tessera_test_logged(host, "care") && !tessera_test_logged(host, "careless"));
    TESSERA_CHECK(tessera_test_line_count(host) == 1 && tessera_test_line_at(host, 0).level == TESSERA_LOG_WARNING);
    TESSERA_CHECK(table->now_us(table) == INT64_C(1700000000000000));
    tessera_test_set_now(host, 5);
    TESSERA_CHECK(table->now_us(table) == 5 && table->service(table, "com.example.x/1") == NULL);
    tessera_test_offer(host, "com.example.x/1", &host);
    TESSERA_CHECK(table->service(table, "com.example.x/1") == &host);
    tessera_test_set(host, "colour", "blue");
    const tessera_settings_service *settings =
        (const tessera_settings_service *)table->service(table, TESSERA_SERVICE_SETTINGS);
    TESSERA_CHECK(tessera_test_is(settings->get(settings, tessera_literal("colour")), "blue"));
    TESSERA_CHECK(settings->get(settings, tessera_literal("size")).length == 0);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    batches(), config(), mistakes(), hosts(), tiles(argv);
    return tessera_test_result();
}
