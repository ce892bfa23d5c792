/* One tile type whose tables and behaviour the tests choose: the tables by macros, the behaviour by the config's "mode". */
#include <tessera/tessera_columns.h>

#include <stdlib.h>

#ifndef PLUGIN_ID
#define PLUGIN_ID "test.tile"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(tessera_plugin)
#endif
#ifndef INTERFACE_SIZE
#define INTERFACE_SIZE sizeof(tessera_tile_interface)
#endif
#ifndef TYPE_SIZE
#define TYPE_SIZE sizeof(tessera_tile_type)
#endif
#ifndef TYPE_ID
#define TYPE_ID "test-step"
#endif
#ifndef TYPE_COUNT
#define TYPE_COUNT 1
#endif
#ifndef ROLE
#define ROLE TESSERA_ROLE_STEP
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef MAX_BATCH
#define MAX_BATCH 0
#endif
#ifndef SCHEMA
#define SCHEMA "{\"type\":\"object\",\"examples\":[{\"mode\":\"advance\"}]}"
#endif
#ifndef START_STATUS
#define START_STATUS 0
#endif
#ifndef START
#define START start
#endif
#ifndef RUN
#define RUN run
#endif
#ifndef BRANCHES
#define BRANCHES NULL
#endif
#ifndef INTERFACE
#define INTERFACE TESSERA_INTERFACE_TILE
#endif

#ifdef CRASH_ON_LOAD
__attribute__((constructor)) static void crash(void) { abort(); }
#endif

static const tessera_host *host;

static void say(const char *text) { host->log(host, TESSERA_LOG_WARNING, tessera_literal(text)); }

int32_t start(const tessera_host *given);
int32_t start(const tessera_host *given) {
    host = given;
    if (START_STATUS != 0) say("this plugin will not start");
    return START_STATUS;
}

static void retire(void) { say("retired"); }

static const tessera_tile_type type = {TYPE_SIZE, ROLE, FLAGS, MAX_BATCH, 0, 0, 0, TYPE_ID, "A test tile", SCHEMA};
static const tessera_tile_type *const types[] = {&type, &type};

enum mode { NONE, ADVANCE, WAIT, PAST, RETRY, FAIL, COMPLETE, TWICE, RANGE, NEVER, STATUS, KIND, SMALL, CANCELLED, RECORD };
static const char *const modes[] = {"none", "advance", "wait", "past", "retry", "fail", "complete", "twice", "range",
                                    "never", "status", "kind", "small", "cancelled", "record"};

static int has(tessera_str text, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.length; i++)
        if (memcmp(text.data + i, word, n) == 0) return 1;
    return 0;
}

static int32_t open(const tessera_tile_type *t, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance) {
    for (size_t m = 1; m < sizeof modes / sizeof *modes; m++) {
        char quoted[32] = "\"";
        strcat(strcat(quoted, modes[m]), "\"");
        if (!has(config, quoted)) continue;
        if (has(config, "\"need_column\"") && (!schema || tessera_column(schema, "age") < 0)) {
            call->problem(call, tessera_literal("/need_column"), tessera_literal("the model has no column 'age'"));
            return 1;
        }
        *instance = malloc(sizeof(int));
        *(int *)*instance = (int)m;
        return 0;
    }
    if (has(config, "\"silent\"")) return 7;
    call->problem(call, tessera_literal("/mode"), tessera_literal("mode must be one that this tile knows"));
    call->problem(call, tessera_literal(""), tessera_literal("nothing else is right either"));
    return has(config, "\"zero\"") ? 0 : 1;
}

static void close(const tessera_tile_type *t, void *instance) {
    free(instance);
    if (host) say("closed");
}

size_t two_branches(const tessera_tile_type *t, void *instance, const tessera_str **names);
size_t two_branches(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"left", 4}, {"right", 5}};
    *names = list;
    return 2;
}

size_t same_branches(const tessera_tile_type *t, void *instance, const tessera_str **names);
size_t same_branches(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"left", 4}, {"left", 4}};
    *names = list;
    return 2;
}

size_t failed_branch(const tessera_tile_type *t, void *instance, const tessera_str **names);
size_t failed_branch(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"failed", 6}};
    *names = list;
    return 1;
}

static size_t columns(const tessera_tile_type *t, void *instance, const tessera_str **names) {
    static const tessera_str list[] = {{"$member", 7}};
    *names = list;
    return 1;
}

int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema, const struct ArrowArray *batch,
            const tessera_call *call);
int32_t run(const tessera_tile_type *t, void *instance, const struct ArrowSchema *schema, const struct ArrowArray *batch,
            const tessera_call *call) {
    int mode = *(int *)instance;
    uint32_t n = (uint32_t)batch->length;
    tessera_error error = {sizeof error, 503, tessera_literal("SERVER_ERROR"), tessera_literal("it said no"),
                           tessera_literal("POST /"), tessera_literal("busy")};
    if (mode == SMALL) error.size = 4;
    for (uint32_t row = 0; row < n; row++) {
        tessera_outcome o = {row, TESSERA_ADVANCE, 0, 0, 0, NULL};
        switch (mode) {
        case WAIT: o.kind = TESSERA_WAIT, o.time_us = call->now_us + 5; break;
        case PAST: o.kind = TESSERA_WAIT, o.time_us = call->now_us; break;
        case RETRY: o.kind = TESSERA_RETRY, o.flags = TESSERA_OUTCOME_NOT_ATTEMPTED, o.time_us = call->now_us + 9; break;
        case SMALL: /* fall through */
        case FAIL: o.kind = TESSERA_FAIL, o.error = &error; break;
        case COMPLETE: o.kind = TESSERA_COMPLETE; break;
        case KIND: o.kind = 77; break;
        case RANGE:
            if (row % 2) o.row = row + n;
            else if (row % 4) o.branch = 9;
            break;
        case NEVER: continue;
        case CANCELLED:
            if (call->cancelled(call)) return 0;
            break;
        case RECORD:
            call->record(call, row, tessera_literal("{\"body\":1}"));
            call->record(call, row + n, tessera_literal("{\"body\":2}"));
            break;
        default: break;
        }
        call->report(call, &o, 1);
        if (mode == TWICE) {
            o.kind = TESSERA_COMPLETE;
            call->report(call, &o, 1);
        }
    }
    return mode == STATUS ? 42 : 0;
}

static const tessera_tile_interface tiles = {INTERFACE_SIZE, TYPE_COUNT, types, open, close, BRANCHES, columns, RUN};

static const void *interface(const char *id) { return strcmp(id, INTERFACE) == 0 ? &tiles : NULL; }

#ifndef ENTRY
#define ENTRY tessera_plugin_v1
#endif
#ifndef TOOLCHAIN
#define TOOLCHAIN ""
#endif
TESSERA_EXPORT const tessera_plugin *ENTRY(void);
const tessera_plugin *ENTRY(void) {
    static const tessera_plugin plugin = {PLUGIN_SIZE, TESSERA_ABI_MINOR, PLUGIN_ID, PLUGIN_VERSION, TOOLCHAIN, START,
                                          retire, interface};
    return &plugin;
}
