/* Tests of @NAME@: `make test` builds the plugin and this program, and runs it with the plugin's file. */
#include <tessera/tessera_test.h>

static void becomes(const tessera_test_connector *connector, const tessera_request *request, int status, uint8_t kind) {
    tessera_test_classification *result = tessera_test_classify(connector, request, status, "said so");
    TESSERA_CHECK(result->status == 0 && result->outcomes.count == request->row_count);
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const tessera_outcome *outcome = &result->outcomes.list[i]->outcome;
        TESSERA_CHECK(outcome->row == request->rows[i] && outcome->kind == kind);
        TESSERA_CHECK((outcome->error != NULL) == (kind != TESSERA_ADVANCE));
    }
    tessera_test_classification_free(result);
}

int main(int argc, char **argv) {
    tessera_test_host *host = tessera_test_host_new();
    const tessera_plugin *plugin = tessera_test_load(argc > 1 ? argv[1] : "@NAME@.so", host);
    if (plugin == NULL) return 1;

    tessera_test_connector connector;
    TESSERA_CHECK(!tessera_test_open_connector(&connector, plugin, "@ID@", "{\"url\": \"ftp://x\"}"));
    TESSERA_CHECK(tessera_test_has_problem(&connector.problems, "/url"));
    TESSERA_CHECK(tessera_test_has_problem(&connector.problems, "/api_key"));
    tessera_test_problems_free(&connector.problems);

    const char *config = "{\"url\": \"https://api.example.com/members\", \"api_key\": \"TOKEN\"}";
    if (!TESSERA_CHECK(tessera_test_open_connector(&connector, plugin, "@ID@", config))) return 1;
    tessera_test_batch *batch = tessera_test_batch_new();
    tessera_test_reserved(batch);
    int email = tessera_test_column(batch, "email", "u"), age = tessera_test_column(batch, "age", "l");
    int born = tessera_test_column(batch, "born", "tdD"), seen = tessera_test_column(batch, "seen", "tsu:UTC");
    for (int row = 0; row < 250; row++) {
        tessera_test_member(batch, row == 0 ? "a\"b" : "m", 0);
        tessera_test_set_text(batch, email, tessera_literal("ann@example.com"));
        if (row > 0) continue;
        tessera_test_set_int64(batch, age, 42);
        tessera_test_set_date(batch, born, 19782);
        tessera_test_set_int64(batch, seen, -1);
    }
    tessera_test_told_requests *told = tessera_test_build(&connector, batch, 0);
    TESSERA_CHECK(told->status == 0 && told->count == 3 && tessera_test_is_whole(told, 250));
    const tessera_request *request = told->list[0];
    TESSERA_CHECK(tessera_test_is(tessera_test_header(request, "authorization"), "Bearer TOKEN"));
    TESSERA_CHECK(strncmp(request->body.data, "[{\"id\":\"a\\\"b\",\"key\":\"", 20) == 0);
    TESSERA_CHECK(strstr(request->body.data, "\"email\":\"ann@example.com\",\"age\":42,\"born\":\"2024-02-29\"") != NULL);
    TESSERA_CHECK(strstr(request->body.data, "\"seen\":\"1969-12-31T23:59:59.999999Z\"}") != NULL);
    TESSERA_CHECK(strstr(request->body.data, "\"age\":null,\"born\":null,\"seen\":null}") != NULL);
    becomes(&connector, told->list[2], 200, TESSERA_ADVANCE);
    becomes(&connector, told->list[2], 400, TESSERA_FAIL);
    becomes(&connector, told->list[2], 401, TESSERA_FAIL);
    becomes(&connector, told->list[2], 429, TESSERA_RETRY);
    becomes(&connector, told->list[2], 503, TESSERA_RETRY);
    becomes(&connector, told->list[2], 0, TESSERA_RETRY);
    tessera_test_told_requests_free(told);
    tessera_test_batch_free(batch);
    tessera_test_close_connector(&connector);
    return tessera_test_result();
}
