#include "client.h"

#include "loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    const char *head = request->head;
    int hops;
    if (strstr(head, "GET /picture ") != NULL)
        loopback_reply(socket, "200 OK", "", "bytes of a picture");
    else if (sscanf(head, "GET /hop/%d ", &hops) == 1) {
        char location[60] = "Location: /picture\r\n";
        if (hops > 1)
            snprintf(location, sizeof location, "Location: /hop/%d\r\n", hops - 1);
        loopback_reply(socket, "302 Found", location, "");
    } else if (strstr(head, "GET /file ") != NULL)
        loopback_reply(socket, "302 Found", "Location: file:///etc/hostname\r\n", "");
    else if (strstr(head, "GET /stall ") != NULL) {
        char byte;
        return recv(socket, &byte, 1, 0) > 0;
    } else if (strstr(head, "GET /empty ") != NULL)
        loopback_reply(socket, "204 No Content", "", "");
    else
        loopback_reply(socket, "404 Not Found", "", "<html>nothing here</html>");
    return true;
}

static bool fetch(const struct loopback *server, const char *path, size_t ceiling,
                  int64_t timeout_ms, struct buffer *out, struct error *why)
{
    char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
    buffer_init(out, ceiling);
    buffer_append_text(out, "kept:");
    return client_fetch(url, timeout_ms, out, why);
}

static void test_fetched(void **state)
{
    (void)state;
    struct loopback *server = loopback_start(answer);
    static const char *const paths[] = {"/picture", "/hop/1", "/hop/5"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct buffer out;
        struct error why = {0};
        bool done = fetch(server, paths[i], 1000, 10000, &out, &why);
        if (!done)
            fail_msg("%s: %s", paths[i], why.message);
        assert_string_equal(buffer_text(&out), "kept:bytes of a picture");
        buffer_clear(&out);
    }
    loopback_stop(server);
}

static void test_refused(void **state)
{
    (void)state;
    struct loopback *server = loopback_start(answer);
    static const struct {
        const char *path, *said;
        size_t ceiling;
        enum error_kind kind;
    } cases[] = {
        {"/nothing?signature=secret", "HTTP 404", 1000, ERR_IMAGE},
        {"/empty", "HTTP 204", 1000, ERR_IMAGE},
        {"/hop/6", "redirects", 1000, ERR_IMAGE},
        {"/file", "rotocol", 1000, ERR_IMAGE},
        {"/picture", "larger than 15 bytes", 15, ERR_TOO_LARGE},
        {"/stall", "timed out", 1000, ERR_IMAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        struct error why = {0};
        int64_t timeout_ms = strcmp(cases[i].path, "/stall") == 0 ? 300 : 20000;
        assert_false(fetch(server, cases[i].path, cases[i].ceiling, timeout_ms, &out, &why));
        if (strstr(why.message, cases[i].said) == NULL || strstr(why.message, "secret") != NULL)
            fail_msg("%s: '%s'", cases[i].path, why.message);
        assert_int_equal(why.kind, cases[i].kind);
        assert_string_equal(buffer_text(&out), "kept:");
        buffer_clear(&out);
    }
    loopback_stop(server);
}

static void test_bad_urls(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:///etc/hostname", "ftp://127.0.0.1/x", "not a url", "",
                                       "http://me:hidden@127.0.0.1:1/x"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct buffer out;
        struct error why = {0};
        buffer_init(&out, 1000);
        assert_false(client_fetch(urls[i], 2000, &out, &why));
        assert_int_equal(why.kind, ERR_IMAGE);
        assert_null(strstr(why.message, "hidden"));
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fetched),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
