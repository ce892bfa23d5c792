/* tessera_test_tile.h: tiles under test, and the calls that they get. Part of tessera_test.h, which says how to use it. */
#ifndef TESSERA_TEST_TILE_H
#define TESSERA_TEST_TILE_H

#include "tessera_test_host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tessera_test_tile {
    const tessera_tile_interface *interface;
    const tessera_tile_type *type;
    void *instance;
    tessera_test_problems problems; /* what `open` said; empty when it opened */
} tessera_test_tile;

/* Opens a config of a type. `schema`: the model's columns, or null. Non-zero when it opened; then end it with
 * tessera_test_close. Else the problems tell why, until tessera_test_problems_free. */
static inline int tessera_test_open(tessera_test_tile *tile, const tessera_plugin *plugin, const char *type,
                                    const char *config, const struct ArrowSchema *schema) {
    memset(tile, 0, sizeof *tile);
    tessera_test_problems_init(&tile->problems);
    tile->interface = (const tessera_tile_interface *)plugin->interface(TESSERA_INTERFACE_TILE);
    for (uint32_t i = 0; tile->interface != NULL && i < tile->interface->type_count; i++)
        if (strcmp(tile->interface->types[i]->id, type) == 0) tile->type = tile->interface->types[i];
    if (tile->type == NULL) {
        tessera_str whole = {"", 0};
        tessera_test_problem_told(&tile->problems.call, whole, tessera_literal("the plugin has no such tile type"));
        return 0;
    }
    /* Without a terminator, and of exactly its length. */
    size_t length = strlen(config);
    char *bytes = (char *)tessera_test_memory(NULL, length);
    memcpy(bytes, config, length);
    tessera_str text = {bytes, length};
    int32_t status = tile->interface->open(tile->type, text, schema, &tile->problems.call, &tile->instance);
    free(bytes);
    if (tessera_test_opened(&tile->problems, status)) return 1;
    if (status == 0) tile->interface->close(tile->type, tile->instance);
    return 0;
}

static inline void tessera_test_close(tessera_test_tile *tile) {
    tile->interface->close(tile->type, tile->instance);
    tessera_test_problems_free(&tile->problems);
}

/* The branches of an opened tile as it lists them, without the `failed` that the host adds; the role's own if it lists
 * none. */
static inline size_t tessera_test_branches(const tessera_test_tile *tile, const tessera_str **names) {
    static const tessera_str next[] = {{"next", 4}};
    *names = NULL;
    size_t count = tile->interface->branches ? tile->interface->branches(tile->type, tile->instance, names) : 0;
    if (count > 0 || tile->type->role == TESSERA_ROLE_EXIT) return count;
    *names = next;
    return 1;
}

/* The index of a branch, -1 when there is none of that name. */
static inline int tessera_test_branch(const tessera_test_tile *tile, const char *name) {
    const tessera_str *names;
    size_t count = tessera_test_branches(tile, &names);
    for (size_t i = 0; i < count; i++)
        if (tessera_test_is(names[i], name)) return (int)i;
    return -1;
}

/* The columns that an opened tile wants. */
static inline size_t tessera_test_columns(const tessera_test_tile *tile, const tessera_str **names) {
    *names = NULL;
    return tile->interface->columns ? tile->interface->columns(tile->type, tile->instance, names) : 0;
}

/* ---- Outcomes, as copies that live as long as the call that kept them */

typedef struct tessera_test_told {
    tessera_outcome outcome; /* first; its error is the one below */
    tessera_error error;
} tessera_test_told;

typedef struct tessera_test_outcomes {
    size_t count;
    tessera_test_told **list; /* in the order of reports */
} tessera_test_outcomes;

static inline void tessera_test_keep(tessera_test_outcomes *kept, const tessera_outcome *outcome) {
    tessera_test_told *told = (tessera_test_told *)tessera_test_memory(NULL, sizeof *told);
    memset(told, 0, sizeof *told);
    told->outcome = *outcome;
    if (outcome->error != NULL) {
        told->error = *outcome->error;
        told->error.code = tessera_test_copy(outcome->error->code);
        told->error.message = tessera_test_copy(outcome->error->message);
        told->error.request = tessera_test_copy(outcome->error->request);
        told->error.response = tessera_test_copy(outcome->error->response);
        told->outcome.error = &told->error;
    }
    kept->list = (tessera_test_told **)tessera_test_memory(kept->list, (kept->count + 1) * sizeof *kept->list);
    kept->list[kept->count++] = told;
}

static inline const tessera_outcome *tessera_test_first(const tessera_test_outcomes *kept, size_t row) {
    for (size_t i = 0; i < kept->count; i++)
        if (kept->list[i]->outcome.row == row) return &kept->list[i]->outcome;
    return NULL;
}

static inline void tessera_test_forget(tessera_test_outcomes *kept) {
    for (size_t i = 0; i < kept->count; i++) {
        tessera_test_free_text(kept->list[i]->error.code);
        tessera_test_free_text(kept->list[i]->error.message);
        tessera_test_free_text(kept->list[i]->error.request);
        tessera_test_free_text(kept->list[i]->error.response);
        free(kept->list[i]);
    }
    free(kept->list);
}

/* ---- Calls */

typedef struct tessera_test_record {
    uint32_t row;
    tessera_str json;
} tessera_test_record;

typedef struct tessera_test_call {
    tessera_call call; /* what the tile gets; first. Change its times and ids before the run as a test needs them. */
    tessera_test_host *host; /* whose clock the deadline is kept by; null: it is not kept */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t rows, branches; /* of the run; SIZE_MAX before it: unchecked */
    int is_async, has_ended, is_cancelled;
    size_t reports, done_count, mistake_count;
    size_t record_count;
    tessera_test_record *records;
    tessera_test_outcomes outcomes; /* the first valid one of each row */
    uint8_t *seen;                  /* a byte a row */
} tessera_test_call;

static inline tessera_test_call *tessera_test_call_of(const tessera_call *call) {
    return (tessera_test_call *)(void *)call;
}

static inline int tessera_test_is_valid(const tessera_test_call *call, const tessera_outcome *outcome) {
    if (outcome->row >= call->rows) return 0;
    if ((outcome->kind == TESSERA_RETRY || outcome->kind == TESSERA_FAIL) && outcome->error != NULL
        && outcome->error->size < sizeof(tessera_error))
        return 0;
    switch (outcome->kind) {
    case TESSERA_ADVANCE: return outcome->branch < call->branches;
    case TESSERA_WAIT: return outcome->time_us > call->call.now_us;
    case TESSERA_RETRY: return outcome->time_us >= 0;
    case TESSERA_FAIL:
    case TESSERA_COMPLETE: return 1;
    default: return 0;
    }
}

static inline void tessera_test_report(const tessera_call *lent, const tessera_outcome *outcomes, size_t count) {
    tessera_test_call *call = tessera_test_call_of(lent);
    int is_late = call->host != NULL && tessera_test_now(call->host) >= lent->deadline_us;
    pthread_mutex_lock(&call->lock);
    call->reports++;
    for (size_t i = 0; i < count; i++) {
        if (is_late || call->has_ended || !tessera_test_is_valid(call, &outcomes[i])) {
            call->mistake_count++;
        } else if (call->seen == NULL ? tessera_test_first(&call->outcomes, outcomes[i].row) == NULL
                                      : !call->seen[outcomes[i].row]) {
            if (call->seen != NULL) call->seen[outcomes[i].row] = 1;
            tessera_test_keep(&call->outcomes, &outcomes[i]);
        }
    }
    pthread_mutex_unlock(&call->lock);
}

static inline void tessera_test_done(const tessera_call *lent) {
    tessera_test_call *call = tessera_test_call_of(lent);
    pthread_mutex_lock(&call->lock);
    if (call->has_ended || (call->rows != SIZE_MAX && !call->is_async)) call->mistake_count++;
    call->has_ended = 1;
    call->done_count++;
    pthread_cond_broadcast(&call->changed);
    pthread_mutex_unlock(&call->lock);
}

static inline void tessera_test_recorded(const tessera_call *lent, uint32_t row, tessera_str json) {
    tessera_test_call *call = tessera_test_call_of(lent);
    pthread_mutex_lock(&call->lock);
    if (row < call->rows && (lent->flags & TESSERA_CALL_DRY_RUN) && !call->has_ended) {
        call->records = (tessera_test_record *)tessera_test_memory(
            call->records, (call->record_count + 1) * sizeof *call->records);
        call->records[call->record_count].row = row;
        call->records[call->record_count++].json = tessera_test_copy(json);
    } else {
        call->mistake_count++;
    }
    pthread_mutex_unlock(&call->lock);
}

static inline int32_t tessera_test_is_cancelled(const tessera_call *lent) {
    tessera_test_call *call = tessera_test_call_of(lent);
    pthread_mutex_lock(&call->lock);
    int32_t cancelled = call->is_cancelled;
    pthread_mutex_unlock(&call->lock);
    return cancelled;
}

/* A call at the host's present time with a minute to its deadline. `flags`: 0 or TESSERA_CALL_DRY_RUN. For one run; free it
 * when the tile will touch it no more. Without a host the time is 0 and nothing is late. */
static inline tessera_test_call *tessera_test_call_new(tessera_test_host *host, uint32_t flags) {
    tessera_test_call *call = (tessera_test_call *)tessera_test_memory(NULL, sizeof *call);
    memset(call, 0, sizeof *call);
    int64_t now = host ? tessera_test_now(host) : 0;
    call->call.size = sizeof call->call;
    call->call.flags = flags;
    call->call.now_us = now;
    call->call.run_at_us = now;
    call->call.deadline_us = now + 60000000;
    call->call.workspace_id = tessera_literal("0a000000-0000-4000-8000-00000000000a");
    call->call.journey_id = tessera_literal("0a000000-0000-4000-8000-000000000001");
    call->call.run_id = tessera_literal("0a000000-0000-4000-8000-00000000000b");
    call->call.tile_id = tessera_literal("tile-1");
    call->call.report = tessera_test_report;
    call->call.done = tessera_test_done;
    call->call.record = tessera_test_recorded;
    call->call.cancelled = tessera_test_is_cancelled;
    call->host = host;
    call->rows = call->branches = SIZE_MAX;
    pthread_mutex_init(&call->lock, NULL);
    pthread_cond_init(&call->changed, NULL);
    return call;
}

static inline void tessera_test_call_free(tessera_test_call *call) {
    tessera_test_forget(&call->outcomes);
    for (size_t i = 0; i < call->record_count; i++) tessera_test_free_text(call->records[i].json);
    free(call->records), free(call->seen);
    pthread_cond_destroy(&call->changed);
    pthread_mutex_destroy(&call->lock);
    free(call);
}

/* The run is paused or cancelled. [any-thread] */
static inline void tessera_test_cancel(tessera_test_call *call) {
    pthread_mutex_lock(&call->lock);
    call->is_cancelled = 1;
    pthread_mutex_unlock(&call->lock);
}

/* Lends rows in Arrow's layout to an opened tile; gives what its `run` returned. */
static inline int32_t tessera_test_run_arrow(const tessera_test_tile *tile, const struct ArrowSchema *schema,
                                             const struct ArrowArray *array, tessera_test_call *call) {
    const tessera_str *names;
    pthread_mutex_lock(&call->lock);
    call->rows = (size_t)array->length;
    call->branches = tessera_test_branches(tile, &names);
    call->is_async = (tile->type->flags & TESSERA_TILE_ASYNC) != 0;
    call->seen = (uint8_t *)tessera_test_memory(call->seen, call->rows);
    memset(call->seen, 0, call->rows);
    pthread_mutex_unlock(&call->lock);
    int32_t status = tile->interface->run(tile->type, tile->instance, schema, array, &call->call);
    pthread_mutex_lock(&call->lock);
    if (call->is_async && status != 0 && call->done_count > 0) call->mistake_count++; /* done is not owed then */
    if (!call->is_async || status != 0) call->has_ended = 1;
    pthread_cond_broadcast(&call->changed);
    pthread_mutex_unlock(&call->lock);
    return status;
}

/* The same for a batch of the builder. */
static inline int32_t tessera_test_run(const tessera_test_tile *tile, tessera_test_batch *batch, tessera_test_call *call) {
    return tessera_test_run_arrow(tile, tessera_test_schema(batch), tessera_test_array(batch), call);
}

/* Waits until the call has ended: for ASYNC types until `done`. Non-zero when it has, within that many real seconds. */
static inline int tessera_test_wait(tessera_test_call *call, int seconds) {
    struct timespec limit;
    timespec_get(&limit, TIME_UTC);
    limit.tv_sec += seconds;
    pthread_mutex_lock(&call->lock);
    while (!call->has_ended && pthread_cond_timedwait(&call->changed, &call->lock, &limit) == 0) {}
    int ended = call->has_ended;
    pthread_mutex_unlock(&call->lock);
    return ended;
}

/* The first valid outcome of a row; null while it is unknown. [any-thread] */
static inline const tessera_outcome *tessera_test_outcome(tessera_test_call *call, size_t row) {
    pthread_mutex_lock(&call->lock);
    const tessera_outcome *outcome = tessera_test_first(&call->outcomes, row);
    pthread_mutex_unlock(&call->lock);
    return outcome;
}

/* How many rows have an outcome. [any-thread] */
static inline size_t tessera_test_outcome_count(tessera_test_call *call) {
    pthread_mutex_lock(&call->lock);
    size_t count = call->outcomes.count;
    pthread_mutex_unlock(&call->lock);
    return count;
}

/* What a dry run would have sent for a row, the first that was told; empty when nothing was. [any-thread] */
static inline tessera_str tessera_test_record_of(tessera_test_call *call, uint32_t row) {
    tessera_str json = {"", 0};
    pthread_mutex_lock(&call->lock);
    for (size_t i = call->record_count; i > 0; i--)
        if (call->records[i - 1].row == row) json = call->records[i - 1].json;
    pthread_mutex_unlock(&call->lock);
    return json;
}

/* What a gateway would have ignored and counted against the plugin. [any-thread] */
static inline size_t tessera_test_mistakes(tessera_test_call *call) {
    pthread_mutex_lock(&call->lock);
    size_t count = call->mistake_count;
    pthread_mutex_unlock(&call->lock);
    return count;
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_TEST_TILE_H */
