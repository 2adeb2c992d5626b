#include "connection.h"

#include "loopback.h"
#include "unit.h"

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server, (void)request;
    loopback_reply(socket, "200 OK", "", "{}");
    return true;
}

static struct connection connect_within(const char *scheme, int port, const char *proxy,
                                        int64_t timeout_ms)
{
    char url[100];
    snprintf(url, sizeof url, "%s://127.0.0.1:%d/v1", scheme, port);
    struct client_settings settings = {
        .timeout_ms = 5000, .connect_timeout_ms = timeout_ms, .proxy = proxy};
    struct connection connection;
    struct error why = {0};
    assert_true(connection_try(url, &settings, false, &connection, &why));
    return connection;
}

static struct connection connect_to(const char *scheme, int port, const char *proxy)
{
    return connect_within(scheme, port, proxy, 2000);
}

// A port that is held, and at which nobody listens.
static int closed_port(int *held)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(*held, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(*held, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void says_how_far_it_came(void **state)
{
    (void)state;
    int held, closed = closed_port(&held);
    char proxy[60];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", closed);
    struct loopback *server = loopback_start(answer);

    struct connection open = connect_to("http", server->port, NULL);
    assert_int_equal(open.transport, TRANSPORT_OK);
    assert_int_equal(open.reached, CONNECTION_OPEN);
    assert_string_equal(open.address, "127.0.0.1");
    assert_string_equal(open.message, "");

    struct connection refused = connect_to("http", closed, NULL);
    assert_int_equal(refused.transport, TRANSPORT_REFUSED);
    assert_int_equal(refused.reached, CONNECTION_TCP);
    assert_true(strlen(refused.message) > 0);

    struct connection plain = connect_to("https", server->port, NULL);
    assert_int_equal(plain.transport, TRANSPORT_TLS);
    assert_int_equal(plain.reached, CONNECTION_TLS);

    struct connection proxied = connect_to("http", server->port, proxy);
    assert_int_equal(proxied.transport, TRANSPORT_PROXY);
    assert_true(proxied.proxied);

    assert_int_equal(server->requests, 0);
    loopback_stop(server);
    close(held);
}

// A proxy of the environment is not in the settings; libcurl's words tell that it was tried.
static void tells_a_proxy_from_the_host(void **state)
{
    (void)state;
    static const char port[] = "Failed to connect to 10.0.0.9 port 3128 after 1 ms: refused";
    assert_true(connection_failed_at_proxy(port, "https://api.example/v1"));
    assert_true(connection_failed_at_proxy(port, "https://10.0.0.90/v1"));
    assert_false(connection_failed_at_proxy(port, "http://10.0.0.9:3128/v1"));
    assert_false(connection_failed_at_proxy(port, "http://10.0.0.9"));
    assert_false(connection_failed_at_proxy(port, "http://user:word@10.0.0.9:1/v1"));
    assert_false(connection_failed_at_proxy(
        "Failed to connect to ::1 port 8000 after 0 ms: refused", "http://[::1]:8000/v1"));
    assert_false(connection_failed_at_proxy("Failed to connect to GPU1 port 80", "http://gpu1/v1"));
    assert_false(connection_failed_at_proxy("Connection refused", "http://gpu1/v1"));
}

// The kernel connects; nobody answers the greeting. Once its queue is full the kernel connects no
// more either.
static void silence_is_told_by_how_far_it_came(void **state)
{
    (void)state;
    enum { WAITING = 3, MOMENT_MS = 700 };
    int listener, port = closed_port(&listener), waiting[WAITING];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(listen(listener, 8), 0);
    struct connection silent = connect_within("https", port, NULL, MOMENT_MS);
    assert_int_equal(silent.transport, TRANSPORT_CONNECT_TIMEOUT);
    assert_int_equal(silent.reached, CONNECTION_TLS);
    assert_string_equal(silent.address, "127.0.0.1");
    assert_int_equal(listen(listener, 0), 0);
    for (int i = 0; i < WAITING; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(waiting[i], (struct sockaddr *)&address, sizeof address);
    }
    struct connection full = connect_within("https", port, NULL, MOMENT_MS);
    assert_int_equal(full.transport, TRANSPORT_CONNECT_TIMEOUT);
    assert_int_equal(full.reached, CONNECTION_TCP);
    for (int i = 0; i < WAITING; i++)
        close(waiting[i]);
    close(listener);
}

static void names_the_proxy_in_force(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *value, *url, *named;
    } rows[] = {
        {"https_proxy", "http://a:1", "https://x/v1", "https_proxy=http://a:1"},
        {"HTTPS_PROXY", "http://me:se@cret@a:1", "https://x/v1", "HTTPS_PROXY=http://a:1"},
        {"https_proxy", "http://a:1", "http://x/v1", ""},
        {"http_proxy", "me:secret@a:1", "http://x/v1", "http_proxy=a:1"},
        {"ALL_PROXY", "socks5://a:1", "https://x/v1", "ALL_PROXY=socks5://a:1"},
        {"all_proxy", "", "https://x/v1", ""},
    };
    char text[100];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv(rows[i].variable, rows[i].value, 1);
        connection_proxy(rows[i].url, &(struct client_settings){0}, text, sizeof text);
        assert_string_equal(text, rows[i].named);
        connection_proxy(rows[i].url, &(struct client_settings){.proxy = "http://b:2"}, text,
                         sizeof text);
        assert_string_equal(text, "--proxy http://b:2");
        unsetenv(rows[i].variable);
    }
}

int main(void)
{
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                          "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_how_far_it_came),
                                       cmocka_unit_test(silence_is_told_by_how_far_it_came),
                                       cmocka_unit_test(tells_a_proxy_from_the_host),
                                       cmocka_unit_test(names_the_proxy_in_force)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
