/* A connector with secrets and URLs, and a transport whose probe tells what it was given. */
#include <tessera/tessera_columns.h>

#include <stdio.h>
#include <stdlib.h>
#ifdef GATE
#include <threads.h>
#endif

#ifndef TYPE_ID
#define TYPE_ID "test-hook"
#endif
#ifndef PLUGIN_ID
#define PLUGIN_ID "test.connector"
#endif
#ifndef SCHEMA
#define SCHEMA                                                                                                          \
    "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\",\"format\":\"uri\"},"                           \
    "\"token\":{\"type\":\"string\",\"writeOnly\":true},\"signing_secrets\":{\"type\":\"array\",\"items\":"             \
    "{\"type\":\"string\",\"writeOnly\":true}}},\"examples\":[{\"url\":\"https://example.com/hook\"}]}"
#endif

#ifndef CONNECTOR_INTERFACE
#define CONNECTOR_INTERFACE TESSERA_INTERFACE_CONNECTOR
#endif
#ifndef PROBE_STATUS
#define PROBE_STATUS 1
#endif
#ifndef NEEDED
#define NEEDED "\"url\""
#endif

static const tessera_host *host;

static int32_t start(const tessera_host *given) {
    const tessera_settings_service *settings = given->service(given, TESSERA_SERVICE_SETTINGS);
    host = given;
    if (settings) given->log(given, TESSERA_LOG_WARNING, settings->get(settings, tessera_literal("allow-destination")));
    return 0;
}
static void retire(void) {}

static const tessera_connector_type type = {sizeof type, 50, TYPE_ID, "A test hook", SCHEMA};
static const tessera_connector_type *const types[] = {&type};

#ifdef GATE
static int exists(const char *path) {
    FILE *file = fopen(path, "r");
    return file ? fclose(file), 1 : 0;
}

static void touch(const char *path) {
    FILE *file = fopen(path, "a");
    if (file) fclose(file);
}

/* Writes "entered" into the directory GATE and waits until "go" is there; after 15 seconds it writes "expired" and goes on. */
static void wait_at_gate(void) {
    const struct timespec moment = {0, 10000000};
    touch(GATE "/entered");
    for (int turn = 0; turn < 1500; turn++) {
        if (exists(GATE "/go")) return;
        thrd_sleep(&moment, NULL);
    }
    touch(GATE "/expired");
}
#endif

static int32_t open(const tessera_connector_type *t, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance) {
    char *copy = malloc(config.length + 1);
    memcpy(copy, config.data, config.length);
    copy[config.length] = 0;
    if (!strstr(copy, NEEDED)) {
        call->problem(call, tessera_literal("/url"), tessera_literal("url is missing: where should it go?"));
        free(copy);
        return 1;
    }
#ifdef GATE
    if (strstr(copy, "slow")) wait_at_gate();
#endif
    *instance = copy;
    return 0;
}

static void close(const tessera_connector_type *t, void *instance) {
    host->log(host, TESSERA_LOG_WARNING, tessera_literal("closed"));
    free(instance);
}

static int32_t build(const tessera_connector_type *t, void *instance, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call) {
    return 0;
}

static int32_t classify(const tessera_connector_type *t, void *instance, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call) {
    return 0;
}

static const tessera_connector_interface connectors = {sizeof connectors, 1, types, open, close, NULL, build, classify};

static int32_t probe(const tessera_destination *destination, const tessera_probe_call *call) {
    char text[512];
    snprintf(text, sizeof text, "%.*s secrets=%zu origins=%zu", (int)destination->name.length, destination->name.data,
             destination->secret_count, destination->origin_count);
    tessera_probe_step built = {sizeof built, 1, tessera_literal("build"), tessera_literal(text), 3, 0, 0, {NULL, 0}, {NULL, 0}};
    tessera_probe_step failed = {sizeof failed, 0, tessera_literal("connect"), tessera_literal("nobody there"),
                                 call->deadline_us - call->now_us, 0, 0, {NULL, 0}, {NULL, 0}};
    call->step(call, &built);
    call->step(call, &failed);
    return PROBE_STATUS;
}

static const tessera_transport_interface transport = {sizeof transport, 0, probe};

static const void *interface(const char *id) {
    if (strcmp(id, CONNECTOR_INTERFACE) == 0) return &connectors;
#ifndef NO_TRANSPORT
    if (strcmp(id, TESSERA_INTERFACE_TRANSPORT) == 0) return &transport;
#else
    (void)transport;
#endif
    return NULL;
}

const tessera_plugin *tessera_plugin_v1(void) {
    static const tessera_plugin plugin = {sizeof plugin, 0, PLUGIN_ID, "1.0.0", "", start, retire, interface};
    return &plugin;
}
