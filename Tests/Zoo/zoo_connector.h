/* A connector that behaves well until it is told to sin: one POST to the config's "url" for each row, its body
 * {"member": key}. A file of the zoo defines ZOO_NAME and one of
 *   ZOO_BUILD, ZOO_CLASSIFY: a statement run first, when the config says {"sin": true} or a row in the batch (in the
 *                            request's body) has a key that starts with "poison"
 * The type's id is "com.example.zoo.NAME", and so is the plugin's. */
#ifndef ZOO_CONNECTOR_H
#define ZOO_CONNECTOR_H
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <tessera/tessera_columns.h>

#define ZOO_ID "com.example.zoo." ZOO_NAME

typedef struct zoo_destination {
    int sin;
    char url[512];
} zoo_destination;

static const tessera_connector_type zoo_type = {
    sizeof(tessera_connector_type), 0, ZOO_ID, "Zoo: " ZOO_NAME,
    "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"sin\":{\"type\":\"boolean\"}},\"required\":[\"url\"],\"additionalProperties\":false,"
    "\"examples\":[{\"url\":\"https://example.com/zoo\"}]}"};
static const tessera_connector_type *const zoo_types[] = {&zoo_type};

/* The text between the quotes after `"name":`: a real plugin parses its JSON. */
static int zoo_text(tessera_str config, const char *name, char *to, size_t size) {
    char quoted[64], whole[4096];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    snprintf(whole, sizeof whole, "%.*s", (int)config.length, config.data);
    char *at = strstr(whole, quoted);
    char *start = at ? strchr(at + strlen(quoted), '"') : NULL;
    char *end = start ? strchr(start + 1, '"') : NULL;
    if (end == NULL || (size_t)(end - start) > size) return 0;
    memcpy(to, start + 1, (size_t)(end - start - 1));
    to[end - start - 1] = 0;
    return 1;
}

static int32_t zoo_open(const tessera_connector_type *type, tessera_str config, const struct ArrowSchema *schema,
                        const tessera_open_call *call, void **instance) {
    (void)type, (void)schema;
    zoo_destination *made = calloc(1, sizeof *made);
    if (made == NULL) return 1;
    if (!zoo_text(config, "url", made->url, sizeof made->url) || strncmp(made->url, "http", 4) != 0) {
        call->problem(call, tessera_literal("/url"), tessera_literal("give the URL to post to, at most 511 bytes"));
        free(made);
        return 1;
    }
    made->sin = memmem(config.data, config.length, "true", 4) != NULL;
    *instance = made;
    return 0;
}

static void zoo_close(const tessera_connector_type *type, void *instance) {
    (void)type;
    free(instance);
}

static int32_t zoo_build(const tessera_connector_type *type, void *instance, const struct ArrowSchema *schema,
                         const struct ArrowArray *batch, const tessera_build_call *call) {
    const zoo_destination *destination = instance;
    int member = tessera_column(schema, TESSERA_COLUMN_MEMBER);
    int poison = 0;
    (void)type;
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_str key = tessera_text(batch, member, row);
        if (key.length >= 6 && memcmp(key.data, "poison", 6) == 0) poison = 1;
    }
#ifdef ZOO_BUILD
    if (destination->sin || poison) ZOO_BUILD;
#else
    (void)poison;
#endif
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_str key = tessera_text(batch, member, row);
        char body[512];
        int length = snprintf(body, sizeof body, "{\"member\":\"%.*s\"}", (int)(key.length > 400 ? 400 : key.length),
                              key.data ? key.data : "");
        tessera_header header = {tessera_literal("content-type"), tessera_literal("application/json")};
        uint32_t rows[] = {(uint32_t)row};
        tessera_request request = {0};
        request.size = sizeof request;
        request.method = tessera_literal("POST");
        request.url = tessera_literal(destination->url);
        request.headers = &header;
        request.header_count = 1;
        request.body = (tessera_str){body, (size_t)length};
        request.rows = rows;
        request.row_count = 1;
        call->request(call, &request);
    }
    return 0;
}

static int32_t zoo_classify(const tessera_connector_type *type, void *instance, const tessera_request *request,
                            const tessera_answer *answer, const tessera_classify_call *call) {
    (void)type, (void)instance;
#ifdef ZOO_CLASSIFY
    int poison = request->body.length > 0 && memmem(request->body.data, request->body.length, ":\"poison", 8) != NULL;
    if (((const zoo_destination *)instance)->sin || poison) ZOO_CLASSIFY;
#endif
    int is_delivered = answer->transport == TESSERA_TRANSPORT_OK && answer->status >= 200 && answer->status < 300;
    tessera_error error = {sizeof error, answer->status, tessera_literal("SERVER_ERROR"),
                           tessera_literal("the zoo's destination did not take it"), {NULL, 0}, {NULL, 0}};
    for (size_t i = 0; i < request->row_count; i++) {
        tessera_outcome outcome = {request->rows[i], TESSERA_ADVANCE, 0, 0, 0, NULL};
        if (!is_delivered) outcome.kind = TESSERA_RETRY, outcome.error = &error;
        call->report(call, &outcome, 1);
    }
    return 0;
}

static const tessera_connector_interface zoo_connectors = {sizeof(tessera_connector_interface), 1, zoo_types, zoo_open,
                                                           zoo_close, NULL, zoo_build, zoo_classify};

static int32_t zoo_start(const tessera_host *host) {
    (void)host;
    return 0;
}
static void zoo_retire(void) {}
static const void *zoo_interface(const char *id) {
    return strcmp(id, TESSERA_INTERFACE_CONNECTOR) == 0 ? &zoo_connectors : NULL;
}

static const tessera_plugin zoo_plugin = {
    sizeof(tessera_plugin), TESSERA_ABI_MINOR, ZOO_ID, "1.0.0", "", zoo_start, zoo_retire, zoo_interface};
const tessera_plugin *tessera_plugin_v1(void) { return &zoo_plugin; }
#endif /* ZOO_CONNECTOR_H */
