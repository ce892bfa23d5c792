/* A tile for tests of live swaps, which says who it is: in each call it writes "entered.VERSION" into the directory that its
 * config names and, with {"wait": true}, goes on once a file "go" is there. What else it is, macros say. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tessera/tessera_columns.h"

#ifndef VERSION
#define VERSION "1"
#endif
#ifndef PLUGIN_ID
#define PLUGIN_ID "test.gate"
#endif
#ifndef TYPE_ID
#define TYPE_ID "gate"
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef MAX_BATCH
#define MAX_BATCH 0
#endif
#ifndef COLUMN
#define COLUMN "$member"
#endif
#ifndef BRANCHES
#define BRANCHES {"next", 4}
#endif

typedef struct {
    char path[512];
    int wait;
} gate;

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    const char *at = memmem(config.data, config.length, "\"path\":\"", 8);
    const char *end = at ? memchr(at + 8, '"', config.length - (size_t)(at + 8 - config.data)) : NULL;
    if (!end || end - at - 8 > 500) {
        call->problem(call, tessera_literal("/path"), tessera_literal("name a directory"));
        return 1;
    }
#ifdef REFUSES
    if (memmem(config.data, config.length, REFUSES, strlen(REFUSES))) {
        call->problem(call, tessera_literal("/path"), tessera_literal("this version does not like it"));
        return 1;
    }
#endif
    gate *self = calloc(1, sizeof *self);
    memcpy(self->path, at + 8, (size_t)(end - at) - 8);
    self->wait = memmem(config.data, config.length, "\"wait\":true", 11) != NULL;
    *instance = self;
    return 0;
}

static void close_tile(const tessera_tile_type *type, void *instance) { free(instance); }

static size_t branches(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {BRANCHES};
    *names = list;
    return sizeof list / sizeof *list;
}

static size_t columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{COLUMN, sizeof COLUMN - 1}};
    *names = list;
    return 1;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    gate *self = instance;
    char path[600];
    snprintf(path, sizeof path, "%s/entered." VERSION, self->path);
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    char line[32];
    int count = snprintf(line, sizeof line, "%d\n", (int)batch->length);
    ssize_t written = write(file, line, (size_t)count);
    (void)written;
    close(file);
    snprintf(path, sizeof path, "%s/go", self->path);
    const struct timespec moment = {0, 1000000};
    while (self->wait && access(path, F_OK) != 0) nanosleep(&moment, NULL);
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_outcome outcome = {(uint32_t)row, TESSERA_ADVANCE, 0, 0, 0, NULL};
        call->report(call, &outcome, 1);
    }
    if (FLAGS & TESSERA_TILE_ASYNC) call->done(call);
    return 0;
}

static const tessera_tile_type gate_type = {
    sizeof(tessera_tile_type), TESSERA_ROLE_STEP, FLAGS, MAX_BATCH, 1, 0, 0, TYPE_ID, "Gate",
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"wait\":{\"type\":\"boolean\"},"
    "\"also\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-tessera\":\"destination\"}},"
    "\"destination_id\":{\"type\":\"string\",\"x-tessera\":\"destination\"}},\"examples\":[{\"path\":\"/dev\"}]}"};
static const tessera_tile_type *const types[] = {&gate_type};
static const tessera_tile_interface tile = {
    sizeof(tessera_tile_interface), 1, types, open_tile, close_tile, branches, columns, run};
static const tessera_host *host;
static int32_t start(const tessera_host *given) {
    host = given;
    return 0;
}
static void retire(void) { host->log(host, TESSERA_LOG_WARNING, tessera_literal("gate " VERSION " retired")); }
static const void *interface(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) ? NULL : &tile; }
static const tessera_plugin plugin = {
    sizeof(tessera_plugin), TESSERA_ABI_MINOR, PLUGIN_ID, VERSION, "", start, retire, interface};
TESSERA_EXPORT const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
