// Short forms of the store's functions for tests: each fails the test when the store does.
#ifndef VQAGEN_TEST_STORED_H
#define VQAGEN_TEST_STORED_H

#include "case.h"

#include "expect.h"
#include "store.h"

__attribute__((unused)) static struct store *open_store(const char *directory)
{
    struct error why = {0};
    struct store *store = store_open(directory, &why);
    if (store == NULL)
        fail_msg("%s", why.message);
    return store;
}

// Admits an item whose fingerprint is made of a text.
__attribute__((unused)) static struct stored_item admit(struct store *store, const char *id,
                                                        int64_t place, const char *fingerprint)
{
    struct digest digest = digest_of(fingerprint, strlen(fingerprint));
    struct stored_item item = {0};
    expect(store_admit_item(store, id, place, &digest, &item, &why));
    return item;
}

__attribute__((unused)) static void finish(struct store *store, int64_t number,
                                           enum item_state state, const char *kind,
                                           const char *line)
{
    expect(store_finish_item(store, number, state, kind, NULL, line, &why));
}

// A reply to the call named by a text; strings are borrowed.
__attribute__((unused)) static struct call make_call(const char *name, char *text)
{
    return (struct call){.key = digest_of(name, strlen(name)),
                         .step = STEP_ANSWER,
                         .try_number = 1,
                         .replied = true,
                         .text = text,
                         .http_status = 200,
                         .input_tokens = 100,
                         .cache_write_tokens = -1,
                         .image_tokens = -1,
                         .cost_nano = -1,
                         .cached_tokens = -1,
                         .output_tokens = 10,
                         .reasoning_tokens = -1,
                         .attempts = 1,
                         .latency_ms = 1.5,
                         .when_ms = 1792000000000};
}

__attribute__((unused)) static bool append_line(void *context, const char *line, size_t length,
                                                struct error *why)
{
    (void)why;
    return buffer_append(context, line, length);
}

__attribute__((unused)) static char *lines_of(struct store *store, enum item_state state,
                                              int64_t from, int64_t to)
{
    struct buffer lines;
    buffer_init(&lines, 1 << 20);
    expect(store_each_line(store, state, from, to, append_line, &lines, &why));
    return buffer_take(&lines);
}

__attribute__((unused)) static void expect_lines(struct store *store, enum item_state state,
                                                 int64_t from, int64_t to, const char *expected)
{
    char *lines = lines_of(store, state, from, to);
    assert_string_equal(lines, expected);
    free(lines);
}

#endif
