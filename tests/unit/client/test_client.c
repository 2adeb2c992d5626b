#include "client.h"
#include "clock.h"
#include "reply_stream.h"

#include "loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// A wait that is over soon, and far longer than what comes between two bytes of /drip; all of them
// take longer.
enum { WAIT_MS = 1000, DRIP_US = 120000 };

static const char good[] = "{\"choices\":[]}";

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    const char *head = request->head;
    if (strstr(head, " /ok ") != NULL) {
        loopback_reply(socket, "200 OK",
                       "Content-Type: application/json; charset=utf-8\r\nX-Request-Id: req-7\r\n",
                       good);
        return true;
    }
    if (strstr(head, " /echo ") != NULL) {
        loopback_reply(socket, "200 OK", "", request->body);
        return true;
    }
    if (strstr(head, " /head ") != NULL) {
        loopback_reply(socket, "200 OK", "", head);
        return true;
    }
    if (strstr(head, " /reset ") != NULL) {
        loopback_reset(socket);
        return false;
    }
    if (strstr(head, " /once ") != NULL) { // answers, then closes without saying so
        loopback_reply(socket, "200 OK", "", good);
        return false;
    }
    if (strstr(head, " /stall ") != NULL) {
        char byte;
        return recv(socket, &byte, 1, 0) > 0;
    }
    if (strstr(head, " /halfstall ") != NULL) {
        loopback_send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"cho");
        char byte;
        return recv(socket, &byte, 1, 0) > 0;
    }
    if (strstr(head, " /drip ") != NULL) { // a byte now and then, for longer than any one wait
        loopback_send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
        for (int i = 0; i < 12; i++) {
            usleep(DRIP_US);
            loopback_send(socket, "x");
        }
        return true;
    }
    if (strstr(head, " /hold ") != NULL) { // never reads the body
        char byte;
        while (!server->stopping && recv(socket, &byte, 1, MSG_PEEK) > 0)
            usleep(10000);
        return false;
    }
    if (strstr(head, " /events") != NULL) {
        loopback_send(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Connection: close\r\n\r\n: keep-alive\n\n");
        usleep(30000);
        loopback_send(socket, "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n");
        usleep(30000);
        loopback_send(socket, "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},"
                              "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        char more[] = "data: {\"choices\":[{\"delta\":{\"content\":\"0123456789\"}}]}\n\n";
        for (int i = 0; strstr(head, " /eventsmany ") != NULL && i < 1000; i++)
            loopback_send(socket, more);
        return false;
    }
    if (strstr(head, " /cut ") != NULL) {
        loopback_send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"choices\":");
        return false;
    }
    if (strstr(head, " /cutrefusal ") != NULL) {
        loopback_send(socket, "HTTP/1.1 402 Payment Required\r\nContent-Length: 100\r\n\r\n{\"err");
        return false;
    }
    if (strstr(head, " /early ") != NULL) { // refuses with most of the body unread, then closes
        loopback_reply(socket, "401 Unauthorized", "Connection: close\r\n",
                       "{\"error\":\"early\"}");
        return false;
    }
    if (strstr(head, " /large ") != NULL) {
        loopback_send(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        char block[4096];
        memset(block, 'x', sizeof block);
        for (int i = 0; i < 1000 && send(socket, block, sizeof block, MSG_NOSIGNAL) > 0; i++)
            ;
        return false;
    }
    if (strstr(head, " /largerefusal ") != NULL) {
        loopback_send(socket, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        char block[4096];
        memset(block, 'x', sizeof block);
        for (int i = 0; i < 100 && send(socket, block, sizeof block, MSG_NOSIGNAL) > 0; i++)
            ;
        return false;
    }
    if (strstr(head, " /moved ") != NULL) {
        loopback_reply(socket, "301 Moved Permanently", "Location: https://other.example/v1\r\n",
                       "");
        return true;
    }
    if (strstr(head, " /continue ") != NULL) {
        loopback_send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        loopback_reply(socket, "200 OK", "", good);
        return true;
    }
    if (strstr(head, " /nonsense ") != NULL) {
        loopback_send(socket, "SSH-2.0-OpenSSH_9.2\r\n");
        return false;
    }
    if (strstr(head, " /seconds ") != NULL)
        loopback_reply(socket, "429 Too Many Requests",
                       "Retry-After: 7\r\nX-RateLimit-Remaining-Requests: 0\r\n"
                       "X-RateLimit-Reset-Requests: 1m30s\r\n",
                       "{}");
    else if (strstr(head, " /ms ") != NULL)
        loopback_reply(socket, "429 Too Many Requests",
                       "Retry-After: 7\r\nRetry-After-Ms: 1250\r\n", "{}");
    else if (strstr(head, " /date ") != NULL)
        loopback_reply(socket, "503 Service Unavailable",
                       "retry-after: Fri, 01 Jan 2100 00:00:00 GMT\r\n", "{}");
    else if (strstr(head, " /clock ") != NULL) // of a server whose clock is not this machine's
        loopback_reply(socket, "429 Too Many Requests",
                       "anthropic-ratelimit-requests-reset: 2020-02-03T04:05:40Z\r\n"
                       "Date: Mon, 03 Feb 2020 04:05:00 GMT\r\n"
                       "retry-after: Mon, 03 Feb 2020 04:05:30 GMT\r\n",
                       "{}");
    else
        loopback_reply(socket, "404 Not Found", "", "{}");
    return true;
}

// What the tests look at: the exchanges that came back, in order.
struct run {
    struct loopback *server;
    struct client *client;
    struct exchange *done[300];
    unsigned count;
    struct exchange *(*next)(struct run *run, unsigned index);
};

static void on_done(void *context, struct exchange *exchange)
{
    struct run *run = context;
    run->done[run->count++] = exchange;
    if (run->next == NULL)
        return;
    struct exchange *following = run->next(run, run->count);
    if (following != NULL)
        assert_true(client_start(run->client, following, NULL));
}

static void run_begin_by(struct run *run, struct client_settings settings)
{
    *run = (struct run){.server = loopback_start(answer)};
    settings.connect_timeout_ms = 5000;
    settings.user_agent = "vqagen-test";
    settings.done = on_done;
    settings.context = run;
    struct error why = {0};
    run->client = client_new(&settings, &why);
    assert_non_null(run->client);
}

static void run_begin_with(struct run *run, int64_t timeout_ms, unsigned max_connections)
{
    run_begin_by(run, (struct client_settings){.timeout_ms = timeout_ms,
                                               .max_connections = max_connections});
}

static void run_begin(struct run *run)
{
    run_begin_with(run, 20000, 0);
}

static void run_end(struct run *run)
{
    client_free(run->client);
    loopback_stop(run->server);
    for (unsigned i = 0; i < run->count; i++) {
        free((void *)(uintptr_t)run->done[i]->url);
        exchange_free(run->done[i]);
    }
}

static struct exchange *make_exchange(struct run *run, const char *path, const char *head,
                                      const char *tail)
{
    struct error why = {0};
    struct exchange *exchange = exchange_new(1 << 16, &why);
    assert_non_null(exchange);
    char *url = NULL;
    assert_true(asprintf(&url, "http://127.0.0.1:%d%s", run->server->port, path) > 0);
    exchange->url = url;
    buffer_append_text(&exchange->head, head);
    buffer_append_text(&exchange->tail, tail);
    return exchange;
}

static void turn_until(struct run *run, unsigned count)
{
    struct error why = {0};
    while (run->count < count)
        assert_true(client_turn(run->client, 1000, &why));
}

// One exchange from start to end.
static struct exchange *exchange_once(struct run *run, const char *path)
{
    struct error why = {0};
    unsigned before = run->count;
    struct exchange *exchange = make_exchange(run, path, "{\"a\":", "1}");
    assert_true(client_start(run->client, exchange, &why));
    turn_until(run, before + 1);
    return run->done[before];
}

static void test_normal(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = exchange_once(&run, "/ok");
    assert_int_equal(exchange->transport, TRANSPORT_OK);
    assert_int_equal(exchange->status, 200);
    assert_string_equal(buffer_text(&exchange->body), good);
    assert_string_equal(exchange->content_type, "application/json; charset=utf-8");
    assert_string_equal(exchange->request_id, "req-7");
    assert_string_equal(exchange->transport_message, "");
    assert_int_equal(exchange->retry_after_ms, -1);
    assert_true(exchange->seconds_total > 0);
    assert_true(exchange->seconds_first_byte <= exchange->seconds_total);
    assert_int_equal(client_in_flight(run.client), 0);
    run_end(&run);
}

static struct exchange *stream_once(struct run *run, const char *path, size_t max_bytes)
{
    struct error why = {0};
    unsigned before = run->count;
    struct exchange *exchange = make_exchange(run, path, "{}", "");
    exchange->stream = reply_stream_new(&provider_openai, max_bytes, &why);
    assert_true(client_start(run->client, exchange, &why));
    turn_until(run, before + 1);
    return run->done[before];
}

// A stream is read as it arrives, and the time of its first token kept.
static void test_stream(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = stream_once(&run, "/events", 1000);
    assert_int_equal(exchange->transport, TRANSPORT_OK);
    assert_true(reply_stream_is_events(exchange->stream));
    assert_string_equal(reply_stream_so_far(exchange->stream), "Hello");
    // The pieces came with pauses between, which only ever get longer.
    assert_true(exchange->seconds_first_token >= 0.03);
    assert_true(exchange->seconds_total >= exchange->seconds_first_token + 0.02);
    assert_true(exchange->seconds_first_byte <= exchange->seconds_first_token);
    // A long stream fits as long as its text does; the body keeps its beginning only.
    exchange = stream_once(&run, "/eventsmany", 100000);
    assert_int_equal(exchange->transport, TRANSPORT_OK);
    assert_int_equal(strlen(reply_stream_so_far(exchange->stream)), 5 + 10 * 1000);
    assert_true(exchange->body.length <= 16 << 10);
    exchange = stream_once(&run, "/eventsmany", 1000);
    assert_int_equal(exchange->transport, TRANSPORT_TOO_LARGE);
    // What comes whole all the same is a body as ever.
    exchange = stream_once(&run, "/ok", 1000);
    assert_false(reply_stream_is_events(exchange->stream));
    assert_string_equal(buffer_text(&exchange->body), good);
    assert_true(exchange->seconds_first_token < 0);
    exchange = stream_once(&run, "/seconds", 1000);
    assert_int_equal(exchange->status, 429);
    assert_string_equal(buffer_text(&exchange->body), "{}");
    exchange = stream_once(&run, "/head", 1000);
    assert_non_null(strstr(buffer_text(&exchange->body), "Accept: text/event-stream, "));
    exchange = exchange_once(&run, "/head");
    assert_non_null(strstr(buffer_text(&exchange->body), "Accept: application/json\r\n"));
    run_end(&run);
}

// Head, image and tail arrive as one body, whatever the size of each.
static void test_body_parts(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    static const size_t sizes[] = {0, 1, 3000, 300000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *image = malloc(sizes[i] + 1);
        memset(image, (int)i + 'a', sizes[i] + 1);
        struct error why = {0};
        struct exchange *exchange = make_exchange(&run, "/echo", "<head>", "<tail>");
        buffer_clear(&exchange->body);
        buffer_init(&exchange->body, 1 << 20);
        exchange->payload = payload_new(image, sizes[i], 4, 3, &why);
        assert_non_null(exchange->payload);
        free(image);
        size_t expected = exchange_body_length(exchange);
        assert_true(client_start(run.client, exchange, &why));
        turn_until(&run, (unsigned)i + 1);
        assert_int_equal(exchange->body.length, expected);
        const char *text = buffer_text(&exchange->body);
        assert_memory_equal(text, "<head>", 6);
        assert_memory_equal(text + 6, exchange->payload->base64, exchange->payload->length);
        assert_string_equal(text + 6 + exchange->payload->length, "<tail>");
    }
    run_end(&run);
}

static void test_headers_sent(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    const char *head = buffer_text(&exchange_once(&run, "/head")->body);
    assert_non_null(strstr(head, "POST /head HTTP/1.1\r\n"));
    assert_non_null(strstr(head, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(head, "\r\nContent-Length: 7\r\n"));
    assert_non_null(strstr(head, "\r\nUser-Agent: vqagen-test\r\n"));
    assert_null(strcasestr(head, "\r\nExpect:"));
    assert_null(strcasestr(head, "\r\nAuthorization:"));
    static const char *const formats[] = {NULL, "x-api-key: %s"};
    static const char *const expected[] = {"\r\nAuthorization: Bearer key-1\r\n",
                                           "\r\nx-api-key: key-1\r\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct error why = {0};
        struct exchange *exchange = make_exchange(&run, "/head", "", "{}");
        exchange->key = "key-1";
        exchange->auth_header = formats[i];
        assert_true(client_start(run.client, exchange, &why));
        turn_until(&run, i + 2);
        assert_non_null(strstr(buffer_text(&exchange->body), expected[i]));
        assert_null(strstr(buffer_text(&exchange->body), "version-of-it"));
    }
    // A provider's further headers go with its own calls only, under the same key too.
    static const char *const more[] = {"version-of-it: 2", "another: x", NULL};
    for (unsigned i = 0; i < 2; i++) {
        struct error why = {0};
        struct exchange *exchange = make_exchange(&run, "/head", "", "{}");
        exchange->key = "key-1";
        exchange->auth_header = formats[1];
        exchange->headers = i == 0 ? more : NULL;
        assert_true(client_start(run.client, exchange, &why));
        turn_until(&run, i + 4);
        const char *sent = buffer_text(&exchange->body);
        assert_true((strstr(sent, "\r\nversion-of-it: 2\r\nanother: x\r\n") != NULL) == (i == 0));
        assert_non_null(strstr(sent, expected[1]));
    }
    run_end(&run);
}

static void test_reset(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = exchange_once(&run, "/reset");
    assert_int_equal(exchange->transport, TRANSPORT_RESET);
    assert_int_equal(exchange->status, 0);
    assert_true(exchange->transport_message[0] != '\0');
    run_end(&run);
}

static void test_refused(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct loopback *other = loopback_start(answer);
    struct exchange *exchange = make_exchange(&run, "/ok", "", "{}");
    free((void *)(uintptr_t)exchange->url);
    char *url = NULL;
    assert_true(asprintf(&url, "http://127.0.0.1:%d/ok", other->port) > 0);
    exchange->url = url;
    loopback_stop(other);
    assert_true(client_start(run.client, exchange, NULL));
    turn_until(&run, 1);
    assert_int_equal(exchange->transport, TRANSPORT_REFUSED);
    run_end(&run);
}

static void test_tls_to_plain_port(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = make_exchange(&run, "/ok", "", "{}");
    free((void *)(uintptr_t)exchange->url);
    char *url = NULL;
    assert_true(asprintf(&url, "https://127.0.0.1:%d/ok", run.server->port) > 0);
    exchange->url = url;
    assert_true(client_start(run.client, exchange, NULL));
    turn_until(&run, 1);
    assert_int_equal(exchange->transport, TRANSPORT_TLS);
    assert_non_null(strstr(exchange->transport_message, "wrong version number"));
    run_end(&run);
}

static void test_stall_ends_by_timeout(void **state)
{
    (void)state;
    struct run run;
    run_begin_with(&run, 1000, 0);
    assert_int_equal(exchange_once(&run, "/stall")->transport, TRANSPORT_TIMEOUT);
    struct exchange *half = exchange_once(&run, "/halfstall");
    assert_int_equal(half->transport, TRANSPORT_TIMEOUT);
    assert_int_equal(half->status, 200);
    run_end(&run);
}

static void test_a_wait_for_the_first_byte_has_its_own_timeout(void **state)
{
    (void)state;
    struct run run;
    run_begin_by(&run,
                 (struct client_settings){.timeout_ms = 20000, .first_byte_timeout_ms = WAIT_MS});
    struct exchange *stalled = exchange_once(&run, "/stall");
    assert_int_equal(stalled->transport, TRANSPORT_FIRST_BYTE_TIMEOUT);
    assert_string_equal(stalled->transport_message,
                        "the request was sent, and no answer began within 1 s");
    // An answer that has begun may take its time.
    struct exchange *slow = exchange_once(&run, "/drip");
    assert_int_equal(slow->transport, TRANSPORT_OK);
    assert_int_equal(slow->body.length, 12);
    assert_int_equal(exchange_once(&run, "/ok")->status, 200);
    run_end(&run);
}

static void test_a_connection_that_stands_still_has_its_own_timeout(void **state)
{
    (void)state;
    struct run run;
    run_begin_by(&run, (struct client_settings){.timeout_ms = 20000, .idle_timeout_ms = WAIT_MS});
    struct exchange *half = exchange_once(&run, "/halfstall");
    assert_int_equal(half->transport, TRANSPORT_IDLE_TIMEOUT);
    assert_string_equal(half->transport_message, "no byte was sent or received for 1 s");
    // Bytes now and then are a sign of life, however long it takes in all.
    assert_int_equal(exchange_once(&run, "/drip")->transport, TRANSPORT_OK);
    // A body that nobody takes.
    run.server->unread_path = "/hold";
    char *text = calloc(1, (16 << 20) + 1);
    assert_non_null(text);
    memset(text, 'x', 16 << 20);
    struct exchange *held = make_exchange(&run, "/hold", text, "");
    free(text);
    assert_true(client_start(run.client, held, NULL));
    turn_until(&run, 3);
    assert_int_equal(held->transport, TRANSPORT_IDLE_TIMEOUT);
    assert_int_equal(held->status, 0);
    run_end(&run);
}

static void test_cut(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = exchange_once(&run, "/cut");
    assert_int_equal(exchange->transport, TRANSPORT_CUT);
    assert_int_equal(exchange->status, 200);
    assert_string_equal(buffer_text(&exchange->body), "{\"choices\":");
    // A refusal stands although its text was cut.
    exchange = exchange_once(&run, "/cutrefusal");
    assert_int_equal(exchange->transport, TRANSPORT_OK);
    assert_int_equal(exchange->status, 402);
    run_end(&run);
}

// The server closes with the body unread, so a reset follows its answer. About one in a hundred of
// these reaches libcurl as a failure to send, which is why there are so many.
static void test_early_refusal(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    run.server->unread_path = " /early ";
    struct error why = {0};
    size_t length = 1 << 20;
    char *image = calloc(1, length);
    struct payload *payload = payload_new(image, length, 1, 1, &why);
    free(image);
    for (unsigned i = 0; i < 200; i++) {
        struct exchange *exchange = make_exchange(&run, "/early", "{", "}");
        exchange->payload = payload_hold(payload);
        assert_true(client_start(run.client, exchange, &why));
        turn_until(&run, i + 1);
        assert_string_equal(exchange->transport_message, "");
        assert_int_equal(exchange->transport, TRANSPORT_OK);
        assert_int_equal(exchange->status, 401);
        assert_string_equal(buffer_text(&exchange->body), "{\"error\":\"early\"}");
    }
    payload_drop(payload);
    run_end(&run);
}

static void test_reply_is_bounded(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = exchange_once(&run, "/large");
    assert_int_equal(exchange->transport, TRANSPORT_TOO_LARGE);
    assert_int_equal(exchange->body.length, 1 << 16);
    exchange = exchange_once(&run, "/largerefusal");
    assert_int_equal(exchange->transport, TRANSPORT_OK);
    assert_int_equal(exchange->status, 400);
    assert_int_equal(exchange->body.length, 1 << 16);
    run_end(&run);
}

static void test_redirect_is_not_followed(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct exchange *exchange = exchange_once(&run, "/moved");
    assert_int_equal(exchange->status, 301);
    assert_string_equal(exchange->location, "https://other.example/v1");
    assert_int_equal(run.server->requests, 1);
    run_end(&run);
}

static void test_odd_answers(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    assert_int_equal(exchange_once(&run, "/continue")->status, 200);
    struct exchange *exchange = exchange_once(&run, "/nonsense");
    assert_int_equal(exchange->transport, TRANSPORT_OTHER);
    assert_int_equal(exchange->status, 0);
    run_end(&run);
}

static void test_retry_after(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    const struct exchange *limited = exchange_once(&run, "/seconds");
    assert_int_equal(limited->retry_after_ms, 7000);
    assert_int_equal(limited->limits.requests.remaining, 0);
    assert_int_equal(limited->limits.requests.reset_ms, 90000);
    assert_int_equal(limited->limits.requests.limit, -1);
    assert_int_equal(exchange_once(&run, "/ms")->retry_after_ms, 1250);
    int64_t expected = (int64_t)4102444800 * 1000 - clock_wall_ms();
    int64_t got = exchange_once(&run, "/date")->retry_after_ms;
    assert_in_range(got, expected - 60000, expected + 60000);
    const struct exchange *elsewhere = exchange_once(&run, "/clock");
    assert_int_equal(elsewhere->retry_after_ms, 30000);
    assert_int_equal(elsewhere->limits.requests.reset_ms, 40000);
    run_end(&run);
}

static void test_connection_is_reused(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    for (int i = 0; i < 50; i++)
        assert_int_equal(exchange_once(&run, "/ok")->status, 200);
    assert_int_equal(run.server->connections, 1);
    assert_int_equal(run.server->requests, 50);
    run_end(&run);
}

// A kept connection that the server closed meanwhile is no fault: the body is sent again on a new
// one, from its start.
static void test_resend_after_idle_close(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    assert_int_equal(exchange_once(&run, "/once")->status, 200);
    struct exchange *exchange = exchange_once(&run, "/echo");
    assert_int_equal(exchange->status, 200);
    assert_string_equal(buffer_text(&exchange->body), "{\"a\":1}");
    assert_int_equal(run.server->connections, 2);
    run_end(&run);
}

static void test_many_at_once(void **state)
{
    (void)state;
    struct run run;
    run_begin_with(&run, 20000, 8);
    struct error why = {0};
    for (int i = 0; i < 200; i++)
        assert_true(client_start(run.client, make_exchange(&run, "/ok", "{", "}"), &why));
    assert_int_equal(client_in_flight(run.client), 200);
    turn_until(&run, 200);
    assert_true(run.server->connections <= 8);
    for (int i = 0; i < 200; i++)
        assert_int_equal(run.done[i]->status, 200);
    run_end(&run);
}

static struct exchange *next_of_twenty(struct run *run, unsigned index)
{
    return index < 20 ? make_exchange(run, "/ok", "{", "}") : NULL;
}

static void test_start_inside_done(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    run.next = next_of_twenty;
    assert_true(client_start(run.client, make_exchange(&run, "/ok", "{", "}"), NULL));
    turn_until(&run, 20);
    assert_int_equal(run.server->connections, 1);
    run_end(&run);
}

static void test_abort(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct error why = {0};
    for (int i = 0; i < 5; i++)
        assert_true(client_start(run.client, make_exchange(&run, "/stall", "{", "}"), &why));
    for (int i = 0; i < 3; i++)
        assert_true(client_turn(run.client, 10, &why));
    client_abort(run.client);
    assert_int_equal(run.count, 5);
    assert_int_equal(client_in_flight(run.client), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(run.done[i]->transport, TRANSPORT_ABORTED);
    assert_int_equal(exchange_once(&run, "/ok")->status, 200);
    // What is in flight when the client goes comes back too.
    assert_true(client_start(run.client, make_exchange(&run, "/stall", "{", "}"), &why));
    run_end(&run);
    assert_int_equal(run.count, 7);
}

static void abort_all(void *context, struct exchange *exchange)
{
    struct run *run = context;
    run->done[run->count++] = exchange;
    client_abort(run->client);
}

// The others are taken out from under the look for stalled ones.
static void test_abort_inside_done(void **state)
{
    (void)state;
    struct run run = {.server = loopback_start(answer)};
    struct client_settings settings = {.timeout_ms = 20000,
                                       .connect_timeout_ms = 5000,
                                       .first_byte_timeout_ms = 100,
                                       .done = abort_all,
                                       .context = &run};
    struct error why = {0};
    run.client = client_new(&settings, &why);
    assert_non_null(run.client);
    for (int i = 0; i < 5; i++)
        assert_true(client_start(run.client, make_exchange(&run, "/stall", "{", "}"), &why));
    turn_until(&run, 5);
    assert_int_equal(run.count, 5);
    assert_int_equal(client_in_flight(run.client), 0);
    run_end(&run);
}

static void *wake_soon(void *argument)
{
    usleep(30000);
    client_wake(argument);
    return NULL;
}

static void test_wake_from_another_thread(void **state)
{
    (void)state;
    struct run run;
    run_begin(&run);
    struct error why = {0};
    assert_true(client_start(run.client, make_exchange(&run, "/stall", "{", "}"), &why));
    for (int i = 0; i < 3; i++)
        assert_true(client_turn(run.client, 10, &why));
    pthread_t thread;
    pthread_create(&thread, NULL, wake_soon, run.client);
    int64_t before = clock_now_ms();
    assert_true(client_turn(run.client, 15000, &why));
    assert_true(clock_now_ms() - before < 14000);
    pthread_join(thread, NULL);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_body_parts),
        cmocka_unit_test(test_headers_sent),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_tls_to_plain_port),
        cmocka_unit_test(test_stall_ends_by_timeout),
        cmocka_unit_test(test_a_wait_for_the_first_byte_has_its_own_timeout),
        cmocka_unit_test(test_a_connection_that_stands_still_has_its_own_timeout),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_early_refusal),
        cmocka_unit_test(test_reply_is_bounded),
        cmocka_unit_test(test_redirect_is_not_followed),
        cmocka_unit_test(test_odd_answers),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_connection_is_reused),
        cmocka_unit_test(test_resend_after_idle_close),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_start_inside_done),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_abort_inside_done),
        cmocka_unit_test(test_wake_from_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
