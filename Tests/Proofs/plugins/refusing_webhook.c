/* Calls itself the webhook connector and opens no destination but its own sample: what a botched upgrade looks like. */
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

static int32_t open_hook(const tessera_connector_type *t, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)t, (void)schema;
    *instance = NULL;
    for (size_t i = 0; i + 10 <= config.length; i++)
        if (memcmp(config.data + i, "batch_size", 10) == 0) {
            call->problem(call, tessera_literal("/batch_size"), tessera_literal("this version has no batches"));
            return 1;
        }
    return 0;
}

static void close_hook(const tessera_connector_type *t, void *instance) { (void)t, (void)instance; }

static int32_t build(const tessera_connector_type *t, void *instance, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call) {
    (void)t, (void)instance, (void)schema, (void)batch, (void)call;
    return 1;
}

static int32_t classify(const tessera_connector_type *t, void *instance, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call) {
    (void)t, (void)instance, (void)request, (void)answer, (void)call;
    return 1;
}

static const tessera_connector_type type = {
    sizeof type, 100, "webhook", "Webhook",
    "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\",\"format\":\"uri\"}},"
    "\"examples\":[{\"url\":\"https://example.com/hook\"}]}"};
static const tessera_connector_type *const types[] = {&type};
static const tessera_connector_interface connectors = {sizeof connectors, 1,        types, open_hook, close_hook,
                                                       NULL,              build, classify};

static int32_t start(const tessera_host *host) { return host == NULL; }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_CONNECTOR) == 0 ? &connectors : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "dev.tessera.webhook", "9.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void);
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
