/* Version 1.0 of the ABI in numbers. Compiled against the headers of 1.0 and against the present ones. Members never move
 * and constants never change; a struct that starts with `size` may have grown at its end since, all others may not. */
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>

#ifdef __cplusplus
#define CHECK(condition) static_assert(condition, #condition)
#else
#define CHECK(condition) _Static_assert(condition, #condition)
#endif

#if TESSERA_ABI_MINOR == 0
#define GROWING(type, bytes) CHECK(sizeof(type) == (bytes))
#else
#define GROWING(type, bytes) CHECK(sizeof(type) >= (bytes))
#endif
#define FROZEN(type, bytes) CHECK(sizeof(type) == (bytes))
#define AT(type, member, place, bytes) \
    CHECK(offsetof(type, member) == (place) && sizeof(((type *)0)->member) == (bytes))

CHECK(sizeof(void *) == 8 && sizeof(size_t) == 8);
CHECK(TESSERA_ABI_MAJOR == 1);

FROZEN(struct ArrowSchema, 72);
AT(struct ArrowSchema, format, 0, 8);
AT(struct ArrowSchema, name, 8, 8);
AT(struct ArrowSchema, metadata, 16, 8);
AT(struct ArrowSchema, flags, 24, 8);
AT(struct ArrowSchema, n_children, 32, 8);
AT(struct ArrowSchema, children, 40, 8);
AT(struct ArrowSchema, dictionary, 48, 8);
AT(struct ArrowSchema, release, 56, 8);
AT(struct ArrowSchema, private_data, 64, 8);
CHECK(ARROW_FLAG_NULLABLE == 2);

FROZEN(struct ArrowArray, 80);
AT(struct ArrowArray, length, 0, 8);
AT(struct ArrowArray, null_count, 8, 8);
AT(struct ArrowArray, offset, 16, 8);
AT(struct ArrowArray, n_buffers, 24, 8);
AT(struct ArrowArray, n_children, 32, 8);
AT(struct ArrowArray, buffers, 40, 8);
AT(struct ArrowArray, children, 48, 8);
AT(struct ArrowArray, dictionary, 56, 8);
AT(struct ArrowArray, release, 64, 8);
AT(struct ArrowArray, private_data, 72, 8);

FROZEN(tessera_str, 16);
AT(tessera_str, data, 0, 8);
AT(tessera_str, length, 8, 8);

FROZEN(tessera_outcome, 24);
AT(tessera_outcome, row, 0, 4);
AT(tessera_outcome, kind, 4, 1);
AT(tessera_outcome, flags, 5, 1);
AT(tessera_outcome, branch, 6, 2);
AT(tessera_outcome, time_us, 8, 8);
AT(tessera_outcome, error, 16, 8);

FROZEN(tessera_header, 32);
AT(tessera_header, name, 0, 16);
AT(tessera_header, value, 16, 16);

FROZEN(tessera_secret, 32);
AT(tessera_secret, token, 0, 16);
AT(tessera_secret, value, 16, 16);

GROWING(tessera_host, 40);
AT(tessera_host, size, 0, 4);
AT(tessera_host, abi_minor, 4, 4);
AT(tessera_host, version, 8, 8);
AT(tessera_host, log, 16, 8);
AT(tessera_host, now_us, 24, 8);
AT(tessera_host, service, 32, 8);

GROWING(tessera_plugin, 56);
AT(tessera_plugin, size, 0, 4);
AT(tessera_plugin, abi_minor, 4, 4);
AT(tessera_plugin, id, 8, 8);
AT(tessera_plugin, version, 16, 8);
AT(tessera_plugin, toolchain, 24, 8);
AT(tessera_plugin, start, 32, 8);
AT(tessera_plugin, retire, 40, 8);
AT(tessera_plugin, interface, 48, 8);

GROWING(tessera_open_call, 56);
AT(tessera_open_call, size, 0, 4);
AT(tessera_open_call, flags, 4, 4);
AT(tessera_open_call, context, 8, 8);
AT(tessera_open_call, workspace_id, 16, 16);
AT(tessera_open_call, owner_id, 32, 16);
AT(tessera_open_call, problem, 48, 8);

GROWING(tessera_error, 72);
AT(tessera_error, size, 0, 4);
AT(tessera_error, http_status, 4, 4);
AT(tessera_error, code, 8, 16);
AT(tessera_error, message, 24, 16);
AT(tessera_error, request, 40, 16);
AT(tessera_error, response, 56, 16);

GROWING(tessera_call, 136);
AT(tessera_call, size, 0, 4);
AT(tessera_call, flags, 4, 4);
AT(tessera_call, context, 8, 8);
AT(tessera_call, now_us, 16, 8);
AT(tessera_call, run_at_us, 24, 8);
AT(tessera_call, deadline_us, 32, 8);
AT(tessera_call, workspace_id, 40, 16);
AT(tessera_call, journey_id, 56, 16);
AT(tessera_call, run_id, 72, 16);
AT(tessera_call, tile_id, 88, 16);
AT(tessera_call, report, 104, 8);
AT(tessera_call, done, 112, 8);
AT(tessera_call, record, 120, 8);
AT(tessera_call, cancelled, 128, 8);

GROWING(tessera_tile_type, 56);
AT(tessera_tile_type, size, 0, 4);
AT(tessera_tile_type, role, 4, 4);
AT(tessera_tile_type, flags, 8, 4);
AT(tessera_tile_type, max_batch, 12, 4);
AT(tessera_tile_type, max_in_flight, 16, 4);
AT(tessera_tile_type, reserved, 20, 4);
AT(tessera_tile_type, timeout_us, 24, 8);
AT(tessera_tile_type, id, 32, 8);
AT(tessera_tile_type, title, 40, 8);
AT(tessera_tile_type, config_schema, 48, 8);

GROWING(tessera_tile_interface, 56);
AT(tessera_tile_interface, size, 0, 4);
AT(tessera_tile_interface, type_count, 4, 4);
AT(tessera_tile_interface, types, 8, 8);
AT(tessera_tile_interface, open, 16, 8);
AT(tessera_tile_interface, close, 24, 8);
AT(tessera_tile_interface, branches, 32, 8);
AT(tessera_tile_interface, columns, 40, 8);
AT(tessera_tile_interface, run, 48, 8);

GROWING(tessera_settings_service, 16);
AT(tessera_settings_service, size, 0, 4);
AT(tessera_settings_service, reserved, 4, 4);
AT(tessera_settings_service, get, 8, 8);

CHECK(TESSERA_LOG_DEBUG == 0 && TESSERA_LOG_INFO == 1 && TESSERA_LOG_WARNING == 2 && TESSERA_LOG_ERROR == 3);
CHECK(TESSERA_ROLE_ENTRY == 1 && TESSERA_ROLE_STEP == 2 && TESSERA_ROLE_EXIT == 3);
CHECK(TESSERA_TILE_SIDE_EFFECTS == 1 && TESSERA_TILE_ASYNC == 2);
CHECK(TESSERA_TILE_CONCURRENT == 4 && TESSERA_TILE_DRY_RUN == 8);
CHECK(TESSERA_ADVANCE == 1 && TESSERA_WAIT == 2 && TESSERA_RETRY == 3 && TESSERA_FAIL == 4 && TESSERA_COMPLETE == 5);
CHECK(TESSERA_OUTCOME_NOT_ATTEMPTED == 1 && TESSERA_CALL_DRY_RUN == 1);

/* Names are compared by their length here; the plugins beside this file find things by them. */
CHECK(sizeof TESSERA_INTERFACE_TILE == sizeof "tessera.tile/1");
CHECK(sizeof TESSERA_SERVICE_SETTINGS == sizeof "tessera.settings/1");
CHECK(sizeof TESSERA_COLUMN_MEMBER == sizeof "$member" && sizeof TESSERA_COLUMN_KEY == sizeof "$key");
CHECK(sizeof TESSERA_COLUMN_ATTEMPT == sizeof "$attempt");
CHECK(sizeof TESSERA_COLUMN_ARRIVED_AT == sizeof "$arrived_at");

/* The functions, by their exact types. */
extern int32_t (*open_1_0)(const tessera_tile_type *, tessera_str, const struct ArrowSchema *, const tessera_open_call *,
                           void **);
extern void (*close_1_0)(const tessera_tile_type *, void *);
extern size_t (*names_1_0)(const tessera_tile_type *, void *, const tessera_str **);
extern int32_t (*run_1_0)(const tessera_tile_type *, void *, const struct ArrowSchema *, const struct ArrowArray *,
                          const tessera_call *);
extern void (*report_1_0)(const tessera_call *, const tessera_outcome *, size_t);
extern void (*done_1_0)(const tessera_call *);
extern void (*record_1_0)(const tessera_call *, uint32_t, tessera_str);
extern int32_t (*cancelled_1_0)(const tessera_call *);
extern void (*problem_1_0)(const tessera_open_call *, tessera_str, tessera_str);
extern void (*log_1_0)(const tessera_host *, uint32_t, tessera_str);
extern int64_t (*now_1_0)(const tessera_host *);
extern const void *(*service_1_0)(const tessera_host *, const char *);
extern int32_t (*start_1_0)(const tessera_host *);
extern void (*retire_1_0)(void);
extern const void *(*interface_1_0)(const char *);
extern tessera_str (*get_1_0)(const tessera_settings_service *, tessera_str);
extern const tessera_plugin *(*entry_1_0)(void);

void functions_1_0(tessera_tile_interface *tile, tessera_call *call, tessera_open_call *open_call, tessera_host *host,
                   tessera_plugin *plugin, tessera_settings_service *settings);
void functions_1_0(tessera_tile_interface *tile, tessera_call *call, tessera_open_call *open_call, tessera_host *host,
                   tessera_plugin *plugin, tessera_settings_service *settings) {
    open_1_0 = tile->open, close_1_0 = tile->close, names_1_0 = tile->branches, names_1_0 = tile->columns;
    run_1_0 = tile->run, report_1_0 = call->report, done_1_0 = call->done, record_1_0 = call->record;
    cancelled_1_0 = call->cancelled, problem_1_0 = open_call->problem, log_1_0 = host->log, now_1_0 = host->now_us;
    service_1_0 = host->service, start_1_0 = plugin->start, retire_1_0 = plugin->retire;
    interface_1_0 = plugin->interface, get_1_0 = settings->get, entry_1_0 = tessera_plugin_v1;
    (void)(tessera_plugin_entry)0;
}

/* The readers of tessera_columns.h. */
int (*const column_1_0)(const struct ArrowSchema *, const char *) = tessera_column;
const char *(*const format_1_0)(const struct ArrowSchema *, int) = tessera_format;
int (*const is_null_1_0)(const struct ArrowArray *, int, int64_t) = tessera_is_null;
int64_t (*const int64_1_0)(const struct ArrowArray *, int, int64_t) = tessera_int64;
int32_t (*const date_1_0)(const struct ArrowArray *, int, int64_t) = tessera_date;
double (*const double_1_0)(const struct ArrowArray *, int, int64_t) = tessera_double;
int (*const bool_1_0)(const struct ArrowArray *, int, int64_t) = tessera_bool;
tessera_str (*const text_1_0)(const struct ArrowArray *, int, int64_t) = tessera_text;
tessera_str (*const literal_1_0)(const char *) = tessera_literal;
