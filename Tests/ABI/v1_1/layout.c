/* What is new in version 1.1 of the ABI, in numbers: the interfaces for deliveries. Compiled against the headers of 1.1 and
 * against the present ones. Members never move and constants never change; a struct that starts with `size` may have grown
 * at its end since, all others may not. */
#include <tessera/tessera.h>

#ifdef __cplusplus
#define CHECK(condition) static_assert(condition, #condition)
#else
#define CHECK(condition) _Static_assert(condition, #condition)
#endif

#if TESSERA_ABI_MINOR == 1
#define GROWING(type, bytes) CHECK(sizeof(type) == (bytes))
#else
#define GROWING(type, bytes) CHECK(sizeof(type) >= (bytes))
#endif
#define FROZEN(type, bytes) CHECK(sizeof(type) == (bytes))
#define AT(type, member, place, bytes) \
    CHECK(offsetof(type, member) == (place) && sizeof(((type *)0)->member) == (bytes))

CHECK(TESSERA_ABI_MAJOR == 1 && TESSERA_ABI_MINOR >= 1);

FROZEN(tessera_header, 32);
AT(tessera_header, name, 0, 16);
AT(tessera_header, value, 16, 16);

GROWING(tessera_request, 120);
AT(tessera_request, size, 0, 4);
AT(tessera_request, signature, 4, 4);
AT(tessera_request, method, 8, 16);
AT(tessera_request, url, 24, 16);
AT(tessera_request, headers, 40, 8);
AT(tessera_request, header_count, 48, 8);
AT(tessera_request, body, 56, 16);
AT(tessera_request, rows, 72, 8);
AT(tessera_request, row_count, 80, 8);
AT(tessera_request, message_id, 88, 16);
AT(tessera_request, signing_tokens, 104, 8);
AT(tessera_request, signing_token_count, 112, 8);

GROWING(tessera_build_call, 40);
AT(tessera_build_call, size, 0, 4);
AT(tessera_build_call, flags, 4, 4);
AT(tessera_build_call, context, 8, 8);
AT(tessera_build_call, now_us, 16, 8);
AT(tessera_build_call, request, 24, 8);
AT(tessera_build_call, report, 32, 8);

GROWING(tessera_answer, 80);
AT(tessera_answer, size, 0, 4);
AT(tessera_answer, transport, 4, 4);
AT(tessera_answer, status, 8, 4);
AT(tessera_answer, reserved, 12, 4);
AT(tessera_answer, headers, 16, 8);
AT(tessera_answer, header_count, 24, 8);
AT(tessera_answer, body, 32, 16);
AT(tessera_answer, message, 48, 16);
AT(tessera_answer, latency_us, 64, 8);
AT(tessera_answer, retry_at_us, 72, 8);

GROWING(tessera_classify_call, 32);
AT(tessera_classify_call, size, 0, 4);
AT(tessera_classify_call, flags, 4, 4);
AT(tessera_classify_call, context, 8, 8);
AT(tessera_classify_call, now_us, 16, 8);
AT(tessera_classify_call, report, 24, 8);

GROWING(tessera_connector_type, 32);
AT(tessera_connector_type, size, 0, 4);
AT(tessera_connector_type, max_rows, 4, 4);
AT(tessera_connector_type, id, 8, 8);
AT(tessera_connector_type, title, 16, 8);
AT(tessera_connector_type, config_schema, 24, 8);

GROWING(tessera_connector_interface, 56);
AT(tessera_connector_interface, size, 0, 4);
AT(tessera_connector_interface, type_count, 4, 4);
AT(tessera_connector_interface, types, 8, 8);
AT(tessera_connector_interface, open, 16, 8);
AT(tessera_connector_interface, close, 24, 8);
AT(tessera_connector_interface, columns, 32, 8);
AT(tessera_connector_interface, build, 40, 8);
AT(tessera_connector_interface, classify, 48, 8);

GROWING(tessera_probe_step, 88);
AT(tessera_probe_step, size, 0, 4);
AT(tessera_probe_step, ok, 4, 4);
AT(tessera_probe_step, step, 8, 16);
AT(tessera_probe_step, message, 24, 16);
AT(tessera_probe_step, elapsed_us, 40, 8);
AT(tessera_probe_step, http_status, 48, 4);
AT(tessera_probe_step, reserved, 52, 4);
AT(tessera_probe_step, sent, 56, 16);
AT(tessera_probe_step, received, 72, 16);

GROWING(tessera_probe_call, 40);
AT(tessera_probe_call, size, 0, 4);
AT(tessera_probe_call, flags, 4, 4);
AT(tessera_probe_call, context, 8, 8);
AT(tessera_probe_call, now_us, 16, 8);
AT(tessera_probe_call, deadline_us, 24, 8);
AT(tessera_probe_call, step, 32, 8);

GROWING(tessera_transport_interface, 16);
AT(tessera_transport_interface, size, 0, 4);
AT(tessera_transport_interface, reserved, 4, 4);
AT(tessera_transport_interface, probe, 8, 8);

GROWING(tessera_destination, 96);
AT(tessera_destination, size, 0, 4);
AT(tessera_destination, generation, 4, 4);
AT(tessera_destination, destination_id, 8, 16);
AT(tessera_destination, name, 24, 16);
AT(tessera_destination, connector, 40, 8);
AT(tessera_destination, type, 48, 8);
AT(tessera_destination, instance, 56, 8);
AT(tessera_destination, secrets, 64, 8);
AT(tessera_destination, secret_count, 72, 8);
AT(tessera_destination, origins, 80, 8);
AT(tessera_destination, origin_count, 88, 8);

GROWING(tessera_connectors_service, 24);
AT(tessera_connectors_service, size, 0, 4);
AT(tessera_connectors_service, reserved, 4, 4);
AT(tessera_connectors_service, acquire, 8, 8);
AT(tessera_connectors_service, release, 16, 8);

GROWING(tessera_settlement, 32);
AT(tessera_settlement, size, 0, 4);
AT(tessera_settlement, settle_class, 4, 4);
AT(tessera_settlement, rows, 8, 4);
AT(tessera_settlement, retried, 12, 4);
AT(tessera_settlement, latency_us, 16, 8);
AT(tessera_settlement, retry_at_us, 24, 8);

GROWING(tessera_delivery_service, 32);
AT(tessera_delivery_service, size, 0, 4);
AT(tessera_delivery_service, reserved, 4, 4);
AT(tessera_delivery_service, acquire, 8, 8);
AT(tessera_delivery_service, settle, 16, 8);
AT(tessera_delivery_service, disable, 24, 8);

/* The names, by what sizeof says of them; that the present host knows them is for the plugins beside to show. */
CHECK(sizeof TESSERA_INTERFACE_CONNECTOR == sizeof "tessera.connector/1");
CHECK(sizeof TESSERA_INTERFACE_TRANSPORT == sizeof "tessera.transport/1");
CHECK(sizeof TESSERA_SERVICE_CONNECTORS == sizeof "tessera.connectors/1");
CHECK(sizeof TESSERA_SERVICE_DELIVERY == sizeof "tessera.delivery/1");

CHECK(TESSERA_OUTCOME_SPLIT == 2u);
CHECK(TESSERA_SIGN_NONE == 0u);
CHECK(TESSERA_SIGN_STANDARD_WEBHOOKS == 1u);
CHECK(TESSERA_TRANSPORT_OK == 0u);
CHECK(TESSERA_TRANSPORT_RESOLVE == 1u);
CHECK(TESSERA_TRANSPORT_CONNECT == 2u);
CHECK(TESSERA_TRANSPORT_TLS == 3u);
CHECK(TESSERA_TRANSPORT_TIMEOUT == 4u);
CHECK(TESSERA_TRANSPORT_BROKEN == 5u);
CHECK(TESSERA_TRANSPORT_REFUSED == 6u);
CHECK(TESSERA_SETTLE_DELIVERED == 0u);
CHECK(TESSERA_SETTLE_REJECTED == 1u);
CHECK(TESSERA_SETTLE_THROTTLED == 2u);
CHECK(TESSERA_SETTLE_FAILED == 3u);
