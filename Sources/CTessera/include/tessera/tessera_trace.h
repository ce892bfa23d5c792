/* tessera_trace.h: where a request that a plugin sends stands in a trace (W3C Trace Context). A host service, newer than the ABI 1.1
 * that tessera.h freezes: it adds nothing to what stands there. A host without it gives null for its id. */
#ifndef TESSERA_TRACE_H
#define TESSERA_TRACE_H

#include "tessera.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TESSERA_SERVICE_TRACE "tessera.trace/1"
#define TESSERA_TRACEPARENT_LENGTH 55u

typedef struct tessera_trace_service {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] Writes the value of the header `traceparent` for one request that goes out for this call: the trace of the call's
     * run, with a new span id each time. `text` has room for TESSERA_TRACEPARENT_LENGTH bytes; no NUL is written. Returns their
     * number, or 0 when the run has no trace: then nothing was written, and the header is left out. */
    size_t (*traceparent)(const struct tessera_trace_service *service, const tessera_call *call, char *text);
} tessera_trace_service;

#ifdef __cplusplus
}
#endif
#endif /* TESSERA_TRACE_H */
