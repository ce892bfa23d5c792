/* A tile with side effects for the engine's tests: appends "member key attempt\n" to the file that its config names, and
 * answers as the config says: {"path": "...", "answer": "advance|fail|retry|silent|hang"}. Reports late, from a thread; with hang
 * not before a file "PATH.go" is there. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tessera/tessera_columns.h"

typedef struct {
    char path[512];
    char answer[16];
} recorder;

typedef struct {
    recorder *self;
    const tessera_call *call;
    uint32_t rows;
} job;

static int text_after(tessera_str config, const char *name, char *out, size_t size) {
    const char *at = memmem(config.data, config.length, name, strlen(name));
    if (!at) return 0;
    at = memchr(at + strlen(name), '"', (size_t)(config.data + config.length - at) - strlen(name));
    if (!at) return 0;
    const char *end = memchr(at + 1, '"', (size_t)(config.data + config.length - at) - 1);
    if (!end || (size_t)(end - at) > size) return 0;
    memcpy(out, at + 1, (size_t)(end - at) - 1);
    out[end - at - 1] = 0;
    return 1;
}

static int32_t open_tile(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                         const tessera_open_call *call, void **instance) {
    (void)type, (void)schema;
    recorder *self = calloc(1, sizeof *self);
    if (!text_after(config, "\"path\":", self->path, sizeof self->path)) {
        call->problem(call, tessera_literal("/path"), tessera_literal("name a file"));
        free(self);
        return 1;
    }
    if (!text_after(config, "\"answer\":", self->answer, sizeof self->answer)) strcpy(self->answer, "advance");
    *instance = self;
    return 0;
}

static void close_tile(const tessera_tile_type *type, void *instance) {
    (void)type;
    free(instance);
}

static size_t columns(const tessera_tile_type *type, void *instance, const tessera_str **names) {
    (void)type, (void)instance;
    static tessera_str wanted[] = {{"$member", 7}, {"$key", 4}, {"$attempt", 8}};
    *names = wanted;
    return 3;
}

static void *late(void *argument) {
    job *work = argument;
    static const tessera_error error = {sizeof(tessera_error), 500, {"SERVER_ERROR", 12}, {"no luck", 7}, {0, 0}, {0, 0}};
    char go[520];
    snprintf(go, sizeof go, "%s.go", work->self->path);
    const struct timespec moment = {0, 1000000};
    while (!strcmp(work->self->answer, "hang") && access(go, F_OK) != 0) nanosleep(&moment, NULL);
    for (uint32_t row = 0; row < work->rows; row++) {
        tessera_outcome outcome = {row, TESSERA_ADVANCE, 0, 0, 0, NULL};
        if (!strcmp(work->self->answer, "silent")) continue;
        if (!strcmp(work->self->answer, "fail")) outcome.kind = TESSERA_FAIL, outcome.error = &error;
        if (!strcmp(work->self->answer, "retry")) outcome.kind = TESSERA_RETRY, outcome.error = &error;
        work->call->report(work->call, &outcome, 1);
    }
    work->call->done(work->call);
    free(work);
    return NULL;
}

static int32_t run(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    (void)type, (void)schema;
    recorder *self = instance;
    int file = open(self->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    char *text = malloc((size_t)batch->length * 600 + 1);
    size_t used = 0;
    for (int64_t row = 0; row < batch->length; row++) {
        tessera_str member = tessera_text(batch, 0, row), key = tessera_text(batch, 1, row);
        memcpy(text + used, member.data, member.length), used += member.length;
        text[used++] = ' ';
        memcpy(text + used, key.data, key.length), used += key.length;
        text[used++] = ' ';
        text[used++] = (char)('0' + tessera_int64(batch, 2, row));
        text[used++] = '\n';
    }
    ssize_t written = write(file, text, used);
    (void)written;
    close(file);
    free(text);
    job *work = malloc(sizeof *work);
    *work = (job){self, call, (uint32_t)batch->length};
    pthread_t thread;
    pthread_create(&thread, NULL, late, work);
    pthread_detach(thread);
    return 0;
}

static const tessera_tile_type recorder_type = {
    sizeof(tessera_tile_type), TESSERA_ROLE_STEP,
    TESSERA_TILE_SIDE_EFFECTS | TESSERA_TILE_ASYNC | TESSERA_TILE_CONCURRENT, 0, 4, 0, 0, "test.recorder", "Recorder",
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"answer\":{\"type\":\"string\"}},"
    "\"examples\":[{\"path\":\"/dev/null\"}]}"};
static const tessera_tile_type *const types[] = {&recorder_type};
static const tessera_tile_interface tile = {
    sizeof(tessera_tile_interface), 1, types, open_tile, close_tile, NULL, columns, run};
static int32_t start(const tessera_host *host) { (void)host; return 0; }
static void retire(void) {}
static const void *interface(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) ? NULL : &tile; }
static const tessera_plugin plugin = {
    sizeof(tessera_plugin), TESSERA_ABI_MINOR, "test.recorder", "1.0.0", "", start, retire, interface};
TESSERA_EXPORT const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
