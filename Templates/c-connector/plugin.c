/* @NAME@: a kind of destination. It turns members into requests to an HTTP API, and its answers into what became of them.
 * A connector does no I/O: sockets, TLS, retries and limits are Tessera's. Up to 100 members go as one JSON array:
 *
 *   POST URL, Authorization: Bearer KEY, [{"id": MEMBER, "key": IDEMPOTENCY KEY, FIELD: VALUE ...}, ...]
 */
#include <math.h>
#include <stdlib.h>
#include <tessera/tessera.h>
#include <tessera/tessera_columns.h>
#include <tessera/tessera_config.h>

enum { MEMBERS_PER_REQUEST = 100 };

static const tessera_connector_type type_@C@ = {
    .size = sizeof type_@C@,
    .id = "@ID@",
    .title = "@NAME@",
    /* `writeOnly` makes a field a secret: what `open` sees of it is a token. `format: uri` names where secrets may go. */
    .config_schema =
        "{\"type\": \"object\", \"additionalProperties\": false,"
        " \"properties\": {"
        "   \"url\": {\"type\": \"string\", \"title\": \"URL\", \"format\": \"uri\"},"
        "   \"api_key\": {\"type\": \"string\", \"title\": \"API key\", \"writeOnly\": true}},"
        " \"required\": [\"url\", \"api_key\"],"
        " \"examples\": [{\"url\": \"https://api.example.com/members\", \"api_key\": \"secret\"}]}",
};
static const tessera_connector_type *const types[] = {&type_@C@};

/* ---- An instance: one destination's config, opened */

typedef struct instance {
    char url[2048];
    char authorization[600]; /* "Bearer " and the token that stands for the key */
} instance;

static int32_t open_connector(const tessera_connector_type *type, tessera_str config, const struct ArrowSchema *schema,
                              const tessera_open_call *call, void **out) {
    (void)type, (void)schema;
    instance *self = calloc(1, sizeof *self);
    char key[512];
    if (self == NULL) return 1;
    tessera_config c = tessera_config_begin(config, call);
    tessera_config_text(&c, "url", self->url, sizeof self->url);
    tessera_config_text(&c, "api_key", key, sizeof key);
    if (self->url[0] && strncmp(self->url, "https://", 8) != 0 && strncmp(self->url, "http://", 7) != 0)
        tessera_config_problem(&c, "url", "url must begin with https:// or http://");
    if (tessera_config_end(&c)) {
        free(self);
        return 1;
    }
    snprintf(self->authorization, sizeof self->authorization, "Bearer %s", key);
    *out = self;
    return 0;
}

static void close_connector(const tessera_connector_type *type, void *self) {
    (void)type;
    free(self);
}

/* ---- Text that grows */

typedef struct text {
    char *data;
    size_t length, capacity;
    int failed;
} text;

static void put(text *t, const char *data, size_t length) {
    if (t->length + length > t->capacity) {
        size_t capacity = (t->length + length) * 2;
        char *grown = realloc(t->data, capacity);
        if (grown == NULL) {
            t->failed = 1;
            return;
        }
        t->data = grown;
        t->capacity = capacity;
    }
    memcpy(t->data + t->length, data, length);
    t->length += length;
}

static void put_literal(text *t, const char *literal) { put(t, literal, strlen(literal)); }

static void put_json_string(text *t, tessera_str s) {
    put(t, "\"", 1);
    for (size_t i = 0; i < s.length; i++) {
        unsigned char byte = (unsigned char)s.data[i];
        char escaped[8];
        if (byte == '"' || byte == '\\') put(t, "\\", 1);
        if (byte >= 0x20) put(t, &s.data[i], 1);
        else put(t, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", byte));
    }
    put(t, "\"", 1);
}

/* A day since 1970-01-01 as YYYY-MM-DD: https://howardhinnant.github.io/date_algorithms.html#civil_from_days */
static int write_date(char *out, size_t size, int64_t day) {
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
    int64_t month = m < 10 ? m + 3 : m - 9;
    return snprintf(out, size, "\"%04lld-%02lld-%02lld", (long long)(year + era * 400 + (month <= 2)), (long long)month,
                    (long long)(of_year - (153 * m + 2) / 5 + 1));
}

/* A cell as JSON: dates and timestamps as texts of ISO 8601, texts of a JSON column as they are. */
static void put_cell(text *t, const struct ArrowSchema *column, const struct ArrowArray *batch, int c, int64_t row) {
    char number[128];
    number[0] = 0;
    if (tessera_is_null(batch, c, row)) put_literal(t, "null");
    else if (strcmp(column->format, "b") == 0) put_literal(t, tessera_bool(batch, c, row) ? "true" : "false");
    else if (strcmp(column->format, "g") == 0) {
        double value = tessera_double(batch, c, row);
        if (isfinite(value)) snprintf(number, sizeof number, "%.17g", value);
        else put_literal(t, "null");
    } else if (strcmp(column->format, "l") == 0) {
        snprintf(number, sizeof number, "%lld", (long long)tessera_int64(batch, c, row));
    } else if (strcmp(column->format, "tdD") == 0) {
        write_date(number, sizeof number, tessera_date(batch, c, row));
        strcat(number, "\"");
    } else if (strcmp(column->format, "tsu:UTC") == 0) {
        int64_t time = tessera_int64(batch, c, row), day = time / 86400000000 - (time % 86400000000 < 0);
        int64_t rest = time - day * 86400000000;
        int used = write_date(number, sizeof number, day);
        snprintf(number + used, sizeof number - (size_t)used, "T%02d:%02d:%02d.%06dZ\"", (int)(rest / 3600000000),
                 (int)(rest / 60000000 % 60), (int)(rest / 1000000 % 60), (int)(rest % 1000000));
    }
    else if (column->metadata == NULL) put_json_string(t, tessera_text(batch, c, row));
    else put(t, tessera_text(batch, c, row).data, tessera_text(batch, c, row).length);
    put_literal(t, number);
}

/* ---- Members become requests. The first three columns are $member, $key and $attempt, the others the mapped fields. */

static int32_t build(const tessera_connector_type *type, void *self, const struct ArrowSchema *schema,
                     const struct ArrowArray *batch, const tessera_build_call *call) {
    (void)type;
    const instance *destination = self;
    int member = tessera_column(schema, TESSERA_COLUMN_MEMBER), key = tessera_column(schema, TESSERA_COLUMN_KEY);
    if (member < 0 || key < 0) return 1;
    const tessera_header headers[] = {
        {tessera_literal("Content-Type"), tessera_literal("application/json")},
        {tessera_literal("Authorization"), tessera_literal(destination->authorization)}};
    text body = {0};
    for (int64_t first = 0; first < batch->length; first += MEMBERS_PER_REQUEST) {
        uint32_t rows[MEMBERS_PER_REQUEST];
        size_t count = 0;
        body.length = 0;
        for (int64_t row = first; row < batch->length && row < first + MEMBERS_PER_REQUEST; row++) {
            put_literal(&body, count == 0 ? "[{\"id\":" : ",{\"id\":");
            put_json_string(&body, tessera_text(batch, member, row));
            put_literal(&body, ",\"key\":");
            put_json_string(&body, tessera_text(batch, key, row));
            for (int c = 0; c < (int)schema->n_children; c++) {
                if (schema->children[c]->name[0] == '$') continue;
                put_literal(&body, ",");
                put_json_string(&body, tessera_literal(schema->children[c]->name));
                put_literal(&body, ":");
                put_cell(&body, schema->children[c], batch, c, row);
            }
            put_literal(&body, "}");
            rows[count++] = (uint32_t)row;
        }
        put_literal(&body, "]");
        if (body.failed) break;
        tessera_request request = {
            .size = sizeof request, .signature = TESSERA_SIGN_NONE, .method = tessera_literal("POST"),
            .url = tessera_literal(destination->url), .headers = headers, .header_count = 2,
            .body = {body.data, body.length}, .rows = rows, .row_count = count};
        call->request(call, &request);
    }
    free(body.data);
    return body.failed;
}

/* ---- An answer becomes outcomes of the rows that its request carried */

static int32_t classify(const tessera_connector_type *type, void *self, const tessera_request *request,
                        const tessera_answer *answer, const tessera_classify_call *call) {
    (void)type, (void)self;
    int delivered = answer->status >= 200 && answer->status < 300;
    int again = answer->status == 0 || answer->status == 429 || answer->status >= 500;
    tessera_error error = {.size = sizeof error, .http_status = answer->status, .response = answer->body};
    error.code = tessera_literal(answer->status == 429 ? "RATE_LIMIT"
                                 : answer->status == 401 || answer->status == 403 ? "AUTHENTICATION_ERROR"
                                 : answer->status == 404 ? "ENDPOINT_NOT_FOUND"
                                 : again ? "SERVER_ERROR" : "BAD_REQUEST");
    error.message = answer->status == 0 ? answer->message : tessera_literal("the API did not take the request");
    for (size_t i = 0; i < request->row_count; i++) {
        tessera_outcome outcome = {
            .row = request->rows[i], .kind = delivered ? TESSERA_ADVANCE : again ? TESSERA_RETRY : TESSERA_FAIL,
            .time_us = again ? answer->retry_at_us : 0, .error = delivered ? NULL : &error};
        call->report(call, &outcome, 1);
    }
    return 0;
}

/* ---- The tables, and the one symbol that the library exports */

static const tessera_connector_interface connectors = {
    .size = sizeof connectors, .type_count = 1, .types = types, .open = open_connector, .close = close_connector,
    .columns = NULL /* any field is taken */, .build = build, .classify = classify};

static int32_t start(const tessera_host *host) { return !TESSERA_HAS(host, service); }
static void retire(void) {}
static const void *find(const char *id) { return strcmp(id, TESSERA_INTERFACE_CONNECTOR) == 0 ? &connectors : NULL; }

static const tessera_plugin plugin = {
    .size = sizeof plugin, .abi_minor = TESSERA_ABI_MINOR, .id = "@ID@", .version = "1.0.0", .toolchain = "",
    .start = start, .retire = retire, .interface = find};
const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
