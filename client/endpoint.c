#include "endpoint.h"

#include "capability.h"
#include "endpoint_url.h"
#include "nearest.h"
#include "provider.h"
#include "secret.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool preset_choose(const struct endpoint_settings *settings,
                          const struct endpoint_preset **preset, const char **base,
                          struct error *why);
static bool address_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                        const struct endpoint_preset *preset, const char *base, bool *plain_public,
                        struct error *why);
static bool model_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                      const struct endpoint_preset *preset, struct error *why);
static bool key_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                    const struct endpoint_preset *preset, struct error *why);
static bool lessons_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                        const struct endpoint_preset *preset, const char *base, struct error *why);

bool endpoint_init(struct endpoint *endpoint, const struct endpoint_settings *settings,
                   struct error *why)
{
    *endpoint = (struct endpoint){0};
    const struct endpoint_preset *preset = NULL;
    const char *base = NULL;
    bool plain_public = false;
    bool done = preset_choose(settings, &preset, &base, why) &&
                address_set(endpoint, settings, preset, base, &plain_public, why) &&
                model_set(endpoint, settings, preset, why) &&
                key_set(endpoint, settings, preset, why) &&
                lessons_set(endpoint, settings, preset, base, why);
    if (done && endpoint->key != NULL && plain_public && !settings->allow_plain_http)
        done = error_set(why, ERR_SETTINGS,
                         "the key would go unencrypted over http:// to %s; use https://, or allow "
                         "it with --allow-http",
                         endpoint->name);
    if (!done) {
        endpoint_clear(endpoint);
        return false;
    }
    return true;
}

void endpoint_clear(struct endpoint *endpoint)
{
    free(endpoint->name);
    free(endpoint->url);
    free(endpoint->stream_url);
    free(endpoint->prefix_url);
    free(endpoint->thinking);
    free(endpoint->key);
    free(endpoint->model);
    *endpoint = (struct endpoint){0};
}

// "openai, deepseek, ...", as far as it fits.
static void list_presets(char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    const struct endpoint_preset *preset;
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL && length < size; i++) {
        int added = snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "", preset->name);
        length += added > 0 ? (size_t)added : 0;
    }
}

static bool refuse_endpoint(const char *name, struct error *why)
{
    char known[300];
    list_presets(known, sizeof known);
    if (name == NULL)
        return error_set(why, ERR_SETTINGS,
                         "no endpoint is set: give --endpoint (%s) or --base-url "
                         "(VQAGEN_BASE_URL)",
                         known);
    struct nearest nearest = {.name = name};
    nearest_offer(&nearest, "builtin");
    for (size_t i = 0; endpoint_preset_at(i) != NULL; i++)
        nearest_offer(&nearest, endpoint_preset_at(i)->name);
    return error_set(why, ERR_SETTINGS,
                     "no endpoint is called '%.60s'%s%s; known are builtin, %s; any other "
                     "OpenAI-compatible one is named by its address with --base-url",
                     name, nearest.best != NULL ? "; did you mean " : "",
                     nearest.best != NULL ? nearest.best : "", known);
}

// The preset (NULL for an address of the user's own) and the base URL.
static bool preset_choose(const struct endpoint_settings *settings,
                          const struct endpoint_preset **preset, const char **base,
                          struct error *why)
{
    const char *name = settings->endpoint;
    bool given = settings->base_url != NULL && !text_is_blank(settings->base_url);
    if (name != NULL && text_is_blank(name))
        name = NULL;
    if (name != NULL && strstr(name, "://") == NULL && strcasecmp(name, "custom") != 0 &&
        strcasecmp(name, "builtin") != 0) {
        *preset = endpoint_preset_find(name);
        if (*preset == NULL)
            return refuse_endpoint(name, why);
    }
    if (given)
        *base = settings->base_url;
    else if (*preset != NULL)
        *base = (*preset)->base_url;
    else if (name != NULL && strstr(name, "://") != NULL)
        *base = name;
    else if (name != NULL)
        return error_set(why, ERR_SETTINGS, "endpoint '%s' needs its address: give --base-url",
                         name);
    else
        return refuse_endpoint(NULL, why);
    return true;
}

// Google writes its models as "models/NAME" and "tunedModels/NAME", people mostly as NAME. A
// missing model is model_set's to refuse.
static void write_model_path(const char *model, struct buffer *out)
{
    if (strchr(model, '/') == NULL)
        buffer_append_text(out, "models/");
    for (; *model != '\0'; model++)
        if (isalnum((unsigned char)*model) || strchr("-._~/", *model) != NULL)
            buffer_append_char(out, *model);
        else
            buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*model);
}

// The provider's path with the model in its place; NULL: no memory.
static char *chat_path_of(const struct provider *provider, const struct endpoint_settings *settings,
                          const struct endpoint_preset *preset)
{
    static const char place[] = "{model}";
    const char *path = provider->chat_path, *at = strstr(path, place);
    if (at == NULL)
        return text_copy(path);
    char *model = endpoint_model_name(settings->model != NULL ? settings->model : "",
                                      settings->naming, preset != NULL && preset->local);
    if (model == NULL)
        return NULL;
    struct buffer whole;
    buffer_init(&whole, 1 << 16);
    buffer_append(&whole, path, (size_t)(at - path));
    write_model_path(model, &whole);
    buffer_append_text(&whole, at + sizeof place - 1);
    free(model);
    return buffer_take(&whole);
}

static bool address_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                        const struct endpoint_preset *preset, const char *base, bool *plain_public,
                        struct error *why)
{
    const char *format = preset != NULL ? preset->provider : "openai";
    endpoint->provider = provider_find(format);
    if (endpoint->provider == NULL)
        return error_set(why, ERR_INTERNAL, "there is no wire format '%s'", format);
    char *trimmed = text_copy(base);
    char *default_path = preset != NULL ? endpoint_url_path(preset->base_url) : NULL;
    char *chat_path = chat_path_of(endpoint->provider, settings, preset);
    struct endpoint_url url = {0};
    bool done =
        (trimmed != NULL && chat_path != NULL) || error_set(why, ERR_MEMORY, "no memory for a URL");
    done = done && endpoint_url_init(&url, text_trim(trimmed), default_path, chat_path, why);
    free(trimmed);
    free(chat_path);
    free(default_path);
    if (!done)
        return false;
    const char *name = preset != NULL ? preset->name : url.host;
    if (settings->endpoint != NULL && strcasecmp(settings->endpoint, "builtin") == 0)
        name = "builtin";
    endpoint->name = text_copy(name);
    endpoint->url = text_copy(url.full);
    endpoint->stream_url = endpoint_url_of_stream(url.full, endpoint->provider->stream_path);
    endpoint->prefix_url = endpoint_url_of_prefix(url.full, endpoint->provider->chat_path,
                                                  preset != NULL ? preset->prefix_path : NULL);
    endpoint->local = url.is_private || (preset != NULL && preset->local);
    *plain_public = !url.encrypted && !url.is_private;
    endpoint_url_clear(&url);
    return (endpoint->name != NULL && endpoint->url != NULL && endpoint->stream_url != NULL &&
            endpoint->prefix_url != NULL) ||
           error_set(why, ERR_MEMORY, "no memory for a URL");
}

static bool model_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                      const struct endpoint_preset *preset, struct error *why)
{
    if (settings->model == NULL || text_is_blank(settings->model))
        return error_set(why, ERR_SETTINGS,
                         "no model is set for %s: give --model or set VQAGEN_MODEL",
                         endpoint->name);
    endpoint->model =
        endpoint_model_name(settings->model, settings->naming, preset != NULL && preset->local);
    if (endpoint->model == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the model's name");
    if (*endpoint->model == '\0')
        return error_set(why, ERR_SETTINGS,
                         "nothing is left of the model name '%s' after cutting it to its last path "
                         "component; give --model-name verbatim to send it as typed",
                         settings->model);
    return true;
}

char *endpoint_model_name(const char *model, enum model_naming naming, bool local_preset)
{
    bool normalize = naming == MODEL_NAMING_NORMALIZED ||
                     (naming == MODEL_NAMING_AUTO && !local_preset && model[0] == '/');
    if (!normalize)
        return text_copy(model);
    size_t end = strlen(model);
    while (end > 0 && model[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && model[begin - 1] != '/')
        begin--;
    char *name = text_copy_length(model + begin, end - begin);
    for (char *at = name; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return name;
}

// What a key is set with: "DEEPSEEK_API_KEY or VQAGEN_API_KEY".
static const char *key_variables(const struct endpoint_preset *preset, bool own, char *text,
                                 size_t size)
{
    const char *general = own ? "the variable that its key_variable names" : "VQAGEN_API_KEY";
    if (preset != NULL && preset->key_variable != NULL)
        snprintf(text, size, "%s or %s", preset->key_variable, general);
    else
        snprintf(text, size, "%s", general);
    return text;
}

// What stands in a key's place in example files. Local servers are customarily given one of these.
static bool is_placeholder(const char *key)
{
    static const char *const words[] = {"1",   "EMPTY",    "none",         "null",  "undefined",
                                        "xxx", "changeme", "your-api-key", "...",   "sk-...",
                                        "key", "api-key",  "YOUR_API_KEY", "sk-xxx"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(key, words[i]) == 0)
            return true;
    return key[0] == '<' || strncasecmp(key, "your_", 5) == 0 || strncasecmp(key, "your-", 5) == 0;
}

// The first character that no key holds, in words; NULL: none.
static const char *foreign_character(const char *key)
{
    for (; *key != '\0'; key++) {
        unsigned char c = (unsigned char)*key;
        if (c == '\n' || c == '\r')
            return "a line break";
        if (c == '"' || c == '\'' || c == '`')
            return "a quotation mark";
        if (c == ' ' || c == '\t')
            return "a blank";
        if (c < 0x20 || c == 0x7f)
            return "a control character";
        if (c >= 0x80)
            return "a character outside ASCII";
    }
    return NULL;
}

static bool key_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                    const struct endpoint_preset *preset, struct error *why)
{
    const char *key = settings->api_key;
    char variables[100];
    key_variables(preset, settings->own_key, variables, sizeof variables);
    const char *title = preset != NULL ? preset->title : endpoint->name;
    bool empty = key != NULL && *key == '\0';
    if (key == NULL || empty) {
        if (endpoint->local)
            return true;
        return error_set(why, ERR_SETTINGS, "%s for %s: set %s in the environment",
                         empty ? "the key is empty" : "there is no key", title, variables);
    }
    secret_register(key);
    const char *foreign = foreign_character(key);
    if (foreign != NULL)
        return error_set(why, ERR_SETTINGS,
                         "the key for %s has %s in it, which no key has: set %s to the bare key%s",
                         title, foreign, variables,
                         strncasecmp(key, "Bearer ", 7) == 0 ? ", without 'Bearer'" : "");
    if (!endpoint->local && is_placeholder(key))
        return error_set(why, ERR_SETTINGS,
                         "the key for %s is the placeholder '%s': set %s to a real key", title, key,
                         variables);
    endpoint->key = text_copy(key);
    return endpoint->key != NULL || error_set(why, ERR_MEMORY, "no memory for the key");
}

// What is known of the endpoint's model before the first call.
struct known {
    const struct endpoint_settings *settings;
    const char *endpoint, *model;
};

static const char *word_for(const struct known *known, enum capability_property property)
{
    return capability_find(known->settings->capabilities, known->settings->capability_count,
                           known->endpoint, known->model, property);
}

// NULL, for what nobody knows, is neither.
static bool is(const char *word, const char *wanted)
{
    return word != NULL && strcmp(word, wanted) == 0;
}

static bool thinking_set(struct endpoint *endpoint, const struct known *known, struct error *why)
{
    static const struct {
        const char *word;
        enum capability_property property;
    } levels[] = {[THINKING_OFF] = {"off", CAPABILITY_thinking_off},
                  [THINKING_LOW] = {"low", CAPABILITY_thinking_low},
                  [THINKING_MEDIUM] = {"medium", CAPABILITY_thinking_medium},
                  [THINKING_HIGH] = {"high", CAPABILITY_thinking_high}};
    enum thinking level = known->settings->thinking;
    if (level == THINKING_AUTO)
        return true;
    const char *members = word_for(known, levels[level].property);
    if (members == NULL)
        return error_set(why, ERR_SETTINGS,
                         "it is not known how %s at %s is told --thinking %s: leave it at auto, or "
                         "say what to send with a row of thinking_%s under capabilities in the "
                         "settings file",
                         known->model, endpoint->name, levels[level].word, levels[level].word);
    if (strcmp(members, "{}") == 0)
        return true;
    endpoint->thinking = text_copy(members);
    endpoint->lessons.thinking = true;
    return endpoint->thinking != NULL || error_set(why, ERR_MEMORY, "no memory for a setting");
}

static bool prefix_set(struct endpoint *endpoint, const struct known *known, struct error *why)
{
    enum prefix_use use = known->settings->prefix;
    struct endpoint_lessons *lessons = &endpoint->lessons;
    if (use == PREFIX_ON && !endpoint->provider->takes_prefix)
        return error_set(why, ERR_SETTINGS,
                         "--prefix on: the protocol of %s has no place for the reply's beginning; "
                         "leave it at auto",
                         endpoint->name);
    lessons->prefix = use == PREFIX_ON || (use == PREFIX_AUTO && endpoint->provider->takes_prefix &&
                                           is(word_for(known, CAPABILITY_prefix), "yes") &&
                                           lessons->structured != STRUCTURED_SCHEMA);
    return true;
}

// A provider's own address means the provider, named or not.
static bool lessons_set(struct endpoint *endpoint, const struct endpoint_settings *settings,
                        const struct endpoint_preset *preset, const char *base, struct error *why)
{
    if (preset == NULL)
        preset = endpoint_preset_meant(NULL, base);
    struct known known = {settings, preset != NULL ? preset->name : endpoint->name,
                          endpoint->model};
    struct endpoint_lessons *lessons = &endpoint->lessons;
    if (is(word_for(&known, CAPABILITY_vision), "no"))
        return error_set(why, ERR_SETTINGS,
                         "the model %s takes no images, so it cannot look at them: give --model "
                         "one with vision, or, if it does by now, a row with model: \"%s\" and "
                         "vision: yes under capabilities in the settings file",
                         endpoint->model, endpoint->model);
    const char *structured = word_for(&known, CAPABILITY_structured);
    const char *cap = word_for(&known, CAPABILITY_max_tokens);
    lessons->structured = is(structured, "none")     ? STRUCTURED_NONE
                          : is(structured, "object") ? STRUCTURED_OBJECT
                                                     : STRUCTURED_SCHEMA;
    lessons->no_temperature = is(word_for(&known, CAPABILITY_temperature), "no");
    lessons->max_completion_tokens = is(cap, "max_completion_tokens");
    lessons->no_max_tokens = is(cap, "none");
    lessons->stream = settings->stream && !is(word_for(&known, CAPABILITY_stream), "no");
    lessons->no_stream_usage = is(word_for(&known, CAPABILITY_stream_usage), "no");
    if (!thinking_set(endpoint, &known, why) || !prefix_set(endpoint, &known, why))
        return false;
    endpoint->begun = *lessons;
    return true;
}

const char *endpoint_address(const struct endpoint *endpoint, bool prefixed)
{
    if (prefixed)
        return endpoint->prefix_url;
    return endpoint->lessons.stream ? endpoint->stream_url : endpoint->url;
}
