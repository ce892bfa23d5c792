/* tessera_test_connector.h: connectors under test. Part of tessera_test.h.
 *
 *   tessera_test_connector connector;
 *   TESSERA_CHECK(tessera_test_open_connector(&connector, plugin, "com.example.crm", "{\"url\": ...}"));
 *   tessera_test_told_requests *told = tessera_test_build(&connector, batch, 0);
 *   TESSERA_CHECK(told->status == 0 && told->count == 1);
 *   TESSERA_CHECK(tessera_test_is_whole(told, batch->rows));     // each row in exactly one request, or failed
 *   tessera_test_classification *became = tessera_test_classify(&connector, told->list[0], 200, "");
 *
 * Where the config has a secret, put any text: the plugin sees a token there, as with a gateway.
 */
#ifndef TESSERA_TEST_CONNECTOR_H
#define TESSERA_TEST_CONNECTOR_H

#include "tessera_test_tile.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tessera_test_connector {
    const tessera_connector_interface *interface;
    const tessera_connector_type *type;
    void *instance;
    tessera_test_problems problems; /* what `open` said; empty when it opened */
} tessera_test_connector;

/* Opens a config of a connector type. Non-zero when it opened; then end it with tessera_test_close_connector. */
static inline int tessera_test_open_connector(tessera_test_connector *connector, const tessera_plugin *plugin,
                                              const char *type, const char *config) {
    memset(connector, 0, sizeof *connector);
    tessera_test_problems_init(&connector->problems);
    connector->interface = (const tessera_connector_interface *)plugin->interface(TESSERA_INTERFACE_CONNECTOR);
    for (uint32_t i = 0; connector->interface != NULL && i < connector->interface->type_count; i++)
        if (strcmp(connector->interface->types[i]->id, type) == 0) connector->type = connector->interface->types[i];
    if (connector->type == NULL) {
        tessera_str whole = {"", 0};
        tessera_test_problem_told(&connector->problems.call, whole, tessera_literal("the plugin has no such connector"));
        return 0;
    }
    size_t length = strlen(config);
    char *bytes = (char *)tessera_test_memory(NULL, length);
    memcpy(bytes, config, length);
    tessera_str text = {bytes, length};
    int32_t status = connector->interface->open(
        connector->type, text, NULL, &connector->problems.call, &connector->instance);
    free(bytes);
    if (tessera_test_opened(&connector->problems, status)) return 1;
    if (status == 0) connector->interface->close(connector->type, connector->instance);
    return 0;
}

static inline void tessera_test_close_connector(tessera_test_connector *connector) {
    connector->interface->close(connector->type, connector->instance);
    tessera_test_problems_free(&connector->problems);
}

/* What one call of `build` told: requests as copies, and rows that it failed. */
typedef struct tessera_test_told_requests {
    tessera_build_call call; /* first */
    int32_t status;          /* what `build` returned */
    size_t count;
    tessera_request **list;
    tessera_test_outcomes outcomes;
} tessera_test_told_requests;

static inline void tessera_test_request_told(const tessera_build_call *call, const tessera_request *request) {
    tessera_test_told_requests *told = (tessera_test_told_requests *)(void *)call;
    tessera_request *copy = (tessera_request *)tessera_test_memory(NULL, sizeof *copy);
    *copy = *request;
    copy->method = tessera_test_copy(request->method);
    copy->url = tessera_test_copy(request->url);
    copy->body = tessera_test_copy(request->body);
    copy->message_id = tessera_test_copy(request->message_id);
    tessera_header *headers =
        (tessera_header *)tessera_test_memory(NULL, request->header_count * sizeof *headers);
    for (size_t i = 0; i < request->header_count; i++) {
        headers[i].name = tessera_test_copy(request->headers[i].name);
        headers[i].value = tessera_test_copy(request->headers[i].value);
    }
    copy->headers = headers;
    uint32_t *rows = (uint32_t *)tessera_test_memory(NULL, request->row_count * sizeof *rows);
    for (size_t i = 0; i < request->row_count; i++) rows[i] = request->rows[i];
    copy->rows = rows;
    tessera_str *tokens = (tessera_str *)tessera_test_memory(NULL, request->signing_token_count * sizeof *tokens);
    for (size_t i = 0; i < request->signing_token_count; i++) tokens[i] = tessera_test_copy(request->signing_tokens[i]);
    copy->signing_tokens = tokens;
    told->list = (tessera_request **)tessera_test_memory(told->list, (told->count + 1) * sizeof *told->list);
    told->list[told->count++] = copy;
}

static inline void tessera_test_build_report(const tessera_build_call *call, const tessera_outcome *outcomes,
                                             size_t count) {
    for (size_t i = 0; i < count; i++)
        tessera_test_keep(&((tessera_test_told_requests *)(void *)call)->outcomes, &outcomes[i]);
}

static inline tessera_test_told_requests *tessera_test_build_arrow(
    const tessera_test_connector *connector, const struct ArrowSchema *schema, const struct ArrowArray *array,
    int64_t now_us) {
    tessera_test_told_requests *told = (tessera_test_told_requests *)tessera_test_memory(NULL, sizeof *told);
    memset(told, 0, sizeof *told);
    told->call.size = sizeof told->call;
    told->call.now_us = now_us;
    told->call.request = tessera_test_request_told;
    told->call.report = tessera_test_build_report;
    told->status = connector->interface->build(connector->type, connector->instance, schema, array, &told->call);
    return told;
}

/* Lets an opened connector build requests of a batch. Free the result with tessera_test_told_requests_free. */
static inline tessera_test_told_requests *tessera_test_build(const tessera_test_connector *connector,
                                                             tessera_test_batch *batch, int64_t now_us) {
    return tessera_test_build_arrow(connector, tessera_test_schema(batch), tessera_test_array(batch), now_us);
}

static inline void tessera_test_told_requests_free(tessera_test_told_requests *told) {
    for (size_t i = 0; i < told->count; i++) {
        tessera_request *request = told->list[i];
        for (size_t h = 0; h < request->header_count; h++) {
            tessera_test_free_text(request->headers[h].name);
            tessera_test_free_text(request->headers[h].value);
        }
        for (size_t t = 0; t < request->signing_token_count; t++) tessera_test_free_text(request->signing_tokens[t]);
        tessera_test_free_text(request->method), tessera_test_free_text(request->url);
        tessera_test_free_text(request->body), tessera_test_free_text(request->message_id);
        free((void *)request->headers), free((void *)request->rows), free((void *)request->signing_tokens);
        free(request);
    }
    tessera_test_forget(&told->outcomes);
    free(told->list), free(told);
}

/* Whether each of so many rows stands in exactly one request, or was failed instead. */
static inline int tessera_test_is_whole(const tessera_test_told_requests *told, size_t rows) {
    int whole = 1;
    uint32_t *times = (uint32_t *)tessera_test_memory(NULL, rows * sizeof *times);
    memset(times, 0, rows * sizeof *times);
    for (size_t i = 0; i < told->count; i++)
        for (size_t r = 0; r < told->list[i]->row_count; r++) {
            if (told->list[i]->rows[r] < rows) times[told->list[i]->rows[r]]++;
            else whole = 0;
        }
    for (size_t i = 0; i < told->outcomes.count; i++) {
        if (told->outcomes.list[i]->outcome.row < rows) times[told->outcomes.list[i]->outcome.row]++;
        else whole = 0;
    }
    for (size_t row = 0; row < rows; row++) whole = whole && times[row] == 1;
    free(times);
    return whole;
}

/* The value of a header of a request, its name without regard to case; empty when there is none. */
static inline tessera_str tessera_test_header(const tessera_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++) {
        tessera_str own = request->headers[i].name;
        size_t c = 0;
        while (c < own.length && name[c] && (own.data[c] | 32) == (name[c] | 32)) c++;
        if (c == own.length && name[c] == 0) return request->headers[i].value;
    }
    tessera_str none = {"", 0};
    return none;
}

typedef struct tessera_test_classification {
    tessera_classify_call call; /* first */
    int32_t status;             /* what `classify` returned */
    tessera_test_outcomes outcomes;
} tessera_test_classification;

static inline void tessera_test_classify_report(const tessera_classify_call *call, const tessera_outcome *outcomes,
                                                size_t count) {
    for (size_t i = 0; i < count; i++)
        tessera_test_keep(&((tessera_test_classification *)(void *)call)->outcomes, &outcomes[i]);
}

/* Lets an opened connector judge any answer to a request. Free the result with tessera_test_classification_free. */
static inline tessera_test_classification *tessera_test_classify_answer(const tessera_test_connector *connector,
                                                                        const tessera_request *request,
                                                                        const tessera_answer *answer, int64_t now_us) {
    tessera_test_classification *result = (tessera_test_classification *)tessera_test_memory(NULL, sizeof *result);
    memset(result, 0, sizeof *result);
    result->call.size = sizeof result->call;
    result->call.now_us = now_us;
    result->call.report = tessera_test_classify_report;
    result->status =
        connector->interface->classify(connector->type, connector->instance, request, answer, &result->call);
    return result;
}

/* The same for an answer with a status and a body; status 0: no connection, `body` is the reason. */
static inline tessera_test_classification *tessera_test_classify(const tessera_test_connector *connector,
                                                                 const tessera_request *request, int32_t status,
                                                                 const char *body) {
    tessera_answer answer;
    memset(&answer, 0, sizeof answer);
    answer.size = sizeof answer;
    answer.transport = status == 0 ? TESSERA_TRANSPORT_CONNECT : TESSERA_TRANSPORT_OK;
    answer.status = status;
    if (status == 0) answer.message = tessera_literal(body);
    else answer.body = tessera_literal(body);
    return tessera_test_classify_answer(connector, request, &answer, 0);
}

static inline void tessera_test_classification_free(tessera_test_classification *result) {
    tessera_test_forget(&result->outcomes);
    free(result);
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_TEST_CONNECTOR_H */
