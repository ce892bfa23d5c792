/* An ASYNC tile with side effects that reports from a thread of its own, when and how the config says:
 * "late": all rows, then done. "hang": waits for the file named by "gate" to appear, then reports and calls done.
 * "never": calls nothing. "after": done, then reports and done again. "inside": done before run returns.
 * "status": returns non-zero. */
#define _DEFAULT_SOURCE
#include <tessera/tessera_columns.h>

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef FLAGS
#define FLAGS (TESSERA_TILE_ASYNC | TESSERA_TILE_SIDE_EFFECTS | TESSERA_TILE_DRY_RUN)
#endif

#ifndef SCHEMA
#define SCHEMA "{\"type\":\"object\",\"examples\":[{\"mode\":\"late\"}]}"
#endif

static const tessera_host *host;

static int32_t start(const tessera_host *given) {
    host = given;
    return 0;
}
static void retire(void) { host->log(host, TESSERA_LOG_WARNING, tessera_literal("retired")); }

static const tessera_tile_type type = {sizeof type, TESSERA_ROLE_STEP, FLAGS, 100, 3, 0, 7000000, "test-async", "Late",
                                       SCHEMA};
static const tessera_tile_type *const types[] = {&type};

struct instance {
    char mode;
    char gate[256];
};

struct job {
    struct instance *instance;
    const tessera_call *call;
    uint32_t rows;
};

static void report_all(const tessera_call *call, uint32_t rows) {
    for (uint32_t row = 0; row < rows; row++) {
        tessera_outcome o = {row, TESSERA_ADVANCE, 0, 0, 0, NULL};
        call->report(call, &o, 1);
    }
}

static void *work(void *argument) {
    struct job *job = argument;
    if (job->instance->mode == 'h')
        while (access(job->instance->gate, F_OK) != 0) usleep(1000);
    report_all(job->call, job->rows);
    const tessera_call *call = job->call;
    char mode = job->instance->mode;
    uint32_t rows = job->rows;
    free(job);
    call->done(call); /* the instance may be closed from here on: nothing of it is touched */
    (void)mode;
    (void)rows;
    return NULL;
}

static int32_t open(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance) {
    static const char *const modes[] = {"\"late\"", "\"hang\"", "\"never\"", "\"after\"", "\"inside\"", "\"status\""};
    struct instance *made = calloc(1, sizeof *made);
    char text[1024] = {0};
    memcpy(text, config.data, config.length < sizeof text - 1 ? config.length : sizeof text - 1);
    for (int m = 0; m < 6; m++)
        if (strstr(text, modes[m])) made->mode = modes[m][1];
    const char *gate = strstr(text, "\"gate\":\"");
    if (gate) strncpy(made->gate, gate + 8, strcspn(gate + 8, "\""));
    *instance = made;
    return made->mode ? 0 : 1;
}

static void close_instance(const tessera_tile_type *t, void *instance) {
    free(instance);
    host->log(host, TESSERA_LOG_WARNING, tessera_literal("closed"));
}

static int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call) {
    struct instance *self = instance;
    uint32_t rows = (uint32_t)batch->length;
    pthread_t thread;
    switch (self->mode) {
    case 'n': return 0;
    case 's': report_all(call, rows / 2); return 5;
    case 'i':
        report_all(call, rows);
        call->done(call);
        return 0;
    case 'a':
        report_all(call, rows / 2);
        call->done(call);
        report_all(call, rows);
        call->done(call);
        return 0;
    default: break;
    }
    struct job *job = malloc(sizeof *job);
    job->instance = self;
    job->call = call;
    job->rows = rows;
    pthread_create(&thread, NULL, work, job);
    pthread_detach(thread);
    return 0;
}

static const tessera_tile_interface tiles = {sizeof tiles, 1, types, open, close_instance, NULL, NULL, run};

static const void *interface(const char *id) { return strcmp(id, TESSERA_INTERFACE_TILE) == 0 ? &tiles : NULL; }

const tessera_plugin *tessera_plugin_v1(void) {
    static const tessera_plugin plugin = {sizeof plugin, 0, "test.async", "1.0.0", "", start, retire, interface};
    return &plugin;
}
