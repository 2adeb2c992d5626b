#include "upstreams.h"

#include "provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool tell_apart(struct upstreams *upstreams, struct error *why);
static bool label_all(struct upstreams *upstreams, struct error *why);

bool upstreams_init(struct upstreams *upstreams, const struct upstream_settings *settings,
                    size_t count, struct error *why)
{
    *upstreams = (struct upstreams){.list = calloc(count, sizeof *upstreams->list)};
    if (upstreams->list == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the endpoints");
    bool good = true, any_first = false;
    for (size_t i = 0; good && i < count; i++) {
        good = upstream_init(&upstreams->list[upstreams->count++], &settings[i], why);
        any_first |= !settings[i].fallback;
        if (!good && count > 1)
            error_note(why, "endpoint %zu of %zu", i + 1, count);
    }
    if (good && !any_first)
        good = error_set(why, ERR_SETTINGS,
                         "every endpoint is a fallback: at least one must not have role fallback");
    if (good && tell_apart(upstreams, why) && label_all(upstreams, why))
        return true;
    upstreams_clear(upstreams);
    return false;
}

static bool same(const struct upstream *a, const struct upstream *b, enum upstream_word word)
{
    return strcmp(upstream_word(a, word), upstream_word(b, word)) == 0;
}

static bool is_ambiguous(const struct upstreams *upstreams, const struct upstream *upstream)
{
    for (size_t i = 0; i < upstreams->count; i++)
        if (same(&upstreams->list[i], upstream, UPSTREAM_NAME) &&
            (!same(&upstreams->list[i], upstream, UPSTREAM_MODEL) ||
             !same(&upstreams->list[i], upstream, UPSTREAM_PROVIDER)))
            return true;
    return false;
}

// For people: which of several with one name it is.
static bool label_all(struct upstreams *upstreams, struct error *why)
{
    for (size_t i = 0; i < upstreams->count; i++) {
        struct upstream *upstream = &upstreams->list[i];
        size_t alike = 0;
        for (size_t j = 0; j < upstreams->count; j++)
            alike += same(&upstreams->list[j], upstream, UPSTREAM_NAME);
        int length = alike > 1 ? asprintf(&upstream->label, "%s #%zu", upstream->name, i + 1)
                               : asprintf(&upstream->label, "%s", upstream->name);
        if (length < 0) {
            upstream->label = NULL;
            return error_set(why, ERR_MEMORY, "no memory for an endpoint's name");
        }
    }
    return true;
}

static bool tell_apart(struct upstreams *upstreams, struct error *why)
{
    char *longer[MAX_UPSTREAMS] = {0};
    bool good = true;
    for (size_t i = 0; i < upstreams->count; i++) {
        const struct upstream *upstream = &upstreams->list[i];
        if (is_ambiguous(upstreams, upstream) &&
            asprintf(&longer[i], "%s/%s", upstream->name, upstream->endpoint.model) < 0) {
            longer[i] = NULL;
            good = error_set(why, ERR_MEMORY, "no memory for an endpoint's name");
        }
    }
    for (size_t i = 0; i < upstreams->count; i++)
        if (longer[i] != NULL) {
            free(upstreams->list[i].name);
            upstreams->list[i].name = longer[i];
        }
    return good;
}

void upstreams_clear(struct upstreams *upstreams)
{
    for (size_t i = 0; i < upstreams->count; i++)
        upstream_clear(&upstreams->list[i]);
    free(upstreams->list);
    *upstreams = (struct upstreams){0};
}

// Fallbacks are called while no other endpoint is there.
static bool fallbacks_serve(const struct upstreams *upstreams)
{
    for (size_t i = 0; i < upstreams->count; i++)
        if (!upstreams->list[i].fallback && upstream_is_there(&upstreams->list[i]))
            return false;
    return true;
}

// Whether it may take a call, or the probe: an endpoint that is away is no fallback's.
static bool may_serve(const struct upstream *upstream, bool fallbacks)
{
    return !upstream->fallback || fallbacks;
}

struct upstream *upstreams_choose(struct upstreams *upstreams, const struct demand *demand,
                                  int64_t now_ms)
{
    bool fallbacks = fallbacks_serve(upstreams);
    struct upstream *chosen = NULL;
    long long sum = 0;
    // Looking whether one is back costs one call; not looking, that endpoint.
    for (size_t i = 0; i < upstreams->count; i++)
        if (may_serve(&upstreams->list[i], fallbacks) &&
            upstream_wants_probe(&upstreams->list[i], demand, now_ms))
            return &upstreams->list[i];
    for (size_t i = 0; i < upstreams->count; i++) {
        struct upstream *upstream = &upstreams->list[i];
        if (upstream->fallback != fallbacks || !upstream_is_free(upstream, demand, now_ms))
            continue;
        sum += upstream->weight;
        upstream->turn += upstream->weight;
        if (chosen == NULL || upstream->turn > chosen->turn)
            chosen = upstream;
    }
    if (chosen != NULL)
        chosen->turn -= sum;
    return chosen;
}

int64_t upstreams_wait_ms(const struct upstreams *upstreams, const struct demand *demand,
                          int64_t now_ms)
{
    bool fallbacks = fallbacks_serve(upstreams);
    int64_t least = -1;
    for (size_t i = 0; i < upstreams->count; i++) {
        if (!may_serve(&upstreams->list[i], fallbacks))
            continue;
        int64_t wait = upstream_wait_ms(&upstreams->list[i], demand, now_ms);
        if (wait >= 0 && (least < 0 || wait < least))
            least = wait;
    }
    return least;
}

size_t upstreams_left(const struct upstreams *upstreams)
{
    size_t left = 0;
    for (size_t i = 0; i < upstreams->count; i++)
        left += !upstreams->list[i].lost;
    return left;
}

unsigned upstreams_slots(const struct upstreams *upstreams)
{
    unsigned slots = 0;
    for (size_t i = 0; i < upstreams->count; i++)
        slots += upstreams->list[i].pace.most;
    return slots;
}

unsigned upstreams_expected(const struct upstreams *upstreams)
{
    enum { OFTEN_ENOUGH = 64 };
    unsigned expected = 0;
    for (size_t i = 0; i < upstreams->count; i++) {
        const struct pace *pace = &upstreams->list[i].pace;
        expected += pace->automatic && pace->most > OFTEN_ENOUGH ? OFTEN_ENOUGH : pace->most;
    }
    return expected;
}

unsigned upstreams_limit(const struct upstreams *upstreams)
{
    unsigned limit = 0;
    for (size_t i = 0; i < upstreams->count; i++)
        if (upstream_is_there(&upstreams->list[i]))
            limit += upstreams->list[i].pace.limit;
    return limit;
}

const char *upstream_word(const struct upstream *upstream, enum upstream_word word)
{
    return word == UPSTREAM_NAME    ? upstream->name
           : word == UPSTREAM_MODEL ? upstream->endpoint.model
                                    : upstream->endpoint.provider->name;
}

const struct upstream *upstreams_find(const struct upstreams *upstreams, const char *name)
{
    for (size_t i = 0; name != NULL && i < upstreams->count; i++)
        if (strcmp(upstreams->list[i].name, name) == 0)
            return &upstreams->list[i];
    return NULL;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void upstreams_write(const struct upstreams *upstreams, enum upstream_word word, struct buffer *out)
{
    const char *words[MAX_UPSTREAMS];
    for (size_t i = 0; i < upstreams->count; i++)
        words[i] = upstream_word(&upstreams->list[i], word);
    qsort(words, upstreams->count, sizeof *words, compare_words);
    for (size_t i = 0; i < upstreams->count; i++)
        if (i == 0 || strcmp(words[i], words[i - 1]) != 0)
            buffer_append_format(out, "%s%s", i > 0 ? ", " : "", words[i]);
}
