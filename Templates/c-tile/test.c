/* Tests of @NAME@: `make test` builds the plugin and this program, and runs it with the plugin's file. */
#include <tessera/tessera_test.h>

static void refuses(const tessera_plugin *plugin, const char *config, const char *pointer) {
    tessera_test_tile tile;
    int opened = tessera_test_open(&tile, plugin, "@ID@", config, NULL);
    if (!TESSERA_CHECK(!opened)) {
        tessera_test_close(&tile);
        return;
    }
    if (!TESSERA_CHECK(tessera_test_has_problem(&tile.problems, pointer))) fprintf(stderr, "  %s\n", config);
    tessera_test_problems_free(&tile.problems);
}

int main(int argc, char **argv) {
    tessera_test_host *host = tessera_test_host_new();
    const tessera_plugin *plugin = tessera_test_load(argc > 1 ? argv[1] : "@NAME@.so", host);
    if (plugin == NULL) return 1;

    refuses(plugin, "{}", "/column");
    refuses(plugin, "{\"column\": \"spent\"}", "/minimum");
    refuses(plugin, "{\"column\": 1, \"minimum\": \"x\"}", "/minimum");
    refuses(plugin, "{\"column\": \"spent\", \"minimum\": 1, \"more\": 2}", "/more");

    tessera_test_batch *batch = tessera_test_batch_new();
    int spent = tessera_test_column(batch, "spent", "g");
    tessera_test_row(batch), tessera_test_set_double(batch, spent, 99.99);
    tessera_test_row(batch), tessera_test_set_double(batch, spent, 100);
    tessera_test_row(batch); /* null */

    /* The batch's columns serve as those of the model. */
    tessera_test_tile tile;
    const char *config = "{\"column\": \"spent\", \"minimum\": 100}";
    if (!TESSERA_CHECK(tessera_test_open(&tile, plugin, "@ID@", config, tessera_test_schema(batch)))) return 1;
    int low = tessera_test_branch(&tile, "low"), high = tessera_test_branch(&tile, "high");
    TESSERA_CHECK(low >= 0 && high >= 0);
    tessera_test_call *call = tessera_test_call_new(host, 0);
    TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0);
    TESSERA_CHECK(tessera_test_outcome_count(call) == 3 && tessera_test_mistakes(call) == 0);
    TESSERA_CHECK(tessera_test_outcome(call, 0)->branch == low);
    TESSERA_CHECK(tessera_test_outcome(call, 1)->branch == high);
    TESSERA_CHECK(tessera_test_outcome(call, 2)->branch == low);
    tessera_test_call_free(call);
    tessera_test_close(&tile);
    tessera_test_batch_free(batch);

    batch = tessera_test_batch_new();
    tessera_test_column(batch, "spent", "u"); /* texts: the wrong type */
    TESSERA_CHECK(!tessera_test_open(&tile, plugin, "@ID@", config, tessera_test_schema(batch)));
    TESSERA_CHECK(tessera_test_has_problem(&tile.problems, "/column"));
    tessera_test_problems_free(&tile.problems);
    tessera_test_batch_free(batch);
    return tessera_test_result();
}
