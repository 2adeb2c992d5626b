#include "ladder_world.h"

#include <errno.h>

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server, (void)request;
    return world_say(socket, "never asked");
}

static const struct rung untried; // for a rung that was not reached

static const struct rung *rung_of(const struct ladder_world *world, enum rung_id id)
{
    for (size_t i = 0; i < world->diagnosis.rung_count; i++)
        if (world->diagnosis.rungs[i].id == id)
            return &world->diagnosis.rungs[i];
    return &untried;
}

// Goes to that address in place of the world's own.
static void reach(struct ladder_world *world, const char *url)
{
    struct error why = {0};
    free(world->ladder.endpoint.url);
    world->ladder.endpoint.url = strdup(url);
    diagnosis_clear(&world->diagnosis);
    world->diagnosis = (struct diagnosis){0};
    world->ladder.ended = false;
    assert_true(rung_reach(&world->ladder, &why));
    assert_int_equal(world->server->requests, 0); // a connection and nothing more
    assert_int_equal(world->ladder.prober.calls, 0);
}

static void expect_broken(const struct ladder_world *world, enum rung_id id, enum cause_id cause)
{
    assert_true(world->ladder.ended);
    const struct rung *last = &world->diagnosis.rungs[world->diagnosis.rung_count - 1];
    if (last->id != id || last->result != RUNG_BROKEN || world->diagnosis.cause != cause)
        fail_msg("%s (%s) in place of %s", rung_name(last->id),
                 cause_at(world->diagnosis.cause)->name, rung_name(id));
}

static void an_open_port_passes_three_rungs(void **state)
{
    (void)state;
    struct ladder_world world;
    char url[100], authority[60];
    world_open(&world, answer);
    snprintf(authority, sizeof authority, "127.0.0.1:%d", world.server->port);
    snprintf(url, sizeof url, "http://%s?key=none", authority);
    reach(&world, url);
    assert_false(world.ladder.ended);
    assert_string_equal(rung_of(&world, RUNG_DNS)->tried, authority);
    assert_string_equal(rung_of(&world, RUNG_DNS)->seen, "127.0.0.1");
    assert_string_equal(rung_of(&world, RUNG_TCP)->seen, "open");
    assert_int_equal(rung_of(&world, RUNG_TLS)->result, RUNG_SKIPPED);
    world_close(&world);
}

static void a_closed_port_breaks_the_connection(void **state)
{
    (void)state;
    struct ladder_world world;
    world_open(&world, answer);
    reach(&world, "http://127.0.0.1:1/v1"); // tcpmux: nobody listens
    expect_broken(&world, RUNG_TCP, CAUSE_connection_refused);
    assert_int_equal(rung_of(&world, RUNG_DNS)->result, RUNG_PASSED);
    assert_ptr_equal(rung_of(&world, RUNG_TLS), &untried);
    assert_string_equal(world.diagnosis.kind, "connection_refused"); // as a run would call it
    world_close(&world);
}

// A server that awaits a plain request says 400 to a TLS greeting, or closes.
static void a_port_without_tls_is_a_fault_of_tls(void **state)
{
    (void)state;
    struct ladder_world world;
    char url[100];
    world_open(&world, answer);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", world.server->port);
    reach(&world, url);
    expect_broken(&world, RUNG_TLS, CAUSE_https_at_http_port);
    assert_int_equal(rung_of(&world, RUNG_TCP)->result, RUNG_PASSED);
    world_close(&world);
}

static int listen_at(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void *close_each(void *argument)
{
    const int *listener = argument;
    for (int socket; (socket = accept(*listener, NULL, NULL)) >= 0;) {
        char greeting[16];
        recv(socket, greeting, sizeof greeting, 0); // it has begun by then
        loopback_reset(socket);
        close(socket);
    }
    return NULL;
}

static void a_port_that_hangs_up_on_tls_is_too(void **state)
{
    (void)state;
    int port, listener = listen_at(&port);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_each, &listener), 0);
    struct ladder_world world;
    char url[100];
    world_open(&world, answer);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", port);
    reach(&world, url);
    expect_broken(&world, RUNG_TLS, CAUSE_tls);
    world_close(&world);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
}

// One that hangs up on TLS, and answers a plain request.
static void *close_or_answer(void *argument)
{
    const int *listener = argument;
    for (int socket; (socket = accept(*listener, NULL, NULL)) >= 0;) {
        char greeting[512] = "";
        recv(socket, greeting, sizeof greeting, 0);
        if (strncmp(greeting, "HEAD / HTTP/1.1\r\n", 17) == 0)
            loopback_send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        close(socket);
    }
    return NULL;
}

static void a_plain_port_is_known_by_a_plain_question(void **state)
{
    (void)state;
    int port, listener = listen_at(&port);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_or_answer, &listener), 0);
    struct ladder_world world;
    char url[100];
    world_open(&world, answer);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", port);
    reach(&world, url);
    expect_broken(&world, RUNG_TLS, CAUSE_https_at_http_port);
    world_close(&world);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
}

// It is connected to by the kernel, and waits for a request that is not encrypted.
static void a_port_that_is_silent_to_tls_is_too(void **state)
{
    (void)state;
    int port, listener = listen_at(&port);
    struct ladder_world world;
    char url[100];
    world_open(&world, answer);
    world.settings.client.connect_timeout_ms = 150;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", port);
    reach(&world, url);
    expect_broken(&world, RUNG_TLS, CAUSE_tls);
    world_close(&world);
    close(listener);
}

// The name is the proxy's to look up: here nothing is asked of any server of names.
static void a_proxy_is_named(void **state)
{
    (void)state;
    struct ladder_world world;
    char proxy[60];
    world_open(&world, answer);
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", world.server->port);
    world.settings.client.proxy = proxy;
    reach(&world, "http://endpoint.invalid/v1");
    assert_false(world.ladder.ended);
    assert_string_equal(rung_of(&world, RUNG_TCP)->seen, "open, through the proxy");
    assert_string_equal(rung_of(&world, RUNG_TCP)->tried, "endpoint.invalid");
    world.settings.client.proxy = "http://127.0.0.1:1";
    reach(&world, "http://endpoint.invalid/v1");
    expect_broken(&world, RUNG_TCP, CAUSE_proxy);
    world_close(&world);
}

// Something listens there and never says a word: the proxy's port is open, and swallows all.
static void a_silent_proxy_is_named_with_what_to_try(void **state)
{
    (void)state;
    int port, listener = listen_at(&port);
    struct ladder_world world;
    char value[100], named[100];
    world_open(&world, answer);
    world.settings.client.connect_timeout_ms = 150;
    snprintf(value, sizeof value, "http://me:hidden@127.0.0.1:%d", port);
    snprintf(named, sizeof named, "https_proxy=http://127.0.0.1:%d", port);
    setenv("https_proxy", value, 1);
    reach(&world, "https://endpoint.invalid/v1");
    unsetenv("https_proxy");
    expect_broken(&world, RUNG_TCP, CAUSE_proxy);
    if (strstr(world.diagnosis.fix, named) == NULL ||
        strstr(world.diagnosis.fix, "no_proxy=endpoint.invalid") == NULL ||
        strstr(world.diagnosis.fix, "hidden") != NULL)
        fail_msg("%s", world.diagnosis.fix);
    world_close(&world);
    close(listener);
}

// A port whose queue is full answers no greeting, as behind a firewall that drops packets.
static void a_silent_host_may_want_a_proxy(void **state)
{
    (void)state;
    enum { CALLERS = 4 };
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int callers[CALLERS], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(callers[i], (struct sockaddr *)&address, size) != 0)
            assert_int_equal(errno, EINPROGRESS);
    }
    struct ladder_world world;
    char url[100];
    world_open(&world, answer);
    world.settings.client.connect_timeout_ms = 150;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    reach(&world, url);
    expect_broken(&world, RUNG_TCP, CAUSE_connect_timeout);
    if (strstr(world.diagnosis.fix, "No proxy is set") == NULL ||
        strstr(world.diagnosis.fix, "--proxy URL") == NULL)
        fail_msg("%s", world.diagnosis.fix);
    world_close(&world);
    for (int i = 0; i < CALLERS; i++)
        close(callers[i]);
    close(listener);
}

int main(void)
{
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                          "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_port_passes_three_rungs),
        cmocka_unit_test(a_closed_port_breaks_the_connection),
        cmocka_unit_test(a_port_without_tls_is_a_fault_of_tls),
        cmocka_unit_test(a_port_that_hangs_up_on_tls_is_too),
        cmocka_unit_test(a_plain_port_is_known_by_a_plain_question),
        cmocka_unit_test(a_port_that_is_silent_to_tls_is_too),
        cmocka_unit_test(a_proxy_is_named),
        cmocka_unit_test(a_silent_proxy_is_named_with_what_to_try),
        cmocka_unit_test(a_silent_host_may_want_a_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
