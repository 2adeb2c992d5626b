#include "learn.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 400 };

void learn_write(const struct upstream *upstream, struct buffer *out)
{
    const struct endpoint *endpoint = &upstream->endpoint;
    lessons_write(&endpoint->begun, &endpoint->lessons, out);
}

static bool recall(struct run *run, struct upstream *upstream, struct error *why)
{
    struct endpoint *endpoint = &upstream->endpoint;
    char *words = NULL;
    if (run->settings->relearn)
        return true;
    if (!store_find_lessons(run->store, upstream->name, endpoint->model, VQAGEN_VERSION, &words,
                            why))
        return false;
    if (words != NULL && *words != '\0') {
        lessons_read(&endpoint->lessons, words);
        log_note(
            "As an earlier run here learned, %s at %s is asked with %s (--relearn forgets it).",
            endpoint->model, upstream->name, words);
    }
    free(words);
    return true;
}

bool learn_recall(struct run *run, struct error *why)
{
    for (size_t i = 0; i < run->upstreams.count; i++) {
        struct upstream *upstream = &run->upstreams.list[i];
        if (!recall(run, upstream, why))
            return false;
        upstream->told = upstream->kept = upstream->endpoint.lessons;
    }
    return true;
}

bool learn_tell(struct upstream *upstream, const struct fault *fault)
{
    const struct endpoint *endpoint = &upstream->endpoint;
    struct buffer words;
    buffer_init(&words, MAX_WORDS);
    lessons_write(&upstream->told, &endpoint->lessons, &words);
    bool any = words.length > 0;
    char status[24] = "";
    if (fault->http_status != 0)
        snprintf(status, sizeof status, " (HTTP %d)", fault->http_status);
    struct buffer lesson;
    buffer_init(&lesson, MAX_WORDS);
    lessons_tell(buffer_text(&words), &lesson);
    if (any)
        log_note("learned of %s at %s: %s; this is kept to from now on, because of %s%s: %s",
                 endpoint->model, upstream->name, buffer_text(&lesson), fault->kind, status,
                 fault->message);
    upstream->told = endpoint->lessons;
    buffer_clear(&lesson);
    buffer_clear(&words);
    return any;
}

static bool keep(struct run *run, struct upstream *upstream, struct error *why)
{
    const struct endpoint *endpoint = &upstream->endpoint;
    struct buffer words;
    buffer_init(&words, MAX_WORDS);
    lessons_write(&upstream->kept, &endpoint->lessons, &words);
    bool good = true;
    if (words.length > 0) {
        buffer_empty(&words);
        learn_write(upstream, &words);
        good = store_put_lessons(run->store, upstream->name, endpoint->model, VQAGEN_VERSION,
                                 buffer_text(&words), why);
        upstream->kept = endpoint->lessons;
    }
    buffer_clear(&words);
    return good;
}

bool learn_keep(struct run *run, struct error *why)
{
    for (size_t i = 0; i < run->upstreams.count; i++)
        if (!keep(run, &run->upstreams.list[i], why))
            return false;
    return true;
}

// Endpoints of one name and model share what is stored; who learned it is told once.
static void tell(const struct upstream *upstream, struct buffer *out)
{
    struct buffer words, line;
    buffer_init(&words, MAX_WORDS);
    buffer_init(&line, out->ceiling);
    learn_write(upstream, &words);
    if (words.length > 0) {
        buffer_append_format(&line, "learned of %s at %s: ", upstream->endpoint.model,
                             upstream->name);
        lessons_tell(buffer_text(&words), &line);
        if (!line.failed && strstr(buffer_text(out), buffer_text(&line)) == NULL &&
            out->length + line.length + 1 < out->ceiling) {
            buffer_append_text(out, out->length > 0 ? "\n" : "");
            buffer_append(out, line.data, line.length);
        }
    }
    buffer_clear(&words);
    buffer_clear(&line);
}

void learn_tell_all(const struct upstreams *upstreams, char *text, size_t size)
{
    struct buffer out;
    buffer_init(&out, size);
    for (size_t i = 0; i < upstreams->count; i++)
        tell(&upstreams->list[i], &out);
    snprintf(text, size, "%s", buffer_text(&out));
    buffer_clear(&out);
}
