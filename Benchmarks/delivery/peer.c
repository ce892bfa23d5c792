/* The limit that a delivery with one request a member is measured against: a bare libcurl multi loop that sends the same
 * request COUNT times, IN_FLIGHT at once. usage: peer PORT COUNT IN_FLIGHT BODY_BYTES; prints requests per second. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t ignore(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    long count = atol(argv[2]), in_flight = atol(argv[3]), body_bytes = atol(argv[4]), begun = 0, ended = 0;
    char url[64], *body = malloc((size_t)body_bytes + 1);
    if (body == NULL) return 1;
    snprintf(url, sizeof url, "http://127.0.0.1:%s/in", argv[1]);
    memset(body, 'x', (size_t)body_bytes);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Idempotency-Key: 00000000000000000000000000000000");
    headers = curl_slist_append(headers, "Expect:");
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (; begun < in_flight && begun < count; begun++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, body_bytes);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_multi_add_handle(multi, easy);
    }
    while (ended < count) {
        int running, left;
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
            if (message->msg != CURLMSG_DONE) continue;
            if (message->data.result != CURLE_OK) {
                fprintf(stderr, "peer: %s\n", curl_easy_strerror(message->data.result));
                return 1;
            }
            CURL *easy = message->easy_handle;
            curl_multi_remove_handle(multi, easy);
            ended++;
            if (begun < count) {
                begun++;
                curl_multi_add_handle(multi, easy);
            } else {
                curl_easy_cleanup(easy);
            }
        }
        if (ended < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.0f\n", (double)count / ((double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9));
    return 0;
}
