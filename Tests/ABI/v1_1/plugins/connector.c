/* A connector of 1.1: two rows a request, signed when it has a signing secret; a row without a "kind" can't be sent. Its
 * config is {"url", "token", "signing_secret"}, the last two secrets. What an answer means:
 *   200 with a body that begins with "partial"   the first row is delivered, the second is to be tried at retry_at_us
 *   200                                          delivered
 *   400                                          SPLIT
 *   another status                               FAIL, with the status
 *   no answer                                    RETRY, with the message of the transport */
#include <stdio.h>
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

#define ROWS 2
#define MEMBER 0
#define KEY 1
#define KIND 3

typedef struct destination {
    char url[256], token[64], signing[64];
} destination;

static const tessera_connector_type type = {
    sizeof type, 64, "com.example.v1-1.connector", "Connector of 1.1",
    "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"token\":{\"type\":\"string\",\"writeOnly\":true},\"signing_secret\":{\"type\":\"string\",\"writeOnly\":true}},"
    "\"required\":[\"url\"],\"additionalProperties\":false,\"examples\":[{\"url\":\"https://example.com/v1-1\"}]}"};
static const tessera_connector_type *const types[] = {&type};

/* The text of a field, without escapes; a real plugin parses its JSON. */
static int text(tessera_str config, const char *name, char *to, size_t size) {
    char quoted[64], whole[2048];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    snprintf(whole, sizeof whole, "%.*s", (int)config.length, config.data);
    const char *at = strstr(whole, quoted);
    const char *start = at ? strchr(at + strlen(quoted), '"') : NULL;
    const char *end = start ? strchr(start + 1, '"') : NULL;
    if (end == NULL || (size_t)(end - start) > size) return 0;
    memcpy(to, start + 1, (size_t)(end - start - 1));
    to[end - start - 1] = 0;
    return 1;
}

static int32_t open_destination(const tessera_connector_type *t, tessera_str config, const struct ArrowSchema *schema,
                                const tessera_open_call *call, void **instance) {
    (void)t, (void)schema;
    destination *made = calloc(1, sizeof *made);
    if (made == NULL) return 1;
    if (!text(config, "url", made->url, sizeof made->url)) {
        call->problem(call, tessera_literal("/url"), tessera_literal("url is missing"));
        free(made);
        return 1;
    }
    text(config, "token", made->token, sizeof made->token);
    text(config, "signing_secret", made->signing, sizeof made->signing);
    *instance = made;
    return 0;
}
static void close_destination(const tessera_connector_type *t, void *instance) {
    (void)t;
    free(instance);
}
static size_t columns(const tessera_connector_type *t, void *instance, const tessera_str **names) {
    (void)t, (void)instance;
    static const tessera_str known[] = {{"kind", 4}, {"*", 1}};
    *names = known;
    return 2;
}

static void send(const destination *d, const struct ArrowArray *batch, const uint32_t *rows, size_t count,
                 const tessera_build_call *call) {
    char body[512], bearer[96];
    int used = 0;
    for (size_t i = 0; i < count; i++) {
        tessera_str member = tessera_text(batch, MEMBER, rows[i]), kind = tessera_text(batch, KIND, rows[i]);
        used += snprintf(body + used, sizeof body - (size_t)used, "%.*s=%.*s;", (int)member.length, member.data,
                         (int)kind.length, kind.data);
    }
    snprintf(bearer, sizeof bearer, "Bearer %s", d->token);
    const tessera_header headers[] = {{tessera_literal("Content-Type"), tessera_literal("text/plain")},
                                      {tessera_literal("Authorization"), tessera_literal(bearer)}};
    const tessera_str signing = tessera_literal(d->signing);
    const int is_signed = signing.length > 0;
    const tessera_request request = {
        .size = sizeof request,
        .signature = is_signed ? TESSERA_SIGN_STANDARD_WEBHOOKS : TESSERA_SIGN_NONE,
        .method = tessera_literal("POST"), .url = tessera_literal(d->url), .headers = headers,
        .header_count = d->token[0] ? 2 : 1, .body = {body, (size_t)used}, .rows = rows, .row_count = count,
        .message_id = tessera_text(batch, KEY, rows[0]), .signing_tokens = &signing,
        .signing_token_count = is_signed ? 1 : 0};
    call->request(call, &request);
}

static int32_t build(const tessera_connector_type *t, void *instance, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call) {
    (void)t, (void)schema;
    uint32_t rows[ROWS];
    size_t count = 0;
    for (int64_t row = 0; row < batch->length; row++) {
        if (tessera_is_null(batch, KIND, row)) {
            static const tessera_error error = {.size = sizeof error, .code = {"BAD_REQUEST", 11},
                                                .message = {"the row has no kind", 19}};
            const tessera_outcome outcome = {.row = (uint32_t)row, .kind = TESSERA_FAIL, .error = &error};
            call->report(call, &outcome, 1);
            continue;
        }
        rows[count++] = (uint32_t)row;
        if (count == ROWS) {
            send(instance, batch, rows, count, call);
            count = 0;
        }
    }
    if (count > 0) send(instance, batch, rows, count, call);
    return 0;
}

static int32_t classify(const tessera_connector_type *t, void *instance, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call) {
    (void)t, (void)instance;
    const int is_partial = answer->body.length >= 7 && memcmp(answer->body.data, "partial", 7) == 0;
    tessera_error error = {.size = sizeof error, .http_status = answer->status, .code = tessera_literal("MISC_ERROR"),
                           .message = tessera_literal("the answer says no")};
    if (answer->transport != TESSERA_TRANSPORT_OK) error.message = answer->message;
    for (size_t i = 0; i < request->row_count; i++) {
        tessera_outcome outcome = {.row = request->rows[i], .kind = TESSERA_FAIL, .error = &error};
        if (answer->transport != TESSERA_TRANSPORT_OK) {
            outcome.kind = TESSERA_RETRY;
        } else if (answer->status == 200 && (!is_partial || i == 0)) {
            outcome.kind = TESSERA_ADVANCE;
            outcome.error = NULL;
        } else if (answer->status == 200) {
            outcome.kind = TESSERA_RETRY;
            outcome.time_us = answer->retry_at_us;
        } else if (answer->status == 400) {
            outcome.kind = TESSERA_RETRY;
            outcome.flags = TESSERA_OUTCOME_SPLIT;
        }
        call->report(call, &outcome, 1);
    }
    return 0;
}

static const tessera_connector_interface connectors = {
    sizeof connectors, 1, types, open_destination, close_destination, columns, build, classify};
static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_CONNECTOR) == 0 ? &connectors : NULL; }

static const tessera_plugin plugin = {
    sizeof plugin, TESSERA_ABI_MINOR, "com.example.v1-1.connector", "1.0.0", "", start, retire, find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
