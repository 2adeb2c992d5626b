#include "path_guess.h"

#include "buffer.h"
#include "endpoint_url.h"
#include "provider.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct guessing {
    const struct endpoint *endpoint;
    const char *origin; // "https://host:port"
    const char *path;   // of the base URL, without a slash at its end
    struct path_guess *list;
    size_t count;
};

static void guess_own(struct guessing *guessing);
static void guess_others(struct guessing *guessing);

// The chat path of the protocol with the model in its place; NULL: no memory.
static char *chat_path(const struct provider *provider, const char *model)
{
    const char *place = strstr(provider->chat_path, "{model}");
    if (place == NULL)
        return text_copy(provider->chat_path);
    struct buffer path;
    buffer_init(&path, 1 << 16);
    buffer_append(&path, provider->chat_path, (size_t)(place - provider->chat_path));
    if (strchr(model, '/') == NULL)
        buffer_append_text(&path, "models/");
    buffer_append_text(&path, model);
    buffer_append_text(&path, place + strlen("{model}"));
    return buffer_take(&path);
}

size_t path_guess_list(const struct endpoint *endpoint, struct path_guess guesses[PATH_GUESSES])
{
    const char *host = strstr(endpoint->url, "://");
    size_t length =
        host != NULL ? (size_t)(host - endpoint->url) + 3 + strcspn(host + 3, "/?#") : 0;
    char *origin = text_copy_length(endpoint->url, length);
    char *path = endpoint_url_path(endpoint->url);
    char *chat = chat_path(endpoint->provider, endpoint->model);
    struct guessing guessing = {endpoint, origin, path, guesses, 0};
    if (origin != NULL && path != NULL && chat != NULL) {
        if (text_ends(path, chat))
            path[strlen(path) - strlen(chat)] = '\0';
        guess_own(&guessing);
        guess_others(&guessing);
    }
    free(origin);
    free(path);
    free(chat);
    return guessing.count;
}

static void add(struct guessing *guessing, const struct provider *provider, const char *path,
                enum path_change change)
{
    char *chat = chat_path(provider, guessing->endpoint->model);
    struct buffer url, base;
    buffer_init(&url, 1 << 16);
    buffer_init(&base, 1 << 16);
    buffer_append_format(&base, "%s%s", guessing->origin, path);
    buffer_append_format(&url, "%s%s", buffer_text(&base), chat != NULL ? chat : "");
    bool known = chat == NULL || url.failed || base.failed || guessing->count == PATH_GUESSES ||
                 strcmp(buffer_text(&url), guessing->endpoint->url) == 0;
    for (size_t i = 0; i < guessing->count; i++)
        known = known || strcmp(guessing->list[i].url, buffer_text(&url)) == 0;
    if (!known) {
        struct path_guess guess = {buffer_take(&url), buffer_take(&base), provider, change};
        if (guess.url != NULL && guess.base != NULL) {
            guessing->list[guessing->count++] = guess;
        } else {
            free(guess.url);
            free(guess.base);
        }
    }
    buffer_clear(&url);
    buffer_clear(&base);
    free(chat);
}

// The path of the preset that lives at the same host.
static void guess_preset(struct guessing *guessing)
{
    const struct endpoint_preset *preset;
    size_t length = strlen(guessing->origin);
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++) {
        if (strncasecmp(preset->base_url, guessing->origin, length) != 0 ||
            (preset->base_url[length] != '/' && preset->base_url[length] != '\0'))
            continue;
        const struct provider *provider = provider_find(preset->provider);
        if (provider != NULL)
            add(guessing, provider, preset->base_url + length,
                provider == guessing->endpoint->provider ? PATH_OTHER : PATH_PROTOCOL);
    }
}

static bool names_version(const char *path)
{
    const char *last = strrchr(path, '/');
    return last != NULL && last[1] == 'v' && last[2] >= '1' && last[2] <= '9';
}

static void guess_own(struct guessing *guessing)
{
    const struct provider *own = guessing->endpoint->provider;
    const char *path = guessing->path;
    struct buffer text;
    buffer_init(&text, 1 << 16);
    buffer_append_text(&text, path);
    if (own != &provider_openai) {
        guess_preset(guessing);
        if (own == &provider_gemini && !names_version(path)) {
            buffer_append_text(&text, "/v1beta");
            add(guessing, own, buffer_text(&text), PATH_OTHER);
        } else if (*path != '\0') {
            add(guessing, own, own == &provider_gemini ? "/v1beta" : "", PATH_OTHER);
        }
        buffer_clear(&text);
        return;
    }
    if (text_ends(path, "/v1")) {
        buffer_truncate(&text, text.length - strlen("/v1"));
        add(guessing, own, buffer_text(&text), PATH_V1_REMOVED);
    } else if (!names_version(path)) {
        buffer_append_text(&text, "/v1");
        add(guessing, own, buffer_text(&text), PATH_V1_ADDED);
    }
    buffer_clear(&text);
    guess_preset(guessing);
    add(guessing, own, "/v1", PATH_OTHER);
    add(guessing, own, "/api/v1", PATH_OTHER); // OpenRouter, Open WebUI and gateways
    add(guessing, own, "/openai/v1", PATH_OTHER);
}

static void guess_others(struct guessing *guessing)
{
    static const struct {
        const struct provider *provider;
        const char *path;
    } roots[] = {
        {&provider_openai, "/v1"}, {&provider_anthropic, ""}, {&provider_gemini, "/v1beta"}};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (roots[i].provider != guessing->endpoint->provider)
            add(guessing, roots[i].provider, roots[i].path, PATH_PROTOCOL);
}

void path_guess_clear(struct path_guess *guesses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(guesses[i].url);
        free(guesses[i].base);
    }
}

const struct provider *path_guess_protocol(const char *body, size_t length)
{
    static const struct provider *const all[] = {&provider_openai, &provider_anthropic,
                                                 &provider_gemini};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct reply reply = {0};
        struct error why = {0};
        bool good = all[i]->read_reply(body, length, &reply, &why);
        reply_clear(&reply);
        if (good)
            return all[i];
    }
    return NULL;
}
