// A stream that was asked for, as hostile bytes: however they are cut, the same comes of them.
//
// The first byte chooses the protocol and how long the pieces are.
#include "fuzz.h"

#include "reply_stream.h"

#include <stdlib.h>
#include <string.h>

struct outcome {
    bool fits, events;
    enum reply_stream_end end;
    struct reply reply;
    char *so_far;
};

static struct outcome read_stream(const struct provider *provider, const char *bytes, size_t length,
                                  size_t piece)
{
    struct outcome outcome = {.fits = true};
    struct error why = {0};
    const char *refusal = NULL;
    struct reply_stream *stream = reply_stream_new(provider, 4000, &why);
    for (size_t at = 0; at < length && outcome.fits; at += piece) {
        // An allocation of its own, so that a read past the piece is caught.
        size_t part = at + piece < length ? piece : length - at;
        char *copy = malloc(part);
        memcpy(copy, bytes + at, part);
        outcome.fits = reply_stream_feed(stream, copy, part);
        free(copy);
    }
    outcome.end = reply_stream_end(stream, &outcome.reply, &refusal, &why);
    outcome.events = reply_stream_is_events(stream);
    outcome.so_far = strdup(reply_stream_so_far(stream));
    reply_stream_free(stream);
    return outcome;
}

static void clear(struct outcome *outcome)
{
    if (outcome->end == REPLY_STREAM_WHOLE)
        reply_clear(&outcome->reply);
    free(outcome->so_far);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    if (a->fits != b->fits || a->events != b->events || a->end != b->end ||
        strcmp(a->so_far, b->so_far) != 0)
        return false;
    return a->end != REPLY_STREAM_WHOLE ||
           (strcmp(a->reply.text, b->reply.text) == 0 && a->reply.finish == b->reply.finish &&
            memcmp(&a->reply.usage, &b->reply.usage, sizeof a->reply.usage) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct provider *const providers[] = {&provider_openai, &provider_anthropic,
                                                       &provider_gemini};
    if (length == 0)
        return 0;
    const struct provider *provider = providers[bytes[0] % 3];
    const char *text = (const char *)bytes + 1;
    struct outcome whole = read_stream(provider, text, length - 1, length);
    struct outcome pieces = read_stream(provider, text, length - 1, 1 + bytes[0] / 3 % 40);
    if (!same(&whole, &pieces))
        __builtin_trap();
    clear(&whole);
    clear(&pieces);
    return 0;
}
