#include "capability.h"

#include "json.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *name;
    const char *words; // with '|' between; NULL: a JSON object
} properties[] = {
#define CAPABILITY_ROW(name, words) {#name, words},
    CAPABILITY_PROPERTIES(CAPABILITY_ROW)
#undef CAPABILITY_ROW
};

const char *capability_key(size_t index)
{
    return index == 0 ? "model" : index == 1 ? "endpoint" : properties[index - 2].name;
}

const char **capability_at(struct capability *row, size_t index)
{
    return index == 0 ? &row->model : index == 1 ? &row->endpoint : &row->values[index - 2];
}

static bool is_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words;; at++) {
        size_t part = strcspn(at, "|");
        if (part == length && strncmp(at, word, length) == 0)
            return true;
        at += part;
        if (*at == '\0')
            return false;
    }
}

static bool is_object(const char *text)
{
    cJSON *value = json_parse(text, strlen(text), NULL);
    bool object = cJSON_IsObject(value);
    cJSON_Delete(value);
    return object;
}

bool capability_check(const struct capability *row, struct error *why)
{
    bool says = false;
    if (row->model == NULL && row->endpoint == NULL)
        return error_set(why, ERR_SETTINGS,
                         "a capability needs a model or an endpoint that it is of, as in model: "
                         "\"qwen*\"");
    for (size_t i = 0; i < CAPABILITY_COUNT; i++) {
        const char *value = row->values[i], *words = properties[i].words;
        says = says || value != NULL;
        if (value == NULL || (words != NULL ? is_word(words, value) : is_object(value)))
            continue;
        if (words == NULL)
            return error_set(why, ERR_SETTINGS,
                             "%s of a capability is '%.60s', not a JSON object in quotes such as "
                             "'{\"reasoning_effort\": \"low\"}'",
                             properties[i].name, value);
        return error_set(why, ERR_SETTINGS, "%s of a capability is '%.60s', not one of %s",
                         properties[i].name, value, words);
    }
    return says || error_set(why, ERR_SETTINGS,
                             "the capability of '%.60s' says nothing: give vision, temperature, "
                             "max_tokens, structured, stream, prefix or a thinking_ key",
                             row->model != NULL ? row->model : row->endpoint);
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

// '*' takes as little as lets the rest fit; the last one is moved on when it does not.
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (*pattern == '?' || (*pattern != '\0' && same_letter(*pattern, *text))) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool fits(const struct capability *row, const char *endpoint, const char *model)
{
    if (row->endpoint != NULL && !matches(row->endpoint, endpoint))
        return false;
    if (row->model == NULL || matches(row->model, model))
        return true;
    const char *slash = strrchr(model, '/');
    return slash != NULL && matches(row->model, slash + 1);
}

const char *capability_find(const struct capability *own, size_t own_count, const char *endpoint,
                            const char *model, enum capability_property property)
{
    for (size_t i = 0; i < own_count; i++)
        if (own[i].values[property] != NULL && fits(&own[i], endpoint, model))
            return own[i].values[property];
    const struct capability *row;
    for (size_t i = 0; (row = capability_row(i)) != NULL; i++)
        if (row->values[property] != NULL && fits(row, endpoint, model))
            return row->values[property];
    return NULL;
}
