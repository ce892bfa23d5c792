/* tessera.h: the public ABI of Tessera, version 1.1; its part for deliveries is tessera_connector.h. C11 and C++17, 64-bit
 * little-endian Linux, no dependencies.
 *
 * A plugin is one shared object that exports ONE symbol, `tessera_plugin_v1`. It returns a static table. What the plugin
 * can do is found by asking that table for interfaces by name: "tessera.tile/1" (steps of a journey),
 * "tessera.connector/1" (how a destination wants its requests), "tessera.transport/1" (who sends them).
 * What the host can do is found the same way. A null pointer means "absent": fall back or refuse, never crash.
 *
 * FROZEN for good, all of it. What is built from this header is loaded by every later gateway. Version 1.0 had
 * "tessera.tile/1" and "tessera.settings/1"; 1.1 added what tessera_connector.h holds.
 *
 * LIFECYCLE, told once
 *   1. The host hashes the file, copies it to its store, maps the copy and calls `tessera_plugin_v1`.
 *   2. `start(host)` once. Non-zero refuses the plugin; say why with `host->log`.
 *   3. `interface(...)`, then for each configured tile `open(...)`: an instance, or problems.
 *      An instance is immutable: it keeps nothing per journey, per run or per member, and serves every journey that
 *      has the same config.
 *   4. `run(instance, batch)` any number of times, for any journey, then `close(instance)` once.
 *   5. `retire()` once, after the last `close`. The mapping stays for the life of the process: never rely on unloading.
 *
 * RULES
 *   Memory   Whoever receives a pointer copies what it wants before returning; nobody frees the other side's memory.
 *            Only static tables, `void *instance` (until `close`) and an ASYNC tile's `call` (until `done`; its memory
 *            until `close`) outlive the call that passed them.
 *   Growth   Each struct starts with `uint32_t size` (its sizeof, as its maker compiled it) and grows only at its end.
 *            Before reading a field newer than 1.0 check that `size` reaches it: TESSERA_HAS(p, field). The elements of
 *            arrays have no size and are frozen: tessera_str, tessera_header, tessera_outcome, tessera_secret,
 *            ArrowSchema, ArrowArray.
 *   Text     UTF-8 as pointer and length (tessera_str), no terminator promised. `const char *` in static tables is
 *            NUL-terminated.
 *   Time     int64 microseconds since 1970-01-01 UTC; a duration's name ends in _us. Use the times a call brings;
 *            a plugin never reads the system clock.
 *   Threads  Each function carries a tag:
 *              [control]            one call at a time per plugin; never together with any other of its functions
 *                                   on the same instance
 *              [worker, exclusive]  on one of the host's worker threads; never two at once for one instance, unless the
 *                                   type says TESSERA_TILE_CONCURRENT
 *              [any-thread]         from any thread, at any time, also in parallel
 *   Errors   int32_t results are 0 for success. No C++ exception, Swift error, Rust panic or longjmp crosses this line.
 *   Process  A plugin runs in the gateway or in a child process of its own and need not know in which: it never forks,
 *            executes, exits, installs signal handlers, reads the environment or prints. host->log is its only output.
 *   Vendors  name their own interfaces, types and error codes with a reverse-domain prefix: "com.example.score/1".
 */
#ifndef TESSERA_H
#define TESSERA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TESSERA_ABI_MAJOR 1
#define TESSERA_ABI_MINOR 1

#define TESSERA_INTERFACE_TILE "tessera.tile/1"
#define TESSERA_INTERFACE_CONNECTOR "tessera.connector/1"
#define TESSERA_INTERFACE_TRANSPORT "tessera.transport/1"
#define TESSERA_SERVICE_CONNECTORS "tessera.connectors/1"
#define TESSERA_SERVICE_DELIVERY "tessera.delivery/1"
#define TESSERA_SERVICE_SETTINGS "tessera.settings/1"

/* True when the maker of *p knew `field`. */
#define TESSERA_HAS(p, field) \
    ((p)->size >= (uint32_t)((const char *)&(p)->field - (const char *)(p)) + (uint32_t)sizeof((p)->field))

#define TESSERA_EXPORT __attribute__((visibility("default")))

/* ---- Arrow C Data Interface, https://arrow.apache.org/docs/format/CDataInterface.html: the two structs as published. */
/* Everything the host lends is `const`, with offset 0; `release` is never called by the borrower.                   */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif /* ARROW_C_DATA_INTERFACE */

/* MEMBERS come as one struct array ("+s") of columns. Formats: "b" bool (bitmap), "l" int64, "g" double,
 * "u" utf8 with 32-bit offsets, "tdD" date32 (days since 1970-01-01), "tsu:UTC" timestamp in microseconds.
 * Nested values are "u" columns of JSON text whose metadata says ARROW:extension:name = "arrow.json".
 * A tile gets the columns that it named with `columns`, in that order, and no others. These names are reserved: */
#define TESSERA_COLUMN_MEMBER "$member"         /* "u": the member's key */
#define TESSERA_COLUMN_KEY "$key"               /* "u": idempotency key of this member at this tile, 32 hex digits */
#define TESSERA_COLUMN_ATTEMPT "$attempt"       /* "l": 1 for the first attempt; a wait is no attempt */
#define TESSERA_COLUMN_ARRIVED_AT "$arrived_at" /* "tsu:UTC": when the member came to this tile */

/* ---- Small shared types */

/* Borrowed UTF-8 text. Frozen. data may be null when length is 0. */
typedef struct tessera_str {
    const char *data;
    size_t length;
} tessera_str;

/* Levels of host->log. */
#define TESSERA_LOG_DEBUG 0u
#define TESSERA_LOG_INFO 1u
#define TESSERA_LOG_WARNING 2u
#define TESSERA_LOG_ERROR 3u

/* What the host lends to a plugin, from `start` until after `retire`. */
typedef struct tessera_host {
    uint32_t size;
    uint32_t abi_minor;
    const char *version; /* the gateway's version, for logs only: test for interfaces, not for versions */
    /* [any-thread] One line of log, marked with the plugin's id. Never put a secret or a member's attribute in it. */
    void (*log)(const struct tessera_host *host, uint32_t level, tessera_str message);
    /* [any-thread] The gateway's clock, in microseconds. For work between calls; inside one use the call's now_us. */
    int64_t (*now_us)(const struct tessera_host *host);
    /* [any-thread] A host service by id (TESSERA_SERVICE_...), or null. Lives until `retire` returns. */
    const void *(*service)(const struct tessera_host *host, const char *id);
} tessera_host;

/* What a plugin lends to the host. Static: it must live as long as the process. */
typedef struct tessera_plugin {
    uint32_t size;
    uint32_t abi_minor;    /* TESSERA_ABI_MINOR of the header it was built with */
    const char *id;        /* reverse-domain and stable for good: "com.example.score" */
    const char *version;   /* "1.4.0": for people, never compared by the host */
    const char *toolchain; /* "" without a Swift runtime inside, else the compiler: "swift-6.3.1" */
    /* [control] Called once before anything else. Non-zero: the plugin is refused. */
    int32_t (*start)(const tessera_host *host);
    /* [control] Called once, after the last instance is closed. The host is gone when it returns. */
    void (*retire)(void);
    /* [any-thread] The interface of that id, static, or null. */
    const void *(*interface)(const char *id);
} tessera_plugin;

/* The one exported symbol. [control] Does no work and can't fail: null refuses the plugin. */
TESSERA_EXPORT const tessera_plugin *tessera_plugin_v1(void);

typedef const tessera_plugin *(*tessera_plugin_entry)(void); /* its signature, for hosts */

/* ---- Opening a config: the same for tiles and connectors */

/* A writeOnly field of a config: what the plugin sees of it is `token`, a fresh random 128-bit text that stands in the
 * config at the secret's place. Put the token where the secret belongs (a header value or the URL, never a body);
 * the transport puts the secret in its place, only towards the destination's own origin. Frozen. */
typedef struct tessera_secret {
    tessera_str token;
    tessera_str value; /* known to the transport only; empty in an open call */
} tessera_secret;

/* Lent during `open`. */
typedef struct tessera_open_call {
    uint32_t size;
    uint32_t flags; /* none in 1.0 */
    void *context;  /* the host's */
    /* The journey (of a tile) or the destination (of a connector) that is the first to need the instance. For logs: later
     * ones share it. May be empty (probe). */
    tessera_str workspace_id, owner_id;
    /* [control] Tells one problem: `pointer` is an RFC 6901 JSON pointer into the config ("/duration", "" for the whole),
     * `message` a sentence that names the remedy. Any number of times; with at least one, open must return non-zero. */
    void (*problem)(const struct tessera_open_call *call, tessera_str pointer, tessera_str message);
} tessera_open_call;

/* CONFIG SCHEMA. A type publishes a JSON Schema (2020-12) of its config. Marks in it tell the core what it must see, so
 * that it never knows a type by name:
 *   "x-tessera": "destination"     a string: the id of a destination (it must exist; it can't be deleted meanwhile)
 *   "x-tessera": "filter-tree"     an object: a filter tree over the model's columns
 *   "x-tessera": "column"          a string: a column of the model
 *   "x-tessera": "field-mapping"   an array: elements {source_column | value, destination_field}
 *   "writeOnly": true              a secret: encrypted at rest, never shown, given to the plugin as a token
 *   "format": "uri"                in a connector: the origin of this URL is one that its secrets may be sent to
 * The schema's first "examples" entry is a config that opens: the host probes with it. */

/* ---- tessera.tile/1 */

#define TESSERA_ROLE_ENTRY 1u /* members start here; one per journey, nothing leads to it */
#define TESSERA_ROLE_STEP 2u
#define TESSERA_ROLE_EXIT 3u /* no branches: members end here */

#define TESSERA_TILE_SIDE_EFFECTS 1u /* touches the world: arrival is committed before the call, branches get `failed` */
#define TESSERA_TILE_ASYNC 2u        /* may report after `run` has returned, until it calls call->done */
#define TESSERA_TILE_CONCURRENT 4u   /* `run` may be called on one instance from several threads at once */
#define TESSERA_TILE_DRY_RUN 8u      /* keeps the promise of TESSERA_CALL_DRY_RUN */

#define TESSERA_ADVANCE 1u  /* leave by `branch`, an index into `branches` */
#define TESSERA_WAIT 2u     /* stay; call again at `time_us`, which must lie after the call's now_us */
#define TESSERA_RETRY 3u    /* this attempt failed; try again at `time_us`, 0 = the engine's own backoff */
#define TESSERA_FAIL 4u     /* failed for good: the `failed` branch, or parked with `error` */
#define TESSERA_COMPLETE 5u /* the member has finished the journey */

#define TESSERA_OUTCOME_NOT_ATTEMPTED 1u /* with RETRY: held back by a limit, so it counts as no attempt */
/* With RETRY, from a connector's `classify` only, for all rows of a request with several: the destination refused the
 * request as a whole, perhaps for one of its rows. The transport has these rows built anew in two halves, at once and
 * without counting an attempt, until the row at fault is alone; for a row alone it means FAIL. */
#define TESSERA_OUTCOME_SPLIT 2u

/* Why a row failed. Grows at its end. `code` is one of RATE_LIMIT, SERVER_ERROR, SERVICE_UNAVAILABLE, BAD_REQUEST,
 * AUTHENTICATION_ERROR, ENDPOINT_NOT_FOUND, EVENT_PARSING_FAILED, CONSENT_NOT_PROVIDED, MISC_ERROR, or a vendor's. */
typedef struct tessera_error {
    uint32_t size;
    int32_t http_status; /* 0 when there was no answer */
    tessera_str code;
    tessera_str message;  /* for people; no secret */
    tessera_str request;  /* what was sent, redacted; a connector leaves it empty: the transport fills it in */
    tessera_str response; /* what came back, cut to 64 KB; likewise */
} tessera_error;

/* What became of one row. 24 bytes, frozen. */
typedef struct tessera_outcome {
    uint32_t row;    /* index into the batch */
    uint8_t kind;    /* TESSERA_ADVANCE ... */
    uint8_t flags;   /* TESSERA_OUTCOME_... */
    uint16_t branch; /* ADVANCE: index into `branches`; 0 otherwise */
    int64_t time_us; /* WAIT, RETRY: when; 0 otherwise */
    const tessera_error *error; /* RETRY, FAIL: why; null otherwise */
} tessera_outcome;

#define TESSERA_CALL_DRY_RUN 1u /* do everything but the effect; hand what would be sent to `record` */

/* Lent to `run`. For an ASYNC type it stays valid, from any thread, until it has called `done`; reports after
 * deadline_us are ignored, but the memory stays readable until the instance is closed. */
typedef struct tessera_call {
    uint32_t size;
    uint32_t flags;
    void *context;       /* the host's */
    int64_t now_us;      /* the time of this call */
    int64_t run_at_us;   /* the start of the run: relative dates count from it */
    int64_t deadline_us; /* after it, rows not reported are unknown and will be tried again with the same $key */
    tessera_str workspace_id, journey_id, run_id, tile_id;
    /* [any-thread] Tells what became of rows: any number of times, rows in any order, copied at once. The first report of
     * a row wins. A row never reported is unknown, not failed: it is tried again with the same $key, as a new attempt.
     * A row, branch, kind or time out of range is ignored and counted against the plugin. */
    void (*report)(const struct tessera_call *call, const tessera_outcome *outcomes, size_t count);
    /* [any-thread] ASYNC types only: no more reports. Exactly once for each `run` that returned 0; not after a non-zero
     * `run`. For all other types returning is done. */
    void (*done)(const struct tessera_call *call);
    /* [any-thread] DRY_RUN only: what would have been sent for `row`, as JSON text. */
    void (*record)(const struct tessera_call *call, uint32_t row, tessera_str json);
    /* [any-thread] Non-zero once the run was paused or cancelled: stop early if you can; what was done still counts. */
    int32_t (*cancelled)(const struct tessera_call *call);
} tessera_call;

/* One type of tile. Static. */
typedef struct tessera_tile_type {
    uint32_t size;
    uint32_t role;          /* TESSERA_ROLE_... */
    uint32_t flags;         /* TESSERA_TILE_... */
    uint32_t max_batch;     /* rows per `run` at most; 0 = the host's choice (8,192) */
    uint32_t max_in_flight; /* ASYNC: batches at once per instance at most; 0 = the host's choice */
    uint32_t reserved;      /* 0 */
    int64_t timeout_us;     /* time from `run` to the call's deadline; 0 = the host's choice (60 s) */
    const char *id;         /* as a journey names it: "wait", or "com.example.score" for vendors */
    const char *title;      /* for people */
    const char *config_schema; /* JSON Schema, see CONFIG SCHEMA */
} tessera_tile_type;

typedef struct tessera_tile_interface {
    uint32_t size;
    uint32_t type_count;
    const tessera_tile_type *const *types; /* static; type ids are unique among all loaded plugins */

    /* [control] Makes an instance of a config (a JSON object that was checked against nothing: check it). `schema` is the
     * struct of the model's columns, or null when unknown: then names and types of columns go unchecked here, and `run`
     * looks at their formats before it reads.
     * 0 and *instance on success (null is a fine instance); non-zero after telling problems with call->problem. */
    int32_t (*open)(const tessera_tile_type *type, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance);

    /* [control] Ends an instance: exactly once, when no call on it is under way. */
    void (*close)(const tessera_tile_type *type, void *instance);

    /* [any-thread] The names that edges bind to, in order; they may depend on the config. Null = the role's own:
     * `next` for entry and step (and `failed` after it with SIDE_EFFECTS), none for exit. A type with SIDE_EFFECTS must
     * not list `failed` itself: the host adds it. Valid until `close`. Returns the number of names. */
    size_t (*branches)(const tessera_tile_type *type, void *instance, const tessera_str **names);

    /* [any-thread] The columns that `run` wants, reserved ones too, in order; each once. Null = none. Valid until `close`.
     * A name that the model lacks makes the journey invalid: the host says so. */
    size_t (*columns)(const tessera_tile_type *type, void *instance, const tessera_str **names);

    /* [worker, exclusive] Decides about each row of a batch (which may have none): call->report. `schema` and `batch` are
     * lent until `run` returns: an ASYNC type copies what it needs. Non-zero: the call as a whole failed; rows that were
     * not reported are unknown. */
    int32_t (*run)(const tessera_tile_type *type, void *instance, const struct ArrowSchema *schema,
                   const struct ArrowArray *batch, const tessera_call *call);
} tessera_tile_interface;

/* ---- Host services for every plugin; those for deliveries stand in tessera_connector.h */

/* "tessera.settings/1": the operator's settings that a plugin may read. */
typedef struct tessera_settings_service {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] The value, or an empty text. Lives until `retire` returns. Known in 1.0:
     * "allow-destination": CIDR blocks, separated by commas, that deliveries may reach though they are internal. */
    tessera_str (*get)(const struct tessera_settings_service *service, tessera_str name);
} tessera_settings_service;

#ifdef __cplusplus
}
#endif

#include "tessera_connector.h"

#endif /* TESSERA_H */
