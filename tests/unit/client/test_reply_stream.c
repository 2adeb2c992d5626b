#include "reply_stream.h"

#include "wire_case.h"

// Each stream is cut in two at every byte; where a sanitizer looks on, at every eleventh. Byte by
// byte it comes in any build.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 11 };
#else
enum { STRIDE = 1 };
#endif

struct stream_case {
    const char *file;
    const struct provider *provider;
    char end[16], error[100];
    char *lines; // of the reply, as check_reply takes them; owned
    struct buffer text;
    const char *bytes;
    size_t length;
};

static void read_case(const char *file, struct stream_case *c)
{
    struct error why = {0};
    struct buffer lines;
    *c = (struct stream_case){.file = file, .provider = &provider_openai};
    buffer_init(&c->text, 1 << 20);
    buffer_init(&lines, 1 << 20);
    if (!file_read(file, &c->text, &why))
        fail_msg("%s", why.message);
    char *line = c->text.data;
    while (strncmp(line, "stream:\n", 8) != 0) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            fail_msg("%s: no line 'stream:'", file);
        *end = '\0';
        if (strncmp(line, "provider: ", 10) == 0)
            c->provider = provider_find(line + 10);
        else if (strncmp(line, "end: ", 5) == 0)
            snprintf(c->end, sizeof c->end, "%s", line + 5);
        else if (strncmp(line, "error: ", 7) == 0)
            snprintf(c->error, sizeof c->error, "%s", line + 7);
        else
            buffer_append_format(&lines, "%s\n", line);
        line = end + 1;
    }
    assert_non_null(c->provider);
    c->bytes = line + 8;
    c->length = c->text.length - (size_t)(c->bytes - c->text.data);
    c->lines = buffer_take(&lines);
}

static void feed(struct reply_stream *stream, const char *bytes, size_t length)
{
    char *piece = malloc(length > 0 ? length : 1); // a read past the piece is caught
    memcpy(piece, bytes, length);
    assert_true(reply_stream_feed(stream, piece, length));
    free(piece);
}

static bool check_end(const struct stream_case *c, const char *end, const char *said)
{
    if (strcmp(end, c->end) != 0)
        print_error("%s: the end is '%s' (%s), not '%s'\n", c->file, end, said, c->end);
    else if (strstr(said, c->error) == NULL)
        print_error("%s: '%s' does not say '%s'\n", c->file, said, c->error);
    else
        return true;
    return false;
}

// The stream's bytes in pieces: one up to `first`, the others `piece` long.
static bool run_split(const struct stream_case *c, size_t first, size_t piece)
{
    static const char *const names[] = {"whole", "cut", "error", "unreadable"};
    struct error why = {0};
    struct reply reply = {.usage = usage_unknown};
    const char *refusal = NULL;
    struct reply_stream *stream = reply_stream_new(c->provider, 1 << 20, &why);
    assert_non_null(stream);
    if (first > 0)
        feed(stream, c->bytes, first);
    for (size_t at = first; at < c->length; at += piece)
        feed(stream, c->bytes + at, at + piece < c->length ? piece : c->length - at);
    bool good;
    // Events that lack their blank line come out at the end.
    bool body = strcmp(c->end, "body") == 0;
    if (body) {
        good = !reply_stream_is_events(stream) || check_end(c, "events", "");
    } else {
        enum reply_stream_end end = reply_stream_end(stream, &reply, &refusal, &why);
        good = check_end(c, names[end], refusal != NULL ? refusal : why.message);
        char *lines = strdup(c->lines);
        if (end != REPLY_STREAM_WHOLE)
            reply.text = strdup(reply_stream_so_far(stream));
        good = good && check_reply(c->file, lines, &reply);
        free(lines);
    }
    reply_clear(&reply);
    reply_stream_free(stream);
    return good;
}

static bool run_stream_case(const char *file)
{
    struct stream_case c;
    read_case(file, &c);
    bool good = true;
    for (size_t first = 0; good && first <= c.length; first += STRIDE) // cut in two
        good = run_split(&c, first, c.length);
    for (size_t piece = 1; good && piece <= 7; piece += 3)
        good = run_split(&c, 0, piece);
    free(c.lines);
    buffer_clear(&c.text);
    return good;
}

static void test_cases(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(TEST_CASES "/stream/*.case", 0, NULL, &files), 0);
    size_t bad = 0;
    for (size_t i = 0; i < files.gl_pathc; i++)
        bad += !run_stream_case(files.gl_pathv[i]);
    print_message("%zu cases\n", files.gl_pathc);
    assert_true(files.gl_pathc >= 70);
    globfree(&files);
    assert_int_equal(bad, 0);
}

// The first token is the answer's, not the reasoning's.
static void test_has_text(void **state)
{
    (void)state;
    struct error why = {0};
    struct reply_stream *stream = reply_stream_new(&provider_openai, 1000, &why);
    static const char *const silent[] = {
        "\n", ": keep-alive\n\n", "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n"};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        feed(stream, silent[i], strlen(silent[i]));
        assert_false(reply_stream_has_text(stream));
    }
    feed(stream, "\n", 1);
    assert_true(reply_stream_has_text(stream));
    assert_string_equal(reply_stream_so_far(stream), "a");
    reply_stream_free(stream);
}

static void test_ceiling(void **state)
{
    (void)state;
    static const char event[] =
        "data: {\"choices\":[{\"delta\":{\"content\":\"0123456789\"}}]}\n\n";
    struct error why = {0};
    struct reply_stream *stream = reply_stream_new(&provider_openai, 100, &why);
    for (int i = 0; i < 10; i++)
        assert_true(reply_stream_feed(stream, event, strlen(event)));
    assert_false(reply_stream_feed(stream, event, strlen(event)));
    reply_stream_free(stream);
    // One event alone may be too large too.
    stream = reply_stream_new(&provider_openai, 20, &why);
    assert_false(reply_stream_feed(stream, event, strlen(event)));
    reply_stream_free(stream);
    reply_stream_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_has_text),
        cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
