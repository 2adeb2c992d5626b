// A wire format under test: its requests as text, and its data-file cases of replies.
#ifndef VQAGEN_TEST_WIRE_CASE_H
#define VQAGEN_TEST_WIRE_CASE_H

#include "file.h"
#include "json.h"
#include "provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

// The request as it goes out, with IMAGE where the base64 would stand.
static inline char *request_text(const struct endpoint *endpoint, const struct ask *ask)
{
    struct buffer head, tail;
    struct error why = {0};
    buffer_init(&head, 1 << 20);
    buffer_init(&tail, 1 << 20);
    if (!endpoint->provider->write_request(endpoint, ask, &head, &tail, &why))
        fail_msg("%s", why.message);
    if (ask->image)
        buffer_append_text(&head, "IMAGE");
    buffer_append_text(&head, buffer_text(&tail));
    buffer_clear(&tail);
    cJSON *parsed = json_parse(head.data, head.length, &why);
    if (parsed == NULL)
        fail_msg("%s: %s", why.message, head.data);
    cJSON_Delete(parsed);
    return buffer_take(&head);
}

static inline void expect_request(const struct endpoint *endpoint, const struct ask *ask,
                                  const char *expected)
{
    char *text = request_text(endpoint, ask);
    assert_string_equal(text, expected);
    free(text);
}

static inline const char *shown(const char *text)
{
    return text != NULL ? text : "-";
}

// One "name: value" of the expectation against the reply.
static inline bool check_line(const char *file, const char *name, const char *value,
                              const struct reply *reply)
{
    char number[32] = "";
    const char *got = number;
    if (strcmp(name, "text") == 0)
        got = shown(reply->text);
    else if (strcmp(name, "reasoning") == 0)
        got = shown(reply->reasoning);
    else if (strcmp(name, "refusal") == 0)
        got = shown(reply->refusal);
    else if (strcmp(name, "model") == 0)
        got = shown(reply->model);
    else if (strcmp(name, "finish") == 0)
        got = finish_name(reply->finish);
    else if (strcmp(name, "input") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.input_tokens);
    else if (strcmp(name, "cached") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.cached_tokens);
    else if (strcmp(name, "cache-written") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.cache_write_tokens);
    else if (strcmp(name, "image-tokens") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.image_tokens);
    else if (strcmp(name, "output") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.output_tokens);
    else if (strcmp(name, "reasoning-tokens") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.reasoning_tokens);
    else
        fail_msg("%s: nothing is called '%s'", file, name);
    if (strcmp(got, value) != 0)
        print_error("%s: %s is '%s', not '%s'\n", file, name, got, value);
    return strcmp(got, value) == 0;
}

static inline bool check_reply(const char *file, char *expectation, const struct reply *reply)
{
    bool good = true;
    char *rest = NULL;
    for (char *line = strtok_r(expectation, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            fail_msg("%s: no value in '%s'", file, line);
        *colon = '\0';
        good = check_line(file, line, colon + 2, reply) && good;
    }
    return good;
}

static inline bool run_case(const struct provider *provider, const char *file)
{
    struct buffer body, expectation;
    struct error why = {0};
    buffer_init(&body, 1 << 20);
    buffer_init(&expectation, 1 << 20);
    char name[4096];
    snprintf(name, sizeof name, "%.*s.expected", (int)(strlen(file) - strlen(".json")), file);
    if (!file_read(file, &body, &why) || !file_read(name, &expectation, &why))
        fail_msg("%s", why.message);
    struct reply reply;
    // Without a NUL behind it, so that a reader that runs over the end is caught.
    char *exact = malloc(body.length > 0 ? body.length : 1);
    memcpy(exact, buffer_text(&body), body.length);
    bool read = provider->read_reply(exact, body.length, &reply, &why);
    free(exact);
    bool refused = strcmp(buffer_text(&expectation), "refused: yes\n") == 0;
    bool good = read != refused;
    if (!good)
        print_error("%s: %s\n", file, read ? "was taken for a reply" : why.message);
    if (!read)
        good = good && why.kind == ERR_REPLY && reply.text == NULL;
    else if (good)
        good = check_reply(file, expectation.data, &reply);
    reply_clear(&reply);
    buffer_clear(&body);
    buffer_clear(&expectation);
    return good;
}

// Every case of the folder; fails unless there are at least that many.
static inline void check_replies(const struct provider *provider, const char *pattern, size_t least)
{
    glob_t files;
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    size_t bad = 0;
    for (size_t i = 0; i < files.gl_pathc; i++)
        bad += !run_case(provider, files.gl_pathv[i]);
    print_message("%zu cases\n", files.gl_pathc);
    assert_true(files.gl_pathc >= least);
    globfree(&files);
    assert_int_equal(bad, 0);
}

#endif
