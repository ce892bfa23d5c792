/* tessera_connector.h: deliveries. How a destination wants its requests ("tessera.connector/1"), who sends them
 * ("tessera.transport/1"), and what the host offers to who sends. The rules of tessera.h, which includes this file, hold.
 * Frozen with version 1.1. */
#ifndef TESSERA_CONNECTOR_H
#define TESSERA_CONNECTOR_H

#include "tessera.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- tessera.connector/1: pure functions between mapped rows and HTTP. A connector does no I/O. */

/* Frozen. */
typedef struct tessera_header {
    tessera_str name, value;
} tessera_header;

#define TESSERA_SIGN_NONE 0u
#define TESSERA_SIGN_STANDARD_WEBHOOKS 1u /* webhook-id, -timestamp, -signature: https://www.standardwebhooks.com */

/* One HTTP request and the rows that it carries. */
typedef struct tessera_request {
    uint32_t size;
    uint32_t signature; /* TESSERA_SIGN_...: the transport signs, since only it knows the secrets */
    tessera_str method; /* "POST" */
    tessera_str url;    /* http or https; may contain tokens */
    const tessera_header *headers; /* values may contain tokens; CR, LF and NUL are refused */
    size_t header_count;
    tessera_str body;
    const uint32_t *rows; /* indices into the batch; each row of a batch in exactly one request */
    size_t row_count;
    tessera_str message_id;            /* with a signature: its webhook-id */
    const tessera_str *signing_tokens; /* tokens of the secrets to sign with, at most two */
    size_t signing_token_count;
} tessera_request;

/* Lent to `build`. */
typedef struct tessera_build_call {
    uint32_t size;
    uint32_t flags;
    void *context;
    int64_t now_us;
    /* [worker, exclusive] One request, copied at once; any number of times, in the order of sending. */
    void (*request)(const struct tessera_build_call *call, const tessera_request *request);
    /* [worker, exclusive] Rows that can't be sent at all: FAIL with why. */
    void (*report)(const struct tessera_build_call *call, const tessera_outcome *outcomes, size_t count);
} tessera_build_call;

#define TESSERA_TRANSPORT_OK 0u       /* an answer came: see status */
#define TESSERA_TRANSPORT_RESOLVE 1u  /* the name has no address */
#define TESSERA_TRANSPORT_CONNECT 2u  /* no connection */
#define TESSERA_TRANSPORT_TLS 3u      /* handshake or certificate */
#define TESSERA_TRANSPORT_TIMEOUT 4u
#define TESSERA_TRANSPORT_BROKEN 5u   /* the connection ended before the answer was whole */
#define TESSERA_TRANSPORT_REFUSED 6u  /* the guard: an internal address, a bad URL, a token for a foreign origin */

/* What came back for one request. */
typedef struct tessera_answer {
    uint32_t size;
    uint32_t transport; /* TESSERA_TRANSPORT_... */
    int32_t status;     /* HTTP status, 0 without an answer */
    uint32_t reserved;  /* 0 */
    const tessera_header *headers; /* names in lower case */
    size_t header_count;
    tessera_str body;          /* cut to 64 KB */
    tessera_str message;       /* without an answer: what went wrong, for people */
    int64_t latency_us;
    int64_t retry_at_us;       /* from Retry-After, both forms, capped; 0 without */
} tessera_answer;

/* Lent to `classify`. */
typedef struct tessera_classify_call {
    uint32_t size;
    uint32_t flags;
    void *context;
    int64_t now_us;
    /* [worker, exclusive] What became of rows of this request: ADVANCE (branch 0) = delivered, RETRY, FAIL. A row of the
     * request that is not reported is unknown and will be sent again. */
    void (*report)(const struct tessera_classify_call *call, const tessera_outcome *outcomes, size_t count);
} tessera_classify_call;

/* One kind of destination. Static. */
typedef struct tessera_connector_type {
    uint32_t size;
    uint32_t max_rows; /* rows per `build` at most; 0 = the caller's choice */
    const char *id;    /* the destination_type: "webhook", or "com.example.crm" for vendors */
    const char *title;
    const char *config_schema; /* JSON Schema, see CONFIG SCHEMA */
} tessera_connector_type;

typedef struct tessera_connector_interface {
    uint32_t size;
    uint32_t type_count;
    const tessera_connector_type *const *types;

    /* [control] As for tiles. In `config` each writeOnly field holds its token. `schema` is null. */
    int32_t (*open)(const tessera_connector_type *type, tessera_str config, const struct ArrowSchema *schema,
                    const tessera_open_call *call, void **instance);
    /* [control] */
    void (*close)(const tessera_connector_type *type, void *instance);
    /* [any-thread] The destination's fields, for form builders and mapping checks; null or 0 = any field is taken; the
     * name "*" in the last place says that other fields are taken too. Valid until `close`. */
    size_t (*columns)(const tessera_connector_type *type, void *instance, const tessera_str **names);
    /* [worker, exclusive] A batch of mapped columns (named by destination field, dots mean nesting; and $member, $key,
     * $attempt first) becomes requests. Pure: same batch, same requests. */
    int32_t (*build)(const tessera_connector_type *type, void *instance, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call);
    /* [worker, exclusive] An answer becomes outcomes. `request` is as `build` made it; row numbers are the batch's. */
    int32_t (*classify)(const tessera_connector_type *type, void *instance, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call);
} tessera_connector_interface;

/* ---- tessera.transport/1: offered by the plugin that owns the sockets (sync) */

/* One step of a probe: "build", "resolve", "connect", "tls", "request", "classify". */
typedef struct tessera_probe_step {
    uint32_t size;
    int32_t ok; /* 1 passed, 0 failed: the last step told */
    tessera_str step, message;
    int64_t elapsed_us;
    int32_t http_status; /* step "request" only */
    uint32_t reserved;
    tessera_str sent, received; /* step "request" only: the request, redacted, and the answer, as texts; may be empty */
} tessera_probe_step;

struct tessera_destination;
typedef struct tessera_probe_call {
    uint32_t size;
    uint32_t flags;
    void *context;
    int64_t now_us, deadline_us;
    /* [worker, exclusive] Called on the probing thread as each step ends. */
    void (*step)(const struct tessera_probe_call *call, const tessera_probe_step *step);
} tessera_probe_call;

typedef struct tessera_transport_interface {
    uint32_t size;
    uint32_t reserved;
    /* [worker, exclusive] Builds one made-up row for the destination, sends it and tells each step. Blocks until the last
     * step or the deadline. 0 = all steps passed. */
    int32_t (*probe)(const struct tessera_destination *destination, const tessera_probe_call *call);
} tessera_transport_interface;

/* ---- Host services */

/* A destination as it is now. Valid until `release`; nothing of it is kept after that. */
typedef struct tessera_destination {
    uint32_t size;
    uint32_t generation; /* of the connector's plugin: for logs */
    tessera_str destination_id, name;
    const tessera_connector_interface *connector;
    const tessera_connector_type *type;
    void *instance;
    const tessera_secret *secrets; /* the tokens issued to this instance and what they stand for */
    size_t secret_count;
    const tessera_str *origins; /* "https://host:port": where secrets may go */
    size_t origin_count;
} tessera_destination;

/* "tessera.connectors/1" */
typedef struct tessera_connectors_service {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] The destination's present instance, seen only if it belongs to the call's workspace. Null: unknown, or
     * its connector is not loaded; *reason then says which. Pair with `release`; hold it for one delivery, not longer: a
     * swap of the connector waits for it. May be acquired inside an ASYNC call until its `done`. */
    const tessera_destination *(*acquire)(const struct tessera_connectors_service *service, const tessera_call *call,
                                          tessera_str destination_id, tessera_str *reason);
    /* [any-thread] */
    void (*release)(const struct tessera_connectors_service *service, const tessera_destination *destination);
} tessera_connectors_service;

#define TESSERA_SETTLE_DELIVERED 0u
#define TESSERA_SETTLE_REJECTED 1u  /* answered, and will not take it: the destination is well */
#define TESSERA_SETTLE_THROTTLED 2u /* 429 */
#define TESSERA_SETTLE_FAILED 3u    /* 5xx, time-out, no connection: counts for the breaker */

/* How one granted request ended. */
typedef struct tessera_settlement {
    uint32_t size;
    uint32_t settle_class; /* TESSERA_SETTLE_... */
    uint32_t rows;         /* that the request carried; rows that a DELIVERED one's answer refused singly may be left out:
                            * these then count as rejected */
    uint32_t retried;      /* of them: rows that are to be tried again */
    int64_t latency_us;  /* negative: it ended after so long with nothing handed over, and its rows go back to a daily cap;
                          * with REJECTED: you yourself refused to send it, which says nothing of the destination */
    int64_t retry_at_us; /* from Retry-After: nothing goes to the destination before it; 0 without */
} tessera_settlement;

/* "tessera.delivery/1": limits, breakers and figures per destination. They live in the core and outlive a plugin. */
typedef struct tessera_delivery_service {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] Asks to send `count` requests now, the i-th with rows[i] rows. Returns how many may go, from the first
     * on; when fewer, *not_before_us says when to ask again: report the rows of the others as RETRY at that time with
     * NOT_ATTEMPTED. When it is 0, too few rows are left of a limit on rows, and the next request may go with fewer. Each
     * granted request is settled once. */
    uint32_t (*acquire)(const struct tessera_delivery_service *service, const tessera_call *call,
                        tessera_str destination_id, const uint32_t *rows, uint32_t count, int64_t *not_before_us);
    /* [any-thread] One granted request has ended. */
    void (*settle)(const struct tessera_delivery_service *service, const tessera_call *call, tessera_str destination_id,
                   const tessera_settlement *settlement);
    /* [any-thread] The destination said that it is gone for good (410): nothing more is sent until a person acts. */
    void (*disable)(const struct tessera_delivery_service *service, const tessera_call *call,
                    tessera_str destination_id, tessera_str reason);
} tessera_delivery_service;

#ifdef __cplusplus
}
#endif
#endif /* TESSERA_CONNECTOR_H */
