/* A good plugin with a tile type and, WITH_CONNECTOR, a connector type. Each macro is a statement at one place of it: the
 * check's tests build one bad plugin for each rule. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <tessera/tessera_columns.h>

#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef SCHEMA
#define SCHEMA                                                                                                          \
    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"],\"examples\":[{\"n\":1}]}"
#endif
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef OPEN
#define OPEN
#endif
#ifndef RUN
#define RUN
#endif
#ifndef ROW
#define ROW
#endif
#ifndef AFTER
#define AFTER
#endif
#ifndef CLOSE
#define CLOSE
#endif
#ifndef START
#define START
#endif
#ifndef RETIRE
#define RETIRE
#endif
#ifndef BUILD
#define BUILD
#endif
#ifndef REQUEST
#define REQUEST
#endif
#ifndef ANSWER
#define ANSWER
#endif

static const tessera_host *volatile host;

/* For the sins that need a thread, memory from call to call, or a counter. */
static const void *volatile kept;
static volatile int turns;
static inline void *idle(void *unused) {
    for (;;) pause();
    return unused;
}
static inline void *late(void *call) {
    tessera_outcome o = {0, TESSERA_COMPLETE, 0, 0, 0, NULL};
    usleep(20000);
    ((const tessera_call *)call)->report(call, &o, 1);
    return NULL;
}
static inline void *twice(void *call) {
    usleep(20000);
    ((const tessera_call *)call)->done(call);
    return NULL;
}
static inline void thread(void *(*body)(void *), const void *argument) {
    pthread_t id;
    if (pthread_create(&id, NULL, body, (void *)(uintptr_t)argument) == 0) pthread_detach(id);
}

static int32_t open_tile(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)t, (void)schema, (void)call;
    *instance = NULL;
    OPEN;
    if (memmem(config.data, config.length, "\"n\"", 3) == NULL) {
        call->problem(call, tessera_literal("/n"), tessera_literal("n is missing: give a number"));
        return 1;
    }
    return 0;
}

static void close_tile(const tessera_tile_type *t, void *instance) {
    (void)t, (void)instance;
    CLOSE;
}

static size_t columns(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"$member", 7}, {"$arrived_at", 11}, {"name", 4}};
    (void)t, (void)instance;
    *names = list;
    return 3;
}

static int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)t, (void)instance, (void)schema;
    RUN;
    for (uint32_t row = 0; row < batch->length; row++) {
        tessera_outcome o = {row, TESSERA_ADVANCE, 0, 0, 0, NULL};
        ROW;
        call->report(call, &o, 1);
    }
    AFTER;
    return 0;
}

static int32_t open_connector(const tessera_connector_type *t, tessera_str config, const struct ArrowSchema *schema,
                              const tessera_open_call *call, void **instance) {
    (void)t, (void)schema;
    char text[4096];
    snprintf(text, sizeof text, "%.*s", (int)(config.length < 4000 ? config.length : 4000), config.data);
    char *token = strstr(text, "\"key\":\"");
    *instance = NULL;
    if (token == NULL) {
        call->problem(call, tessera_literal("/key"), tessera_literal("key is missing"));
        return 1;
    }
    token[7 + 32] = 0;
    *instance = strdup(token + 7);
    return 0;
}

static void close_connector(const tessera_connector_type *t, void *instance) {
    (void)t;
    free(instance);
}

static int32_t build(const tessera_connector_type *t, void *instance, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call) {
    (void)t, (void)instance, (void)schema;
    BUILD;
    for (uint32_t row = 0; row < batch->length; row++) {
        tessera_header header = {tessera_literal("authorization"), tessera_literal(instance)};
        tessera_request r = {0};
        r.size = sizeof r;
        r.method = tessera_literal("POST");
        r.url = tessera_literal("https://example.com/");
        r.headers = &header;
        r.header_count = 1;
        r.body = tessera_literal("{}");
        r.rows = &row;
        r.row_count = 1;
        REQUEST;
        call->request(call, &r);
    }
    return 0;
}

static int32_t classify(const tessera_connector_type *t, void *instance, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call) {
    (void)t, (void)instance, (void)answer;
    ANSWER;
    for (size_t i = 0; i < request->row_count; i++) {
        tessera_error error = {sizeof error, answer->status, tessera_literal("SERVER_ERROR"), tessera_literal("no"),
                               {NULL, 0}, {NULL, 0}};
        tessera_outcome o = {request->rows[i], TESSERA_RETRY, 0, 0, 0, &error};
        if (answer->status == 200) o.kind = TESSERA_ADVANCE, o.error = NULL;
        call->report(call, &o, 1);
    }
    return 0;
}

static const tessera_tile_type tile = {sizeof tile, TESSERA_ROLE_STEP, FLAGS, 0, 0, 0, 0, "com.example.bad", "Bad", SCHEMA};
static const tessera_tile_type *const tile_types[] = {&tile};
static const tessera_tile_interface tiles = {sizeof tiles, 1, tile_types, open_tile, close_tile, NULL, columns, run};
static const tessera_connector_type connector = {
    sizeof connector, 0, "com.example.bad.hook", "Bad",
    "{\"type\":\"object\",\"properties\":{\"key\":{\"type\":\"string\",\"writeOnly\":true}},\"required\":[\"key\"],"
    "\"examples\":[{\"key\":\"secret\"}]}"};
static const tessera_connector_type *const connector_types[] = {&connector};
static const tessera_connector_interface connectors = {sizeof connectors, 1, connector_types, open_connector,
                                                       close_connector, NULL, build, classify};

static int32_t start(const tessera_host *given) {
    host = given;
    START;
    return 0;
}
static void retire(void) { RETIRE; }
static const void *interface(const char *id) {
#ifdef ANY_INTERFACE
    if (id[0] == 0) return &tiles;
#endif
    if (strcmp(id, TESSERA_INTERFACE_TILE) == 0) return &tiles;
#ifdef WITH_CONNECTOR
    if (strcmp(id, TESSERA_INTERFACE_CONNECTOR) == 0) return &connectors;
#else
    (void)connectors;
#endif
    return NULL;
}
static const tessera_plugin plugin = {sizeof plugin, TESSERA_ABI_MINOR, "com.example.bad", "1.0.0", "", start, retire,
                                      interface};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
