/* tessera_test.h: the harness for tests of plugins, Tessera's own ones too. Header only, C11 and C++17, POSIX threads.
 *
 * It is to a plugin what a gateway is: it maps the file, starts it with a host whose clock stands still until the test moves
 * it, opens configs, lends batches and keeps what is reported. What a gateway would ignore (a row out of range, a report
 * after `done`) is counted as a mistake.
 *
 *   int main(int argc, char **argv) {
 *       tessera_test_host *host = tessera_test_host_new();
 *       const tessera_plugin *plugin = tessera_test_load(argv[1], host);
 *       tessera_test_tile tile;
 *       if (plugin == NULL || !TESSERA_CHECK(tessera_test_open(&tile, plugin, "com.example.score", "{}", NULL))) return 1;
 *       tessera_test_batch *batch = tessera_test_batch_new();           // see tessera_test_batch.h
 *       ...
 *       tessera_test_call *call = tessera_test_call_new(host, 0);
 *       TESSERA_CHECK(tessera_test_run(&tile, batch, call) == 0);
 *       TESSERA_CHECK(tessera_test_wait(call, 10));                     // ASYNC types
 *       TESSERA_CHECK(tessera_test_outcome(call, 0)->branch == 1);
 *       TESSERA_CHECK(tessera_test_mistakes(call) == 0);
 *       return tessera_test_result();
 *   }
 *
 * What a plugin calls is [any-thread], as are the functions that read a call; all else
 * belongs to the test's own thread.
 */
#ifndef TESSERA_TEST_H
#define TESSERA_TEST_H

#include "tessera_test_batch.h"     /* rows */
#include "tessera_test_host.h"      /* checks, the host, loading a plugin, what `open` said */
#include "tessera_test_tile.h"      /* tiles, calls and outcomes */
#include "tessera_test_connector.h" /* connectors, requests and answers */

#endif /* TESSERA_TEST_H */
