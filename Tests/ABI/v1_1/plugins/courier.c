/* A deliverer of 1.1: a tile that uses every service for deliveries, and a transport; only the network is left out. Its
 * config is {"destination_id", "answer"}: what "comes back" for each request is the answer, "STATUS BODY".
 *
 * A row is sent with the batch that the tile got, whose columns are those that a connector gets. A SPLIT is carried out for
 * one step: its rows fail, with the code com.example.v1-1.split. An answer of 410 disables the destination. */
#include <stdio.h>
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

static const tessera_connectors_service *connectors;
static const tessera_delivery_service *delivery;

static const tessera_tile_type type = {
    .size = sizeof type, .role = TESSERA_ROLE_STEP, .flags = TESSERA_TILE_SIDE_EFFECTS,
    .id = "com.example.v1-1.courier", .title = "Courier of 1.1",
    .config_schema = "{\"type\":\"object\",\"properties\":{\"destination_id\":{\"type\":\"string\","
                     "\"x-tessera\":\"destination\"},\"answer\":{\"type\":\"string\"}}}"};
static const tessera_tile_type *const types[] = {&type};

typedef struct courier {
    char destination_id[64], answer[128];
} courier;

static void text(tessera_str config, const char *name, char *to, size_t size) {
    char quoted[64], whole[2048];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    snprintf(whole, sizeof whole, "%.*s", (int)config.length, config.data);
    const char *at = strstr(whole, quoted);
    const char *start = at ? strchr(at + strlen(quoted), '"') : NULL;
    const char *end = start ? strchr(start + 1, '"') : NULL;
    if (end != NULL && (size_t)(end - start) <= size) memcpy(to, start + 1, (size_t)(end - start - 1));
}

static int32_t open_tile(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)t, (void)schema, (void)call;
    courier *made = calloc(1, sizeof *made);
    if (made == NULL) return 1;
    text(config, "destination_id", made->destination_id, sizeof made->destination_id);
    text(config, "answer", made->answer, sizeof made->answer);
    *instance = made;
    return 0;
}
static void close_tile(const tessera_tile_type *t, void *instance) {
    (void)t;
    free(instance);
}
static size_t columns(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    (void)t, (void)instance;
    static const tessera_str wanted[] = {{"$member", 7}, {"$key", 4}, {"$attempt", 8}, {"kind", 4}};
    *names = wanted;
    return 4;
}

/* One call of the tile while its connector builds and judges. */
typedef struct delivery_run {
    const tessera_call *call;
    const tessera_destination *destination;
    const courier *courier;
    uint32_t retried;
} delivery_run;

static void judged(const tessera_classify_call *call, const tessera_outcome *outcomes, size_t count) {
    delivery_run *run = call->context;
    for (size_t i = 0; i < count; i++) {
        tessera_outcome outcome = outcomes[i];
        tessera_error error = outcome.error ? *outcome.error : (tessera_error){.size = sizeof error};
        if (outcome.flags & TESSERA_OUTCOME_SPLIT) {
            outcome.kind = TESSERA_FAIL;
            outcome.flags = 0;
            error.code = tessera_literal("com.example.v1-1.split");
            outcome.error = &error;
        }
        if (outcome.kind == TESSERA_RETRY) run->retried++;
        run->call->report(run->call, &outcome, 1);
    }
}

static void sent(const tessera_build_call *call, const tessera_request *request) {
    delivery_run *run = call->context;
    const tessera_str id = tessera_literal(run->courier->destination_id);
    const uint32_t rows = (uint32_t)request->row_count;
    int64_t not_before = 0;
    if (delivery->acquire(delivery, run->call, id, &rows, 1, &not_before) != 1) {
        for (size_t i = 0; i < request->row_count; i++) {
            const tessera_outcome held = {.row = request->rows[i], .kind = TESSERA_RETRY,
                                          .flags = TESSERA_OUTCOME_NOT_ATTEMPTED, .time_us = not_before};
            run->call->report(run->call, &held, 1);
        }
        return;
    }
    const char *body = strchr(run->courier->answer, ' ');
    const tessera_header header = {tessera_literal("x-courier"), tessera_literal("1.1")};
    const tessera_answer answer = {
        .size = sizeof answer, .transport = TESSERA_TRANSPORT_OK, .status = atoi(run->courier->answer),
        .headers = &header, .header_count = 1, .body = tessera_literal(body ? body + 1 : ""), .latency_us = 40,
        .retry_at_us = run->call->now_us + 5000000};
    const tessera_classify_call judge = {sizeof judge, 0, run, call->now_us, judged};
    run->retried = 0;
    run->destination->connector->classify(run->destination->type, run->destination->instance, request, &answer, &judge);
    const tessera_settlement settlement = {
        .size = sizeof settlement,
        .settle_class = answer.status == 200 ? TESSERA_SETTLE_DELIVERED : TESSERA_SETTLE_REJECTED, .rows = rows,
        .retried = run->retried, .latency_us = answer.latency_us, .retry_at_us = 0};
    delivery->settle(delivery, run->call, id, &settlement);
    if (answer.status == 410) delivery->disable(delivery, run->call, id, tessera_literal("gone, says 1.1"));
}

static void refused(const tessera_build_call *call, const tessera_outcome *outcomes, size_t count) {
    delivery_run *run = call->context;
    run->call->report(run->call, outcomes, count);
}

static int32_t run_tile(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema,
                        const struct ArrowArray *batch, const tessera_call *call) {
    (void)t;
    const courier *c = instance;
    tessera_str reason = {NULL, 0};
    const tessera_destination *destination =
        connectors->acquire(connectors, call, tessera_literal(c->destination_id), &reason);
    if (destination == NULL) {
        const tessera_error error = {.size = sizeof error, .code = tessera_literal("MISC_ERROR"), .message = reason};
        for (int64_t row = 0; row < batch->length; row++) {
            const tessera_outcome outcome = {.row = (uint32_t)row, .kind = TESSERA_FAIL, .error = &error};
            call->report(call, &outcome, 1);
        }
        return 0;
    }
    delivery_run run = {call, destination, c, 0};
    const tessera_build_call building = {sizeof building, 0, &run, call->now_us, sent, refused};
    const int32_t status =
        destination->connector->build(destination->type, destination->instance, schema, batch, &building);
    connectors->release(connectors, destination);
    return status;
}

/* Tells the destination's name, and what it was given to keep and where that may go. */
static int32_t probe(const tessera_destination *destination, const tessera_probe_call *call) {
    char told[256];
    snprintf(told, sizeof told, "%.*s: %zu secrets for %.*s", (int)destination->name.length, destination->name.data,
             destination->secret_count, destination->origin_count ? (int)destination->origins[0].length : 0,
             destination->origin_count ? destination->origins[0].data : "");
    const tessera_probe_step built = {.size = sizeof built, .ok = 1, .step = tessera_literal("build"),
                                      .message = tessera_literal(told), .elapsed_us = 3};
    const tessera_probe_step asked = {.size = sizeof asked, .ok = 0, .step = tessera_literal("request"),
                                      .message = tessera_literal("no"), .elapsed_us = call->deadline_us - call->now_us,
                                      .http_status = 418, .sent = tessera_literal("POST"),
                                      .received = tessera_literal("teapot")};
    call->step(call, &built);
    call->step(call, &asked);
    return 1;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open_tile, close_tile, NULL, columns, run_tile};
static const tessera_transport_interface transport = {sizeof transport, 0, probe};

static int32_t start(const tessera_host *host) {
    connectors = host->service(host, TESSERA_SERVICE_CONNECTORS);
    delivery = host->service(host, TESSERA_SERVICE_DELIVERY);
    return connectors == NULL || delivery == NULL || !TESSERA_HAS(delivery, disable);
}
static void retire(void) {}
static const void *find(const char *id) {
    if (strcmp(id, TESSERA_INTERFACE_TILE) == 0) return &tiles;
    return strcmp(id, TESSERA_INTERFACE_TRANSPORT) == 0 ? &transport : NULL;
}

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.v1-1.courier", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
