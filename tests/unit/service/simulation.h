// A simulator on a thread of the test, and requests to it with libcurl.
#ifndef VQAGEN_TEST_SIMULATION_H
#define VQAGEN_TEST_SIMULATION_H

#include "base64.h"
#include "json.h"
#include "sample.h"
#include "simulator.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sample samples[SAMPLE_COUNT];

static inline int simulation_set_up(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    samples_load(samples, 85, 2048);
    return 0;
}

static inline int simulation_tear_down(void **state)
{
    (void)state;
    samples_clear(samples);
    curl_global_cleanup();
    return 0;
}

struct simulation {
    struct simulator_settings settings;
    pthread_t thread;
    int ready[2], parent[2];
    unsigned port;
    bool good; // what simulator_run returned
    struct error why;
};

static inline struct simulator_settings simulation_settings(void)
{
    return (struct simulator_settings){.host = "127.0.0.1",
                                       .latency = "0",
                                       .structured = "schema",
                                       .answers = "look",
                                       .strict = true,
                                       .seed = 1,
                                       .ready_file = -1,
                                       .parent_file = -1};
}

static void *simulation_main(void *argument)
{
    struct simulation *simulation = argument;
    simulation->good = simulator_run(&simulation->settings, &simulation->why);
    return NULL;
}

static inline void simulation_start(struct simulation *simulation)
{
    char line[16] = "";
    assert_int_equal(pipe(simulation->ready), 0);
    assert_int_equal(pipe(simulation->parent), 0);
    simulation->settings.ready_file = simulation->ready[1];
    simulation->settings.parent_file = simulation->parent[0];
    simulation->why = (struct error){0};
    assert_int_equal(pthread_create(&simulation->thread, NULL, simulation_main, simulation), 0);
    assert_true(read(simulation->ready[0], line, sizeof line - 1) > 0);
    simulation->port = (unsigned)atoi(line);
    assert_int_not_equal(simulation->port, 0);
}

static inline void simulation_stop(struct simulation *simulation)
{
    close(simulation->parent[1]);
    pthread_join(simulation->thread, NULL);
    close(simulation->parent[0]);
    close(simulation->ready[0]);
    if (!simulation->good)
        fail_msg("%s", simulation->why.message);
}

struct http_reply {
    CURLcode code;
    long status;
    char *body;     // owned
    char retry[20]; // header Retry-After
    cJSON *json;    // owned; NULL: the body is not JSON
};

static inline void http_reply_clear(struct http_reply *reply)
{
    free(reply->body);
    cJSON_Delete(reply->json);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    return buffer_append(context, bytes, size * count) ? size * count : 0;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct http_reply *reply = context;
    if (size * count > 13 && strncasecmp(bytes, "Retry-After: ", 13) == 0)
        snprintf(reply->retry, sizeof reply->retry, "%.*s", (int)strcspn(bytes + 13, "\r\n"),
                 bytes + 13);
    return size * count;
}

// body NULL: GET. lines: further headers, a line each; or NULL.
static inline struct http_reply http_send_with(const struct simulation *simulation,
                                               const char *path, const char *lines,
                                               const char *body, size_t length)
{
    struct http_reply reply = {0};
    struct buffer received;
    char url[200], line[200];
    buffer_init(&received, 1 << 24);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", simulation->port, path);
    for (const char *at = lines; at != NULL && *at != '\0'; at += strspn(at, "\n")) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        headers = curl_slist_append(headers, line);
        at += strcspn(at, "\n");
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60000L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    if (body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    }
    reply.code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    reply.json = received.length > 0 ? cJSON_ParseWithLength(received.data, received.length) : NULL;
    reply.body = buffer_take(&received);
    return reply;
}

// key NULL: none is sent.
static inline struct http_reply http_send(const struct simulation *simulation, const char *path,
                                          const char *key, const char *body, size_t length)
{
    char authorization[200];
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", key ? key : "");
    return http_send_with(simulation, path, key != NULL ? authorization : NULL, body, length);
}

static inline struct http_reply http_post(const struct simulation *simulation, const char *body)
{
    return http_send(simulation, "/v1/chat/completions", NULL, body, strlen(body));
}

// A request with a picture (NULL: none) in front of the prompt; extra: further members, with a
// comma in front, or "". The caller frees it.
static inline char *chat_body(const char *prompt, const struct buffer *jpeg, const char *extra)
{
    struct buffer body;
    buffer_init(&body, 1 << 26);
    buffer_append_text(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":"
                              "\"Be exact.\"},{\"role\":\"user\",\"content\":[");
    if (jpeg != NULL) {
        buffer_append_text(&body, "{\"type\":\"image_url\",\"image_url\":{\"url\":"
                                  "\"data:image/jpeg;base64,");
        base64_encode(jpeg->data, jpeg->length, &body);
        buffer_append_text(&body, "\"}},");
    }
    buffer_append_text(&body, "{\"type\":\"text\",\"text\":");
    json_write_string(&body, prompt);
    buffer_append_format(&body, "}]}]%s}", extra);
    return buffer_take(&body);
}

static inline const char *reply_content(const struct http_reply *reply)
{
    const cJSON *choice = cJSON_GetArrayItem(json_member(reply->json, "choices"), 0);
    return json_text(json_member(choice, "message"), "content");
}

// GET /stats; the caller frees it.
static inline cJSON *stats_get(const struct simulation *simulation)
{
    struct http_reply reply = http_send(simulation, "/stats", NULL, NULL, 0);
    assert_int_equal(reply.status, 200);
    assert_non_null(reply.json);
    cJSON *stats = reply.json;
    free(reply.body);
    return stats;
}

static inline long long stat_of(const cJSON *stats, const char *group, const char *name)
{
    return json_integer(group != NULL ? json_member(stats, group) : stats, name, 0);
}

#endif
