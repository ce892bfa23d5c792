/* tessera_test_host.h: checks, the host of a test, and loading a plugin. Part of tessera_test.h, which says how to use it. */
#ifndef TESSERA_TEST_HOST_H
#define TESSERA_TEST_HOST_H

#include "tessera_test_batch.h"

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Checks */

static inline int *tessera_test_failures(void) {
    static int failures;
    return &failures;
}

static inline int tessera_test_check(int ok, const char *what, const char *file, int line) {
    if (!ok) {
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
        ++*tessera_test_failures();
    }
    return ok;
}

/* Tells a condition that does not hold, with its place. Non-zero when it holds. */
#define TESSERA_CHECK(condition) tessera_test_check((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

/* What `main` returns: tells how it went. */
static inline int tessera_test_result(void) {
    int failures = *tessera_test_failures();
    if (failures == 0) puts("all checks passed");
    else fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}

/* Whether a text has these bytes. */
static inline int tessera_test_is(tessera_str text, const char *wanted) {
    return text.length == strlen(wanted) && (text.length == 0 || memcmp(text.data, wanted, text.length) == 0);
}

/* ---- The host */

typedef struct tessera_test_line {
    uint32_t level;
    tessera_str message;
} tessera_test_line;

typedef struct tessera_test_entry {
    tessera_str name, value;
    const void *table;
} tessera_test_entry;

struct tessera_test_host;
typedef struct tessera_test_settings {
    tessera_settings_service table;
    struct tessera_test_host *host;
} tessera_test_settings;

typedef struct tessera_test_host {
    tessera_host table; /* what the plugin gets; first, so that it leads back here */
    tessera_test_settings settings;
    pthread_mutex_t lock;
    int64_t now_us;
    size_t line_count, service_count, setting_count;
    tessera_test_line *lines;
    tessera_test_entry *services, *settings_list;
} tessera_test_host;

static inline void tessera_test_host_log(const tessera_host *table, uint32_t level, tessera_str message) {
    tessera_test_host *host = (tessera_test_host *)(void *)table;
    pthread_mutex_lock(&host->lock);
    host->lines =
        (tessera_test_line *)tessera_test_memory(host->lines, (host->line_count + 1) * sizeof *host->lines);
    host->lines[host->line_count].level = level;
    host->lines[host->line_count++].message = tessera_test_copy(message);
    pthread_mutex_unlock(&host->lock);
}

/* The time of the host's clock. [any-thread] */
static inline int64_t tessera_test_now(tessera_test_host *host) {
    pthread_mutex_lock(&host->lock);
    int64_t now = host->now_us;
    pthread_mutex_unlock(&host->lock);
    return now;
}

static inline int64_t tessera_test_host_now(const tessera_host *table) {
    return tessera_test_now((tessera_test_host *)(void *)table);
}

static inline const tessera_test_entry *tessera_test_find(const tessera_test_entry *list, size_t count, tessera_str name) {
    for (size_t i = count; i > 0; i--) /* the one added last wins */
        if (list[i - 1].name.length == name.length && memcmp(list[i - 1].name.data, name.data, name.length) == 0)
            return &list[i - 1];
    return NULL;
}

static inline const void *tessera_test_host_service(const tessera_host *table, const char *id) {
    tessera_test_host *host = (tessera_test_host *)(void *)table;
    pthread_mutex_lock(&host->lock);
    const tessera_test_entry *entry = tessera_test_find(host->services, host->service_count, tessera_literal(id));
    const void *service = entry ? entry->table : NULL;
    pthread_mutex_unlock(&host->lock);
    return service;
}

static inline tessera_str tessera_test_host_setting(const tessera_settings_service *table, tessera_str name) {
    tessera_test_host *host = ((tessera_test_settings *)(void *)table)->host;
    pthread_mutex_lock(&host->lock);
    const tessera_test_entry *entry = tessera_test_find(host->settings_list, host->setting_count, name);
    tessera_str value = {NULL, 0};
    if (entry != NULL) value = entry->value;
    pthread_mutex_unlock(&host->lock);
    return value;
}

static inline void tessera_test_add(tessera_test_entry **list, size_t *count, const char *name, const char *value,
                                    const void *table) {
    *list = (tessera_test_entry *)tessera_test_memory(*list, (*count + 1) * sizeof **list);
    (*list)[*count].name = tessera_test_copy(tessera_literal(name));
    (*list)[*count].value = tessera_test_copy(tessera_literal(value));
    (*list)[(*count)++].table = table;
}

/* Offers a service of the test's making; the table must live as long as the plugin may ask for it. [any-thread] */
static inline void tessera_test_offer(tessera_test_host *host, const char *id, const void *table) {
    pthread_mutex_lock(&host->lock);
    tessera_test_add(&host->services, &host->service_count, id, "", table);
    pthread_mutex_unlock(&host->lock);
}

/* Gives a value to "tessera.settings/1", which the host offers from the start. [any-thread] */
static inline void tessera_test_set(tessera_test_host *host, const char *name, const char *value) {
    pthread_mutex_lock(&host->lock);
    tessera_test_add(&host->settings_list, &host->setting_count, name, value, NULL);
    pthread_mutex_unlock(&host->lock);
}

/* A host whose clock shows 2023-11-14T22:13:20Z. It is never freed: threads of the plugin may still log into it. */
static inline tessera_test_host *tessera_test_host_new(void) {
    tessera_test_host *host = (tessera_test_host *)tessera_test_memory(NULL, sizeof *host);
    memset(host, 0, sizeof *host);
    host->table.size = sizeof host->table;
    host->table.abi_minor = TESSERA_ABI_MINOR;
    host->table.version = "test";
    host->table.log = tessera_test_host_log;
    host->table.now_us = tessera_test_host_now;
    host->table.service = tessera_test_host_service;
    host->settings.table.size = sizeof host->settings.table;
    host->settings.table.get = tessera_test_host_setting;
    host->settings.host = host;
    host->now_us = INT64_C(1700000000000000);
    pthread_mutex_init(&host->lock, NULL);
    tessera_test_offer(host, TESSERA_SERVICE_SETTINGS, &host->settings.table);
    return host;
}

/* Sets the clock. [any-thread] */
static inline void tessera_test_set_now(tessera_test_host *host, int64_t now_us) {
    pthread_mutex_lock(&host->lock);
    host->now_us = now_us;
    pthread_mutex_unlock(&host->lock);
}

/* How many lines were logged so far. [any-thread] */
static inline size_t tessera_test_line_count(tessera_test_host *host) {
    pthread_mutex_lock(&host->lock);
    size_t count = host->line_count;
    pthread_mutex_unlock(&host->lock);
    return count;
}

/* A line below that count; its text lives as long as the host. [any-thread] */
static inline tessera_test_line tessera_test_line_at(tessera_test_host *host, size_t index) {
    pthread_mutex_lock(&host->lock);
    tessera_test_line line = host->lines[index];
    pthread_mutex_unlock(&host->lock);
    return line;
}

/* Whether a line was logged that has this text in it. [any-thread] */
static inline int tessera_test_logged(tessera_test_host *host, const char *text) {
    for (size_t i = tessera_test_line_count(host); i > 0; i--)
        if (strstr(tessera_test_line_at(host, i - 1).message.data, text) != NULL) return 1;
    return 0;
}

/* ---- The plugin */

/* Maps a file as the gateway does and gives its table, not started; null after writing why into `why`. Never unmapped. */
static inline const tessera_plugin *tessera_test_map(const char *path, char *why, size_t size) {
    char place[4096];
    snprintf(place, sizeof place, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *library = dlopen(place, RTLD_NOW | RTLD_LOCAL | 0x1000 /* RTLD_NODELETE */);
    void *symbol = library ? dlsym(library, "tessera_plugin_v1") : NULL;
    if (symbol == NULL) {
        const char *error = dlerror();
        snprintf(why, size, "%s", error ? error : "tessera_plugin_v1 is null");
        return NULL;
    }
    tessera_plugin_entry entry;
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function */
    const tessera_plugin *plugin = entry();
    if (plugin != NULL && plugin->size >= sizeof *plugin && plugin->start && plugin->retire && plugin->interface)
        return plugin;
    snprintf(why, size, plugin ? "tessera_plugin is too short or has a null function" : "tessera_plugin_v1 gave null");
    return NULL;
}

/* Maps and starts a plugin; null after telling why, which counts as a failed check. */
static inline const tessera_plugin *tessera_test_load(const char *path, tessera_test_host *host) {
    char why[512] = "start refused: see its log";
    const tessera_plugin *plugin = tessera_test_map(path, why, sizeof why);
    if (plugin != NULL && plugin->start(&host->table) == 0) return plugin;
    for (size_t i = 0; i < tessera_test_line_count(host); i++)
        fprintf(stderr, "log: %s\n", tessera_test_line_at(host, i).message.data);
    tessera_test_check(0, why, path, 0);
    return NULL;
}

/* ---- Opening */

typedef struct tessera_test_problem {
    tessera_str pointer, message;
} tessera_test_problem;

/* What `open` said against a config. */
typedef struct tessera_test_problems {
    tessera_open_call call; /* first */
    size_t count;
    tessera_test_problem *list;
} tessera_test_problems;

static inline void tessera_test_problem_told(const tessera_open_call *call, tessera_str pointer, tessera_str message) {
    tessera_test_problems *problems = (tessera_test_problems *)(void *)call;
    problems->list = (tessera_test_problem *)tessera_test_memory(
        problems->list, (problems->count + 1) * sizeof *problems->list);
    problems->list[problems->count].pointer = tessera_test_copy(pointer);
    problems->list[problems->count++].message = tessera_test_copy(message);
}

static inline void tessera_test_problems_init(tessera_test_problems *problems) {
    memset(problems, 0, sizeof *problems);
    problems->call.size = sizeof problems->call;
    problems->call.problem = tessera_test_problem_told;
    problems->call.workspace_id = tessera_literal("0a000000-0000-4000-8000-00000000000a");
    problems->call.owner_id = tessera_literal("0a000000-0000-4000-8000-000000000001");
}

static inline void tessera_test_problems_free(tessera_test_problems *problems) {
    for (size_t i = 0; i < problems->count; i++) {
        tessera_test_free_text(problems->list[i].pointer);
        tessera_test_free_text(problems->list[i].message);
    }
    free(problems->list);
    problems->list = NULL;
    problems->count = 0;
}

/* Whether an `open` with that result opened. A refusal without a reason, or with problems and a success, is a problem. */
static inline int tessera_test_opened(tessera_test_problems *problems, int32_t status) {
    if (status == 0 && problems->count == 0) return 1;
    tessera_str whole = {"", 0};
    if (status != 0 && problems->count == 0)
        tessera_test_problem_told(&problems->call, whole, tessera_literal("refused without a reason: call problem"));
    else if (status == 0)
        tessera_test_problem_told(&problems->call, whole, tessera_literal("told problems and opened: return non-zero"));
    return 0;
}

/* Whether a problem at that pointer was told. */
static inline int tessera_test_has_problem(const tessera_test_problems *problems, const char *pointer) {
    for (size_t i = 0; i < problems->count; i++)
        if (tessera_test_is(problems->list[i].pointer, pointer)) return 1;
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_TEST_HOST_H */
