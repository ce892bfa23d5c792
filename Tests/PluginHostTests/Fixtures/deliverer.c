/* A side-effect tile that uses the host services of its call: what a transport does, without the network. Its error texts
 * tell the test what the services said. */
#include <tessera/tessera_columns.h>

#include <stdio.h>

static const tessera_connectors_service *connectors;
static const tessera_delivery_service *delivery;

static int32_t start(const tessera_host *host) {
    connectors = host->service(host, TESSERA_SERVICE_CONNECTORS);
    delivery = host->service(host, TESSERA_SERVICE_DELIVERY);
    return connectors && delivery && !host->service(host, "com.example.unknown/1") ? 0 : 3;
}
static void retire(void) {}

static const tessera_tile_type type = {
    sizeof type, TESSERA_ROLE_STEP, TESSERA_TILE_SIDE_EFFECTS, 0, 0, 0, 0, "test-deliver", "Delivers",
    "{\"type\":\"object\",\"properties\":{\"destination_id\":{\"type\":\"string\",\"x-tessera\":\"destination\"}}}"};
static const tessera_tile_type *const types[] = {&type};

static char wanted[64];

static int32_t open(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance) {
    char text[512] = {0};
    memcpy(text, config.data, config.length < sizeof text - 1 ? config.length : sizeof text - 1);
    const char *id = strstr(text, "\"destination_id\":\"");
    if (!id) return 1;
    snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(id + 18, "\""), id + 18);
    return 0;
}
static void close(const tessera_tile_type *t, void *instance) {}

static int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    tessera_str reason = {NULL, 0};
    const tessera_destination *destination = connectors->acquire(connectors, call, tessera_literal(wanted), &reason);
    char text[512];
    tessera_error error = {sizeof error, 0, tessera_literal("MISC_ERROR"), reason, {NULL, 0}, {NULL, 0}};
    tessera_outcome outcome = {0, TESSERA_FAIL, 0, 0, 0, &error};
    if (destination) {
        snprintf(text, sizeof text, "%.*s|%.*s|%s|%.*s", (int)destination->name.length, destination->name.data,
                 destination->origin_count ? (int)destination->origins[0].length : 0,
                 destination->origin_count ? destination->origins[0].data : "", (const char *)destination->instance,
                 destination->secret_count ? (int)destination->secrets[0].value.length : 0,
                 destination->secret_count ? destination->secrets[0].value.data : "");
        error.message = tessera_literal(text);
        connectors->release(connectors, destination);
        int64_t not_before = 0;
        uint32_t rows = 2;
        tessera_settlement settlement = {sizeof settlement, TESSERA_SETTLE_DELIVERED, rows, 0, 40, 0};
        if (delivery->acquire(delivery, call, tessera_literal(wanted), &rows, 1, &not_before) == 1)
            delivery->settle(delivery, call, tessera_literal(wanted), &settlement);
    }
    call->report(call, &outcome, 1);
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open, close, NULL, NULL, run};

static const void *interface(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

const tessera_plugin *tessera_plugin_v1(void) {
    static const tessera_plugin plugin = {sizeof plugin, 0, "test.deliverer", "1.0.0", "", start, retire, interface};
    return &plugin;
}
